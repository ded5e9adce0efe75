/* SPDX-License-Identifier: BSD-2-Clause */
#include "common/test.h"

#include "runtime.h"

bool kvm_found;
struct test_counts test_counts;

static const struct test *current;
static const char *skip_reason;
static bool failed;

static uint32_t next_number(void)
{
	return test_counts.passed + test_counts.failed + test_counts.skipped + 1;
}

/* The first failure is the test's own line, the others comments. */
static void begin_failure(void)
{
	if (failed)
		print("# %s: ", current->name);
	else
		print("not ok %u - %s: ", next_number(), current->name);
	failed = true;
}

bool check_equal(int64_t got, int64_t expected, const char *format, ...)
{
	va_list arguments;

	if (got == expected)
		return true;
	begin_failure();
	va_start(arguments, format);
	vprint(format, arguments);
	va_end(arguments);
	/* Small ones are codes and counts. */
	if (expected > -0x10000 && expected < 0x10000 && got > -0x10000 && got < 0x10000)
		print(": expected %ld, got %ld\n", expected, got);
	else
		print(": expected 0x%lx, got 0x%lx\n", (uint64_t)expected, (uint64_t)got);
	return false;
}

bool check(bool good, const char *format, ...)
{
	va_list arguments;

	if (good)
		return true;
	begin_failure();
	va_start(arguments, format);
	vprint(format, arguments);
	va_end(arguments);
	print("\n");
	return false;
}

bool test_has_failed(void)
{
	return failed;
}

void skip(const char *reason)
{
	skip_reason = reason;
}

static const char *reason_against(const struct test *test)
{
	if (test->kvm && !kvm_found)
		return "no KVM here";
	if (test->features & ~kvm_features())
		return "KVM does not offer the feature";
	if (test->cpus > cpu_count)
		return "needs more CPUs";
	return NULL;
}

static void run_one(const struct test *test)
{
	current = test;
	failed = false;
	skip_reason = reason_against(test);
	if (!skip_reason) {
		test->run();
		cpus_recover();
	}
	if (failed) {
		test_counts.failed++;
	} else if (skip_reason) {
		print("ok %u - %s # SKIP %s\n", next_number(), test->name, skip_reason);
		test_counts.skipped++;
	} else {
		print("ok %u - %s\n", next_number(), test->name);
		test_counts.passed++;
	}
}

void tests_run(const struct test *tests, size_t count)
{
	for (size_t i = 0; i < count; i++)
		run_one(&tests[i]);
}

int tests_finish(void)
{
	print("1..%u\n", next_number() - 1);
	print("# SUMMARY: %u passed, %u failed, %u skipped\n", test_counts.passed,
	      test_counts.failed, test_counts.skipped);
	if (test_counts.failed)
		return EXIT_FAILED;
	return test_counts.passed ? EXIT_PASSED : EXIT_SKIPPED;
}
