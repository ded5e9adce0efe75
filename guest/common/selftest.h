/* SPDX-License-Identifier: BSD-2-Clause */
/* Tests of a runtime's own that are the same on several architectures. */
#ifndef GUEST_COMMON_SELFTEST_H
#define GUEST_COMMON_SELFTEST_H

/* The clock advances, and the timer interrupts. */
void test_time(void);
/* Each CPU but the first runs what is posted to it. */
void test_cpus(void);

#endif /* GUEST_COMMON_SELFTEST_H */
