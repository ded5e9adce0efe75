/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests, told as TAP (testanything.org):
 *
 *	ok 1 - name
 *	not ok 2 - name: expected X, got Y
 *	ok 3 - name # SKIP reason
 *	1..3
 *	# SUMMARY: 1 passed, 1 failed, 1 skipped
 *
 * The exit code is EXIT_PASSED if none failed, EXIT_FAILED if one did,
 * EXIT_SKIPPED if all were skipped, EXIT_CRASHED after "Bail out!"; see finish()
 * of the architecture for how it gets out. Names have no colon: they end there.
 */
#ifndef GUEST_COMMON_TEST_H
#define GUEST_COMMON_TEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/print.h"

struct test {
	const char *name;
	void (*run)(void);
	/* CPUs that it takes; 0 is as good as 1. */
	uint32_t cpus;
	/* Needs KVM, and of its features these bits. Else it is of what is there without. */
	bool kvm;
	uint32_t features;
};

/* Whether there is somebody who speaks KVM's language; tests_start() finds out. */
extern bool kvm_found;

/* Numbers of tests so far. */
struct test_counts {
	uint32_t passed, failed, skipped;
};
extern struct test_counts test_counts;

/* Run them in order. */
void tests_run(const struct test *tests, size_t count);
/* Plan and summary; returns the exit code. */
int tests_finish(void);

#define TESTS_MAIN(program, tests) \
	int main(void) \
	{ \
		cpus_start(); \
		tests_start(program); \
		tests_run(tests, sizeof(tests) / sizeof((tests)[0])); \
		return tests_finish(); \
	}

/*
 * In a test: the first check that fails fails it, and is named in its line;
 * later ones are printed as comments. All return whether it was as expected.
 */
bool check_equal(int64_t got, int64_t expected, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
bool check(bool good, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Whether a check of this test has failed: then there is no use in long waits. */
bool test_has_failed(void);
/* Say that the test could not be made; the test then returns. */
void skip(const char *reason);

/*
 * ---- What each architecture's runtime has for it ---------------------------
 */

/* Look for KVM, set kvm_found, print what was found. cpus_start() comes before it. */
void tests_start(const char *program);
/* Those bits of struct test's that KVM offers here. */
uint32_t kvm_features(void);
/* Besides, runtime.h has cpu_count and cpus_recover(). */

#endif /* GUEST_COMMON_TEST_H */
