/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Programs run in our place: who gets which signal, and when. */
#include "../../cli/child.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

/* No process of the system's. */
#define SOMEBODY 0x7ffffffe

static const int end_signals[] = { SIGINT, SIGTERM, SIGQUIT, SIGHUP };

#define END_SIGNAL_COUNT (sizeof(end_signals) / sizeof(end_signals[0]))

struct sent {
	pid_t process;
	int signal;
};

static struct sent sent[16];
static unsigned int sent_count;

/* In place of the C library's. */
int kill(pid_t process, int signal)
{
	if (sent_count < 16)
		sent[sent_count++] = (struct sent){ process, signal };
	return process == SOMEBODY ? 0 : (int)syscall(SYS_kill, process, signal);
}

static int run_shell(const char *script)
{
	char *argv[] = { "/bin/sh", "-c", (char *)script, NULL };

	sent_count = 0;
	return child_run(argv);
}

static void signals_are_passed_on(void **state)
{
	(void)state;
	assert_int_equal(run_shell("kill -TERM $PPID; exec sleep 20"), 128 + SIGTERM);
	assert_int_equal(sent_count, 1);
	assert_int_equal(sent[0].signal, SIGTERM);
	assert_int_equal(run_shell("kill -HUP $PPID; exec sleep 20"), 128 + SIGHUP);
	/* A terminal's. */
	assert_int_equal(run_shell("kill -INT $PPID; exit 3"), 3);
	assert_int_equal(sent_count, 0);
	assert_false(child_is_hurried());
	child_leave_signals();
}

/* Its number may be another's by then. */
static void nobody_gets_a_signal_after_the_end(void **state)
{
	(void)state;
	assert_int_equal(run_shell("exit 0"), 0);
	raise(SIGTERM);
	raise(SIGHUP);
	assert_int_equal(sent_count, 0);
	assert_true(child_is_hurried());
	child_leave_signals();
}

static void a_signal_after_the_end_hurries(void **state)
{
	(void)state;
	for (size_t i = 0; i < END_SIGNAL_COUNT; i++) {
		child_hurries(SOMEBODY);
		assert_int_equal(run_shell("exit 0"), 0);
		assert_false(child_is_hurried());
		raise(end_signals[i]);
		assert_true(child_is_hurried());
		assert_int_equal(sent_count, 1);
		assert_int_equal(sent[0].process, SOMEBODY);
		assert_int_equal(sent[0].signal, SIGUSR1);
		child_hurries(0);
		raise(end_signals[i]);
		assert_int_equal(sent_count, 1);
	}
	child_leave_signals();
}

static double seconds_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec + now.tv_nsec / 1e9;
}

/* Those that come at once are one: timeout(1) sends two. */
static void signals_at_once_are_one(void **state)
{
	double begin;

	(void)state;
	child_hurries(SOMEBODY);
	/* A busy host may let the second come late. */
	do {
		begin = seconds_now();
		assert_int_equal(
			run_shell("trap : TERM; kill -TERM $PPID; kill -TERM $PPID; exit 0"),
			0);
	} while (seconds_now() - begin >= 1);
	assert_false(child_is_hurried());
	child_hurries(0);
	child_leave_signals();
}

static void a_second_signal_hurries(void **state)
{
	(void)state;
	child_hurries(SOMEBODY);
	/* Until one comes late enough after the first, however late that was taken. */
	assert_int_equal(run_shell("trap 'trap - INT; kill -INT $$' INT; "
				   "while :; do kill -INT $PPID; sleep 1.1; done"),
			 128 + SIGINT);
	assert_true(child_is_hurried());
	assert_int_equal(sent_count, 2);
	assert_int_equal(sent[0].signal, SIGINT);
	assert_int_equal(sent[1].process, SOMEBODY);
	assert_int_equal(sent[1].signal, SIGUSR1);
	child_hurries(0);
	child_leave_signals();
}

static void ignored_signals_stay_ignored(void **state)
{
	(void)state;
	signal(SIGHUP, SIG_IGN);
	assert_int_equal(run_shell("kill -HUP $PPID; kill -HUP $$; exit 4"), 4);
	assert_int_equal(sent_count, 0);
	child_leave_signals();
	assert_ptr_equal(signal(SIGHUP, SIG_DFL), SIG_IGN);
	assert_ptr_equal(signal(SIGTERM, SIG_DFL), SIG_DFL);
}

static void what_can_not_be_started_is_nobody(void **state)
{
	char *argv[] = { "/nonexistent/program", NULL };

	(void)state;
	sent_count = 0;
	assert_int_equal(child_run(argv), -1);
	raise(SIGTERM);
	assert_int_equal(sent_count, 0);
	child_leave_signals();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(signals_are_passed_on),
		cmocka_unit_test(nobody_gets_a_signal_after_the_end),
		cmocka_unit_test(a_signal_after_the_end_hurries),
		cmocka_unit_test(signals_at_once_are_one),
		cmocka_unit_test(a_second_signal_hurries),
		cmocka_unit_test(ignored_signals_stay_ignored),
		cmocka_unit_test(what_can_not_be_started_is_nobody),
	};

	/* Whoever started this may ignore some: nohup(1) does, and so does a shell for jobs. */
	for (size_t i = 0; i < END_SIGNAL_COUNT; i++)
		signal(end_signals[i], SIG_DFL);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
