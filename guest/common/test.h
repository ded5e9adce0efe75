/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests, reported as TAP (testanything.org):
 *
 *	ok 1 - name
 *	not ok 2 - name
 *	# what was checked: expected X, got Y
 *	ok 3 - name # SKIP reason
 *	1..3
 *	# SUMMARY: 1 passed, 1 failed, 1 skipped
 *
 * The exit code is EXIT_PASSED if none failed, EXIT_FAILED if one did,
 * EXIT_SKIPPED if all were skipped, EXIT_CRASHED after "Bail out!"; see finish()
 * of the architecture for how it gets out.
 */
#ifndef GUEST_COMMON_TEST_H
#define GUEST_COMMON_TEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/print.h"

/* The host reads these from the program's file: see there before changing them. */
struct test {
	const char *name;
	/*
	 * What it covers: names of paracall list, MSR_ before a
	 * register's, separated by spaces; % is the row's name.
	 */
	const char *covers;
	/*
	 * The source of what is expected: a file and a function of the kernel, "QEMU:"
	 * before one of QEMU's, or a document and its section; several are separated by "; ". The
	 * build fails if there is none.
	 */
	const char *rule;
	void (*run)(void);
	/* Instead of run(): each row is a case of its own. A row begins with its name. */
	void (*run_row)(const void *row);
	const void *rows;
	uint32_t row_count, row_size;
	/* CPUs that it needs; 0 means 1. */
	uint32_t cpus;
	/* Needs KVM, and these bits of its features. Else it tests what exists without KVM. */
	bool kvm;
	uint32_t features;
};

#define TEST_COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define TEST_ROWS(array) \
	.rows = (array), .row_count = TEST_COUNT(array), .row_size = sizeof((array)[0])

struct test_list {
	const struct test *tests;
	/* Otherwise it would be aligned to 4 on i386. */
	uint64_t count __attribute__((aligned(8)));
};

/* Have the host and tests_run_all() find them: once for each array of tests. */
#define TEST_LIST(array) \
	static const struct test_list array##_list \
		__attribute__((used, section("paracall_tests"))) = { (array), \
								     TEST_COUNT(array) }

/* Whether the host implements KVM's interface; tests_start() finds out. */
extern bool kvm_found;

/* Numbers of tests so far. */
struct test_counts {
	uint32_t passed, failed, skipped;
};
extern struct test_counts test_counts;

/* Run them in order. */
void tests_run(const struct test *tests, size_t count);
/* All lists of the program, as its files are in the link's order. */
void tests_run_all(void);
/* Plan and summary; returns the exit code. */
int tests_finish(void);

#define TESTS_MAIN(program, tests) \
	TEST_LIST(tests); \
	int main(void) \
	{ \
		cpus_start(); \
		tests_start(program); \
		tests_run_all(); \
		return tests_finish(); \
	}

/*
 * In a test: a failing check fails it, and is reported in a comment below its
 * line. All return whether the result was as expected.
 */
bool check_equal(int64_t got, int64_t expected, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
bool check(bool good, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Whether a check of this test has failed: then long waits are useless. */
bool test_has_failed(void);
/* Report that the test is not possible; the test then returns. */
void skip(const char *reason);

/*
 * ---- What each architecture's runtime has for it ---------------------------
 */

/* Look for KVM, set kvm_found, print what was found. cpus_start() comes before it. */
void tests_start(const char *program);
/* Those bits of struct test that KVM offers here. */
uint32_t kvm_features(void);
/* Besides, runtime.h has cpu_count and cpus_recover(). */

#endif /* GUEST_COMMON_TEST_H */
