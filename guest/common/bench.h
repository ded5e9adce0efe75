/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The cost of single operations: lines of
 *
 *	name best median
 *
 * each of one operation in a calibrated batch, loop included; "empty" is the
 * loop alone. Compare within one run only. Without KVM, its own operations are left out.
 */
#ifndef GUEST_BENCH_H
#define GUEST_BENCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct bench {
	const char *name;
	void (*run)(uint32_t count);
	bool kvm;
};

struct bench_clock {
	uint64_t (*now)(void);
	uint64_t units_per_us;
};

void bench_empty(uint32_t count);
void bench_run(const struct bench *benches, size_t count, const struct bench_clock *clock);

#endif /* GUEST_BENCH_H */
