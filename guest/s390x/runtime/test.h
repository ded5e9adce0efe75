/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests, told as TAP (testanything.org):
 *
 *	ok 1 - name
 *	not ok 2 - name: expected X, got Y
 *	ok 3 - name # SKIP reason
 *	1..3
 *	# SUMMARY: 1 passed, 1 failed, 1 skipped
 *	# exit: failed
 *
 * The last line says passed if none failed, failed if one did, skipped if all
 * were skipped, crashed after "Bail out!"; see finish(). Names have no colon:
 * test/guests-s390x.conf has the names of those known to fail.
 */
#ifndef GUEST_TEST_H
#define GUEST_TEST_H

#include "runtime.h"

struct test {
	const char *name;
	void (*run)(void);
	/* CPUs that it takes; 0 is as good as 1. */
	uint32_t cpus;
	/* Needs KVM; else it is of what QEMU serves by itself. */
	bool kvm;
};

/* Whether there is somebody who knows KVM's functions. */
extern bool kvm_found;

/* Numbers of tests so far. */
struct test_counts {
	uint32_t passed, failed, skipped;
};
extern struct test_counts test_counts;

/* Look for KVM, print what was found. cpus_start() comes before it. */
void tests_start(const char *program);
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

#endif /* GUEST_TEST_H */
