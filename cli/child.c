/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "child.h"

#include "cli.h"
#include "seen.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define ASK_SECONDS 10
/* For a program that was asked to end. */
#define END_MS 3000

/* A machine must not outlive its parent, which may be gone already. */
static void die_with_parent(pid_t parent)
{
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (getppid() != parent)
		_exit(126);
}

static void free_environment(char **environment)
{
	char **last = environment;

	while (*last)
		last++;
	/* All but the last are this process's own. */
	free(last[-1]);
	free(environment);
}

static pid_t spawn_asked(char *const argv[], char **environment, int output)
{
	pid_t parent = getpid();
	pid_t child = fork();
	int input;

	/* Here, too, so that it is true at once, whichever process runs first. */
	if (child > 0)
		setpgid(child, child);
	if (child)
		return child;
	setpgid(0, 0);
	input = open("/dev/null", O_RDONLY);
	dup2(input, STDIN_FILENO);
	dup2(output, STDOUT_FILENO);
	dup2(output, STDERR_FILENO);
	die_with_parent(parent);
	execvpe(argv[0], argv, environment);
	_exit(127);
}

static int64_t milliseconds_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static atomic_bool is_stopped;

void child_stop(void)
{
	is_stopped = true;
}

bool child_is_stopped(void)
{
	return is_stopped;
}

static bool is_time_over(int64_t end)
{
	return milliseconds_now() >= end;
}

static bool is_over(int64_t end)
{
	return is_stopped || is_time_over(end);
}

/* Read until the end, @size - 1 bytes, or the time is over; true at the end. */
static bool read_answer(int input, struct child_output *output, size_t size, int64_t end)
{
	struct pollfd poll_input = { .fd = input, .events = POLLIN };
	ssize_t count = 1;

	while (count > 0 && output->length < size - 1 && !is_over(end)) {
		if (poll(&poll_input, 1, 200) <= 0)
			continue;
		count = read(input, output->text + output->length, size - 1 - output->length);
		if (count > 0)
			output->length += count;
	}
	output->text[output->length] = '\0';
	return count <= 0;
}

static int exit_status(int status)
{
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static bool wait_until(pid_t child, bool (*is_over)(int64_t end), int64_t end, int *status)
{
	static const struct timespec pause = { .tv_nsec = 2000000 };

	while (waitpid(child, status, WNOHANG) == 0) {
		if (is_over(end))
			return false;
		nanosleep(&pause, NULL);
	}
	return true;
}

/* Gently first: it may have a child, to which it passes the signal on. */
static void end_child(pid_t child, int *status)
{
	kill(child, SIGTERM);
	if (wait_until(child, is_time_over, milliseconds_now() + END_MS, status))
		return;
	kill(-child, SIGKILL);
	waitpid(child, status, 0);
}

int child_capture(char *const argv[], unsigned int seconds, size_t size,
		  struct child_output *output)
{
	int64_t end = milliseconds_now() + (int64_t)seconds * 1000;
	char **environment;
	int status = 0;
	int ends[2];
	pid_t child;

	if (pipe2(ends, O_CLOEXEC))
		return -1;
	*output = (struct child_output){ .text = must(calloc(1, size)) };
	environment = must(seen_environment(argv[0]));
	child = spawn_asked(argv, environment, ends[1]);
	free_environment(environment);
	close(ends[1]);
	if (child > 0) {
		output->is_late = !read_answer(ends[0], output, size, end) ||
				  !wait_until(child, is_over, end, &status);
		if (output->is_late)
			end_child(child, &status);
		output->status = exit_status(status);
	}
	close(ends[0]);
	if (child > 0)
		return 0;
	free(output->text);
	return -1;
}

int child_ask(char *const argv[], char *answer, size_t size)
{
	struct child_output output;
	bool is_complete;

	*answer = '\0';
	if (child_capture(argv, ASK_SECONDS, size, &output))
		return -1;
	memcpy(answer, output.text, output.length + 1);
	is_complete = !output.is_late || output.length == size - 1;
	free(output.text);
	return is_complete ? 0 : -1;
}

/* Signals that end a command. */
static const int end_signals[] = { SIGINT, SIGQUIT, SIGTERM, SIGHUP };

#define END_SIGNALS (sizeof(end_signals) / sizeof(end_signals[0]))

/*
 * For the handler of these. Both processes are not waited for yet, so that no other has
 * their number: it is set back before.
 */
static volatile pid_t running_child;
static volatile pid_t hurried_process;
static volatile sig_atomic_t is_hurried;
/* The program has ended, or never began. */
static volatile sig_atomic_t has_ended;
/* When the first signal came; 0: none did. */
static volatile int64_t first_signal;

/* timeout(1) sends the same signal twice at once, to a process and to its group. */
#define SECOND_MS 1000

static bool is_second(int signal)
{
	int64_t now = milliseconds_now();

	if (has_ended)
		return true;
	/* A terminal that goes away sends it besides others. */
	if (signal == SIGHUP)
		return false;
	if (!first_signal)
		first_signal = now;
	return now - first_signal >= SECOND_MS;
}

static void take_signal(int signal)
{
	bool hurries = is_second(signal);
	int error = errno;

	/* The terminal sends the other two to the child as well, but it may be none. */
	if (running_child > 0 && (signal == SIGTERM || signal == SIGHUP || hurries))
		kill(running_child, signal);
	if (hurries && hurried_process > 0)
		kill(hurried_process, SIGUSR1);
	is_hurried |= hurries;
	errno = error;
}

void child_hurries(pid_t process)
{
	hurried_process = process;
}

bool child_is_hurried(void)
{
	return is_hurried;
}

/* The handler, which is ours, is not passed on to a program. */
static void exec_child(char *const argv[], char **environment, pid_t parent, int report,
		       const sigset_t *mask)
{
	child_leave_signals();
	sigprocmask(SIG_SETMASK, mask, NULL);
	die_with_parent(parent);
	execve(argv[0], argv, environment);
	if (write(report, &errno, sizeof(errno)) < 0)
		_exit(126);
	_exit(127);
}

/* The child's errno if its program couldn't be started, else 0. */
static int exec_error(int input)
{
	int error = 0;
	ssize_t count;

	do {
		count = read(input, &error, sizeof(error));
	} while (count < 0 && errno == EINTR);
	return count == sizeof(error) ? error : 0;
}

/* Blocked while this process changes what the handler reads. */
static void block_signals(sigset_t *before)
{
	sigset_t blocked;

	sigemptyset(&blocked);
	for (size_t i = 0; i < END_SIGNALS; i++)
		sigaddset(&blocked, end_signals[i]);
	sigprocmask(SIG_BLOCK, &blocked, before);
}

/* Its number can be another process's once it has been waited for. */
static int wait_for(pid_t child)
{
	siginfo_t ended;
	sigset_t before;
	int status;

	while (waitid(P_PID, child, &ended, WEXITED | WNOWAIT))
		if (errno != EINTR)
			break;
	block_signals(&before);
	running_child = 0;
	has_ended = true;
	sigprocmask(SIG_SETMASK, &before, NULL);
	while (waitpid(child, &status, 0) < 0)
		if (errno != EINTR)
			return -1;
	return exit_status(status);
}

/* Signals that are ignored stay ignored, as nohup(1) wants. */
static void take_signals(void)
{
	struct sigaction action = { .sa_handler = take_signal, .sa_flags = SA_RESTART };
	struct sigaction before;

	for (size_t i = 0; i < END_SIGNALS; i++)
		if (!sigaction(end_signals[i], NULL, &before) && before.sa_handler != SIG_IGN)
			sigaction(end_signals[i], &action, NULL);
}

void child_leave_signals(void)
{
	struct sigaction before;

	for (size_t i = 0; i < END_SIGNALS; i++)
		if (!sigaction(end_signals[i], NULL, &before) &&
		    before.sa_handler == take_signal)
			signal(end_signals[i], SIG_DFL);
}

int child_run(char *const argv[])
{
	char **environment = must(seen_environment(argv[0]));
	pid_t parent = getpid();
	sigset_t mask;
	int report[2];
	int status;
	int error;

	if (pipe2(report, O_CLOEXEC)) {
		free_environment(environment);
		return -1;
	}
	/* Blocked until there is a child to pass them on to. */
	block_signals(&mask);
	take_signals();
	first_signal = 0;
	is_hurried = false;
	running_child = fork();
	if (!running_child)
		exec_child(argv, environment, parent, report[1], &mask);
	free_environment(environment);
	error = running_child < 0 ? errno : 0;
	has_ended = running_child < 0;
	sigprocmask(SIG_SETMASK, &mask, NULL);
	close(report[1]);
	if (!error)
		error = exec_error(report[0]);
	close(report[0]);
	status = has_ended ? -1 : wait_for(running_child);
	if (!error)
		return status;
	errno = error;
	return -1;
}
