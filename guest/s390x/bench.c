/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The cost of single operations, in units of the time-of-day clock (4096 of them
 * are a microsecond): common/bench.h.
 */
#include "common/bench.h"
#include "common/test.h"
#include "runtime/runtime.h"

static volatile unsigned long notify_subcode = 3;
static uint8_t page[PAGE] __attribute__((aligned(PAGE)));

/* Served by QEMU. The subcode is in the instruction before, as in Linux's calls. */
static void run_notify(uint32_t count)
{
	for (; count; count--)
		__asm__ volatile("lghi 1,3\n\t"
				 "lghi 2,0\n\t"
				 "diag 2,4,0x500"
				 :
				 :
				 : "1", "2", "3", "4", "memory", "cc");
}

/* And here it is not known. */
static void run_notify_loaded(uint32_t count)
{
	for (; count; count--)
		paracall_guest_diag_kvm(notify_subcode, 0, 0, 0, 0, 0, 0);
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

static const struct bench benches[] = {
	{ "empty", bench_empty, false },
	{ "diag-500-notify", run_notify, false },
	{ "diag-500-loaded", run_notify_loaded, false },
	{ "diag-44", run_slice_end, false },
	{ "diag-9c-self", run_yield_self, true },
	{ "diag-10-page", run_release, true },
	{ "diag-258-cancel", run_cancel, true },
};

#define BENCHES (sizeof(benches) / sizeof(benches[0]))

int main(void)
{
	static const struct bench_clock clock = { clock_now, CLOCK_PER_US };

	tests_start("bench");
	bench_run(benches, BENCHES, &clock);
	return EXIT_PASSED;
}
