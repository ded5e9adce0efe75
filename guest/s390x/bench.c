/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What single operations cost, in units of the time-of-day clock (4096 of them
 * are a microsecond): lines of
 *
 *	name best median
 *
 * each of one operation in a calibrated batch, loop included; "empty" is the
 * loop alone. Compare within one run only. Without KVM its own are left out.
 */
#include "common/test.h"
#include "runtime/runtime.h"

#define BATCHES 21
/* A batch takes about this long, so that reading the time is nothing beside it. */
#define BATCH_US 2000
#define MOST_OPERATIONS (1u << 28)

static uint8_t page[PAGE] __attribute__((aligned(PAGE)));

static void run_empty(uint32_t count)
{
	for (; count; count--)
		__asm__ volatile("");
}

/* Served by QEMU. */
static void run_notify(uint32_t count)
{
	for (; count; count--)
		paracall_guest_diag_kvm(3, 0, 0, 0, 0, 0, 0);
}

static void run_slice_end(uint32_t count)
{
	for (; count; count--)
		paracall_guest_diag_yield();
}

static void run_yield_self(uint32_t count)
{
	uint16_t self = this_cpu_address();

	for (; count; count--)
		paracall_guest_diag_yield_to(self);
}

static void run_release(uint32_t count)
{
	for (; count; count--)
		paracall_guest_diag_release((uintptr_t)page, (uintptr_t)page);
}

static void run_cancel(uint32_t count)
{
	static const struct paracall_guest_page_reference block __attribute__((
		aligned(8))) = { .code = 0x258, .subcode = 1, .length = 5, .version = 2 };

	for (; count; count--)
		paracall_guest_diag_page_reference(&block);
}

struct bench {
	const char *name;
	void (*run)(uint32_t count);
	bool kvm;
};

static const struct bench benches[] = {
	{ "empty", run_empty, false },	       { "diag-500-notify", run_notify, false },
	{ "diag-44", run_slice_end, false },   { "diag-9c-self", run_yield_self, true },
	{ "diag-10-page", run_release, true }, { "diag-258-cancel", run_cancel, true },
};

#define BENCHES (sizeof(benches) / sizeof(benches[0]))

static uint64_t time_of(const struct bench *bench, uint32_t count)
{
	uint64_t begin = clock_now();

	bench->run(count);
	return clock_now() - begin;
}

/* Twice as many till they take long enough; also lets the host translate. */
static uint32_t calibrate(const struct bench *bench)
{
	uint32_t count = 64;

	while (time_of(bench, count) < BATCH_US * CLOCK_PER_US && count < MOST_OPERATIONS)
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

/* With one digit behind the point. */
static void print_each(uint64_t units, uint32_t count)
{
	uint64_t tenths = (units * 10 + count / 2) / count;

	print(" %lu.%lu", tenths / 10, tenths % 10);
}

static void measure(const struct bench *bench)
{
	uint32_t count = calibrate(bench);
	uint64_t units[BATCHES];

	for (unsigned int i = 0; i < BATCHES; i++)
		units[i] = time_of(bench, count);
	sort(units, BATCHES);
	print("%s", bench->name);
	print_each(units[0], count);
	print_each(units[BATCHES / 2], count);
	print("\n");
}

int main(void)
{
	tests_start("bench");
	print("# name, best and median of %u batches, %lu units are 1 us\n", BATCHES,
	      CLOCK_PER_US);
	for (unsigned int i = 0; i < BENCHES; i++)
		if (kvm_found || !benches[i].kvm)
			measure(&benches[i]);
	return EXIT_PASSED;
}
