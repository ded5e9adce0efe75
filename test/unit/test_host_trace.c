/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A host's traces as text, in the forms that tools have for them. */
#include "../../report/host_trace.h"
#include "../../report/recording.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static char path[] = "/tmp/test_host_trace_XXXXXX";

static struct recording *open_text(const char *text)
{
	FILE *file = fopen(path, "w");
	struct recording *recording;
	char error[512] = "";

	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
	recording = recording_open(path, error, sizeof(error));
	if (!recording)
		fail_msg("%s", error);
	return recording;
}

struct row {
	const char *line;
	uint32_t cpu;
	/* NULL: nothing is taken from the line. */
	const char *name;
	unsigned int count;
	uint64_t values[4];
	int64_t result;
};

#define HEAD "           <...>-7     [000] .....     1.000000: "

static const struct row rows[] = {
	/* The file trace of tracefs, with flags of five places and of four */
	{ .line = "       CPU 2/KVM-4321    [003] d..1.   123.456789: kvm_hypercall: nr 0x5 a0 0x0 a1 0x3 a2 0x0 a3 0x0",
	  .cpu = 2,
	  .name = "KICK_CPU",
	  .count = 2,
	  .values = { 0, 3 } },
	{ .line = " CPU 0/KVM-4319    [003] d..1   123.456789: kvm_hypercall: nr 0xa a0 0x6 a1 0x0 a2 0x1 a3 0xfd",
	  .name = "SEND_IPI",
	  .count = 4,
	  .values = { 6, 0, 1, 0xfd } },
	/* trace-cmd report, without flags and with more blanks */
	{ .line = "       CPU 1/KVM-4320  [007] 71234.000001: kvm_hypercall:        nr 0xb a0 0x2 a1 0x0 a2 0x0 a3 0x0",
	  .cpu = 1,
	  .name = "SCHED_YIELD",
	  .count = 1,
	  .values = { 2 } },
	{ .line = " qemu-system-x86-99  [001] 5.123456789: kvm_msr:              msr_write 4b564d01 = 0x7fe01001",
	  .name = "wrmsr",
	  .count = 2,
	  .values = { 0x4b564d01, 0x7fe01001 } },
	/* perf script */
	{ .line = " CPU 0/KVM  4319 [002]  9000.000100:                       kvm:kvm_msr: msr_read 12 = 0x0 (#GP)",
	  .name = "rdmsr",
	  .count = 2,
	  .values = { 0x12, 0 },
	  .result = -1 },
	{ .line = "CPU 10/KVM  4319/4330 [002]  9000.000100: kvm:kvm_pv_eoi: apicid 1f vector 236",
	  .cpu = 10,
	  .name = "pv_eoi",
	  .count = 2,
	  .values = { 0x1f, 236 } },
	{ .line = HEAD
	  "kvm_cpuid: func 40000001 idx 0 rax 1000afb rbx 0 rcx 0 rdx 1, cpuid entry found",
	  .name = "cpuid",
	  .count = 4,
	  .values = { 0x40000001, 0, 0, 1 },
	  .result = 0x1000afb },
	{ .line = HEAD
	  "kvm_cpuid: func 40000000 rax 40000001 rbx 4b4d564b rcx 564b4d56 rdx 4d, cpuid entry found",
	  .name = "cpuid",
	  .count = 4,
	  .values = { 0x40000000, 0x4b4d564b, 0x564b4d56, 0x4d },
	  .result = 0x40000001 },
	{ .line = HEAD "kvm_async_pf_not_present: token 0x1a30 gva 0x7f5c0000",
	  .name = "async_pf",
	  .count = 1,
	  .values = { 0x1a30 } },
	{ .line = HEAD "kvm_async_pf_ready: token 0x1a30 gva 0x7f5c0000",
	  .name = "async_pf_ready",
	  .count = 1,
	  .values = { 0x1a30 } },
	{ .line = HEAD "kvm_hypercall: nr 0x77 a0 0x1 a1 0x2 a2 0x3 a3 0x4",
	  .name = "unknown_call",
	  .count = 4,
	  .values = { 0x77, 1, 2, 3 } },
	/* A name with brackets in it */
	/* As many flags as are taken */
	{ .line = "x-2 [000] ................ 1.0: kvm_hypercall: nr 0x1 a0 0x0 a1 0x0 a2 0x0 a3 0x0",
	  .name = "VAPIC_POLL_IRQ" },
	{ .line = " a[12] b [x]-5   [000] ..... 1.5: kvm_hypercall: nr 0x1 a0 0x0 a1 0x0 a2 0x0 a3 0x0",
	  .name = "VAPIC_POLL_IRQ" },
	/* Other events, other registers, and what is cut off */
	{ .line = "# tracer: nop" },
	{ .line = "cpus=4" },
	{ .line = HEAD "kvm_exit: vcpu 0 reason HLT rip 0x1 info1 0x0" },
	{ .line = HEAD "kvm_msr: msr_write 6e0 = 0x1234" },
	{ .line = HEAD "kvm_msr: msr_ 12 = 0x1" },
	{ .line = HEAD "kvm_cpuid: func 1 idx 0 rax 1 rbx 2 rcx 3 rdx 4, cpuid entry found" },
	{ .line = HEAD "kvm_hypercall: nr 0x5 a0 0x0" },
	{ .line = HEAD "kvm_hypercall" },
	{ .line = "[000] 1.0: kvm_hypercall: nr 0x5 a0 0x0 a1 0x3 a2 0x0 a3 0x0" },
	{ .line = "x [000] 1.0: kvm_hypercall: nr 0x5 a0 0x0 a1 0x3 a2 0x0 a3 0x0" },
	{ .line = "x-99999999999 [000] 1.0: kvm_hypercall: nr 0x5 a0 0x0 a1 0x3 a2 0x0 a3 0x0" },
	{ .line = "x-1 [] 1.0: kvm_hypercall: nr 0x5 a0 0x0 a1 0x3 a2 0x0 a3 0x0" },
	/* No flags are that long. */
	{ .line = "x-1 [000] ................. 1.0: kvm_hypercall: nr 0x5 a0 0x0 a1 0x3 a2 0x0 a3 0x0" },
	{ .line = "x-1 [000] 1: kvm_hypercall: nr 0x5 a0 0x0 a1 0x3 a2 0x0 a3 0x0" },
	{ .line = "[" },
	{ .line = "" },
};

/* Each is after an event, which is there in any case. */
static const char first[] =
	"      CPU 40/KVM-1  [000] 0.000001: kvm_hypercall: nr 0x1 a0 0x0 a1 0x0 a2 0x0 a3 0x0\n";

static void check_event(const struct row *row, const struct event *event)
{
	if (strcmp(event->class->name, row->name))
		fail_msg("%s: it is %s", row->line, event->class->name);
	if (event->cpu != row->cpu || event->argument_count < row->count ||
	    event->result != row->result || event_has_failed(event) != (row->result < 0))
		fail_msg("%s: cpu %u, %u arguments, result %lld", row->line, event->cpu,
			 event->argument_count, (long long)event->result);
	for (unsigned int i = 0; i < row->count; i++)
		if (event->arguments[i].value != row->values[i])
			fail_msg("%s: argument %u is 0x%llx", row->line, i,
				 (unsigned long long)event->arguments[i].value);
	if (event_has_result(event) == event_is_call(event))
		fail_msg("%s: only of calls the result is unknown", row->line);
}

static void lines(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char text[512];
		struct recording *recording;
		struct event event;

		snprintf(text, sizeof(text), "%s%s\n", first, rows[i].line);
		recording = open_text(text);
		assert_true(recording_next(recording, &event));
		assert_int_equal(event.cpu, 40);
		assert_int_equal(event.time, 0);
		if (recording_next(recording, &event) != !!rows[i].name)
			fail_msg("%s: %s", rows[i].line,
				 rows[i].name ? "no event" : "an event");
		if (rows[i].name)
			check_event(&rows[i], &event);
		recording_close(recording);
	}
}

/* From the first on, in nanoseconds; and again from the beginning. */
static void times(void **state)
{
	struct recording *recording = open_text(
		" a-1 [000] 10.5: kvm_exit: x\n"
		" CPU 0/KVM-1 [000] 11.000000001: kvm_hypercall: nr 0x1 a0 0x0 a1 0x0 a2 0x0 a3 0x0\n"
		" CPU 1/KVM-2 [000] 12.5: kvm_msr: msr_read 12 = 0x5\n"
		" CPU 0/KVM-1 [000] 12.25: kvm_msr: msr_read 12 = 0x5\n");
	const struct recording_info *info = recording_info(recording);
	struct event event;

	(void)state;
	assert_true(info->is_host_trace);
	assert_int_equal(info->architecture, PARACALL_X86);
	assert_int_equal(info->cpus, 2);
	for (int i = 0; i < 2; i++) {
		assert_true(recording_next(recording, &event));
		assert_int_equal(event.time, 0);
		assert_true(recording_next(recording, &event));
		assert_int_equal(event.time, 1249999999);
		assert_int_equal(event.cpu, 0);
		assert_true(recording_next(recording, &event));
		assert_int_equal(event.time, 1499999999);
		assert_int_equal(event.cpu, 1);
		assert_false(recording_next(recording, &event));
		recording_rewind(recording);
	}
	recording_close(recording);
}

#define CALL(task) " " task " [000] 1.0: kvm_hypercall: nr 0x1 a0 0x0 a1 0x0 a2 0x0 a3 0x0\n"

/* By their names, and else by their threads; two guests' don't meet. */
static void vcpus(void **state)
{
	struct recording *recording = open_text(CALL("qemu-30") CALL("CPU 1/KVM-20")
							CALL("CPU 1/KVM-40") CALL("qemu-10"));
	uint32_t seen = 0;
	struct event event;

	(void)state;
	assert_int_equal(recording_info(recording)->streams, 4);
	while (recording_next(recording, &event))
		seen |= 1u << event.cpu;
	assert_int_equal(seen, 0xf);
	recording_close(recording);
}

static void lost_events(void **state)
{
	struct recording *recording = open_text(CALL(
		"a-1") "CPU:2 [LOST 12 EVENTS]\nCPU 3: 30 EVENTS DROPPED\nCPU 1 is empty\n");
	struct event event;

	(void)state;
	while (recording_next(recording, &event))
		;
	assert_int_equal(recording_lost(recording), 42);
	recording_rewind(recording);
	assert_int_equal(recording_lost(recording), 42);
	recording_close(recording);
}

static void check_refused(const char *text, const char *reason)
{
	FILE *file = fopen(path, "w");
	char error[512] = "";

	assert_non_null(file);
	fputs(text, file);
	fclose(file);
	assert_null(recording_open(path, error, sizeof(error)));
	if (!strstr(error, reason))
		fail_msg("%s: %s", text, error);
}

static void refused_files(void **state)
{
	(void)state;
	check_refused("", "not a recording, which is a folder, nor a host's trace");
	check_refused("some text\n", "nor a host's trace");
	check_refused("\x17\x08\x44tracing", "what 'trace-cmd report' prints");
	check_refused("PERFILE2", "what 'perf script' prints");
	check_refused(
		" CPU 0/KVM-1 [002] d..2. 123456789: kvm_hypercall: nr 0x5 a0 0x0 a1 0x1 a2 0x0 a3 0x0\n",
		"its times are not in seconds");
	check_refused("123456789: kvm_hypercall: nr 0x5\n", "not a recording");
	/* By their first line, whatever comes after it. */
	check_refused("PERFILE2\n" CALL("a-1"), "what 'perf script' prints");
	check_refused("\x17\x08\x44tracing\n" CALL("a-1"), "what 'trace-cmd report' prints");
}

#define LONGEST_LINE (64u << 10)

/* A line of @length characters, half of them NULs, between others. */
static struct recording *open_long(unsigned int length, const char *before, const char *behind,
				   char error[512])
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	fputs(before, file);
	for (unsigned int i = 0; i < length; i++)
		putc(i % 2 ? 'x' : '\0', file);
	fputs(behind, file);
	assert_int_equal(fclose(file), 0);
	return recording_open(path, error, 512);
}

/* A file without lines would otherwise be taken into memory whole. */
static void long_lines(void **state)
{
	static const struct {
		const char *before;
		const char *behind;
	} places[] = { { "", "\n" CALL("a-1") },
		       { CALL("a-1"), "\n" CALL("a-1") },
		       { CALL("a-1"), "" } };
	struct recording *recording;
	char error[512] = "";

	(void)state;
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		recording = open_long(LONGEST_LINE, places[i].before, places[i].behind, error);
		if (!recording)
			fail_msg("place %zu: %s", i, error);
		recording_close(recording);
		assert_null(
			open_long(LONGEST_LINE + 1, places[i].before, places[i].behind, error));
		assert_non_null(strstr(error, path));
		assert_non_null(strstr(error, "a line above 64 KiB, so it is not a recording"));
	}
	/* Which file it is, is known nevertheless. */
	assert_null(open_long(LONGEST_LINE, "PERFILE2", "", error));
	assert_non_null(strstr(error, "what 'perf script' prints"));
}

/* More threads than there can be vCPUs. */
static void too_many(void **state)
{
	FILE *file = fopen(path, "w");
	char error[512] = "";

	(void)state;
	assert_non_null(file);
	for (int i = 1; i <= PARACALL_MAX_CPUS + 1; i++)
		fprintf(file,
			" x-%d [000] 1.0: kvm_hypercall: nr 0x1 a0 0x0 a1 0x0 a2 0x0 a3 0x0\n",
			i);
	fclose(file);
	assert_null(recording_open(path, error, sizeof(error)));
	assert_non_null(strstr(error, "too many vCPUs"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines),	 cmocka_unit_test(times),
		cmocka_unit_test(vcpus),	 cmocka_unit_test(lost_events),
		cmocka_unit_test(refused_files), cmocka_unit_test(too_many),
		cmocka_unit_test(long_lines),
	};
	int file = mkstemp(path);
	int failed;

	if (file < 0)
		return 1;
	close(file);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	unlink(path);
	return failed;
}
