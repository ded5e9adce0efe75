/* SPDX-License-Identifier: BSD-2-Clause */
#include "common/bench.h"

#include "common/test.h"

#define BATCHES 21
/* A batch takes about this long, so that reading the time is negligible. */
#define BATCH_US 2000
#define MOST_OPERATIONS (1u << 28)

void bench_empty(uint32_t count)
{
	for (; count; count--)
		__asm__ volatile("");
}

static uint64_t time_of(const struct bench *bench, uint32_t count,
			const struct bench_clock *clock)
{
	uint64_t begin = clock->now();

	bench->run(count);
	return clock->now() - begin;
}

/* Doubled until they take long enough; also lets the host translate. */
static uint32_t calibrate(const struct bench *bench, const struct bench_clock *clock)
{
	uint32_t count = 64;

	while (time_of(bench, count, clock) < BATCH_US * clock->units_per_us &&
	       count < MOST_OPERATIONS)
		count *= 2;
	return count;
}

static void sort(uint64_t *values, unsigned int count)
{
	for (unsigned int i = 1; i < count; i++) {
		uint64_t value = values[i];
		unsigned int j = i;

		for (; j && values[j - 1] > value; j--)
			values[j] = values[j - 1];
		values[j] = value;
	}
}

/* With one digit after the point. */
static void print_each(uint64_t units, uint32_t count)
{
	uint64_t tenths = (units * 10 + count / 2) / count;

	print(" %" PRIu64 ".%" PRIu64, tenths / 10, tenths % 10);
}

static void measure(const struct bench *bench, const struct bench_clock *clock)
{
	uint32_t count = calibrate(bench, clock);
	uint64_t units[BATCHES];

	for (unsigned int i = 0; i < BATCHES; i++)
		units[i] = time_of(bench, count, clock);
	sort(units, BATCHES);
	print("%s", bench->name);
	print_each(units[0], count);
	print_each(units[BATCHES / 2], count);
	print("\n");
}

void bench_run(const struct bench *benches, size_t count, const struct bench_clock *clock)
{
	print("# name, best and median of %u batches; %" PRIu64 " units are 1 us\n", BATCHES,
	      clock->units_per_us);
	for (size_t i = 0; i < count; i++)
		if (kvm_found || !benches[i].kvm)
			measure(&benches[i], clock);
}
