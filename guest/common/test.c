/* SPDX-License-Identifier: BSD-2-Clause */
#include "common/test.h"

#include "runtime.h"

/* The host knows them by these. */
#define POINTER sizeof(void *)
_Static_assert(offsetof(struct test, covers) == POINTER &&
		       offsetof(struct test, rule) == 2 * POINTER &&
		       offsetof(struct test, rows) == 5 * POINTER &&
		       offsetof(struct test, row_count) == 6 * POINTER &&
		       offsetof(struct test, row_size) == 6 * POINTER + 4 &&
		       sizeof(struct test) == (POINTER == 8 ? 72 : 44),
	       "layout of struct test");
_Static_assert(offsetof(struct test_list, count) == 8 && sizeof(struct test_list) == 16,
	       "layout of struct test_list");

bool kvm_found;
struct test_counts test_counts;

static const struct test *current;
/* Of a test with rows this row's name, which is its first member. */
static const char *const *current_row;
static const char *skip_reason;
static bool failed;

static uint32_t next_number(void)
{
	return test_counts.passed + test_counts.failed + test_counts.skipped + 1;
}

static void print_line(const char *verdict)
{
	print("%s %u - %s%s%s", verdict, next_number(), current->name, current_row ? ", " : "",
	      current_row ? *current_row : "");
}

static void begin_failure(void)
{
	if (!failed) {
		print_line("not ok");
		print("\n");
	}
	print("# ");
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
		print(": expected %" PRId64 ", got %" PRId64 "\n", expected, got);
	else
		print(": expected 0x%" PRIx64 ", got 0x%" PRIx64 "\n", (uint64_t)expected,
		      (uint64_t)got);
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

static void run_case(const struct test *test, const void *row)
{
	current = test;
	current_row = row;
	failed = false;
	skip_reason = reason_against(test);
	if (!skip_reason) {
		if (row)
			test->run_row(row);
		else
			test->run();
		cpus_recover();
	}
	if (failed) {
		test_counts.failed++;
		return;
	}
	print_line("ok");
	if (skip_reason)
		print(" # SKIP %s\n", skip_reason);
	else
		print("\n");
	if (skip_reason)
		test_counts.skipped++;
	else
		test_counts.passed++;
}

static void run_one(const struct test *test)
{
	const uint8_t *rows = test->rows;

	if (!rows)
		run_case(test, NULL);
	for (uint32_t i = 0; i < test->row_count; i++)
		run_case(test, rows + (size_t)i * test->row_size);
}

void tests_run(const struct test *tests, size_t count)
{
	for (size_t i = 0; i < count; i++)
		run_one(&tests[i]);
}

/* The linker's: where the section of that name begins and ends, if there is one. */
extern const struct test_list __start_paracall_tests[] __attribute__((weak));
extern const struct test_list __stop_paracall_tests[] __attribute__((weak));

void tests_run_all(void)
{
	for (const struct test_list *list = __start_paracall_tests;
	     list < __stop_paracall_tests; list++)
		tests_run(list->tests, list->count);
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
