/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What single operations cost, in units of the time base (512 of them are a
 * microsecond): common/bench.h.
 */
#include "common/bench.h"
#include "common/test.h"

#include "runtime/call.h"

#define MAGIC_ADDRESS (-4096ul)

/* A call of QEMU's own that does next to nothing. */
static void run_papr(uint32_t count)
{
	for (; count; count--)
		hcall(H_GET_CPU_CHARACTERISTICS, 0, 0, 0, 0);
}

/* With no more registers than the call needs, as hcall() has. */
static void call(uint32_t token)
{
	register unsigned long r3 __asm__("r3");
	register unsigned long r4 __asm__("r4");
	register unsigned long r11 __asm__("r11") = token;
	register unsigned long r12 __asm__("r12") = (uintptr_t)call_code;

	__asm__ volatile("mtctr 12\n\tbctrl"
			 : "=r"(r3), "=r"(r4), "+r"(r11), "+r"(r12)
			 :
			 : "r0", "r5", "r6", "r7", "r8", "r9", "r10", "lr", "ctr", "xer", "cr0",
			   "cr1", "cr5", "cr6", "cr7", "memory");
}

static void run_features(uint32_t count)
{
	for (; count; count--)
		call(TOKEN_FEATURES);
}

static void run_unknown(uint32_t count)
{
	for (; count; count--)
		call(0x1234);
}

static void run_sc(uint32_t count)
{
	unsigned long values[8] = { 0 };

	for (; count; count--)
		paracall_guest_sc_call(TOKEN_FEATURES, values);
}

static void run_mfsprg(uint32_t count)
{
	unsigned long value;

	for (; count; count--)
		__asm__ volatile("mfsprg0 %0" : "=r"(value));
}

static void run_page_read(uint32_t count)
{
	unsigned long value;

	for (; count; count--)
		__asm__ volatile("ld %0,-4096+0x20(0)" : "=r"(value) : : "memory");
}

static void run_page_write(uint32_t count)
{
	for (; count; count--)
		__asm__ volatile("std %0,-4096+0x20(0)"
				 :
				 : "r"((unsigned long)count)
				 : "memory");
}

static void run_page_scratch(uint32_t count)
{
	for (; count; count--)
		__asm__ volatile("std %0,-4096+0x00(0)"
				 :
				 : "r"((unsigned long)count)
				 : "memory");
}

static const struct bench benches[] = {
	{ "empty", bench_empty, false },       { "papr", run_papr, false },
	{ "mfsprg", run_mfsprg, false },       { "call-features", run_features, true },
	{ "call-unknown", run_unknown, true }, { "call-sc", run_sc, true },
};

/* With the magic page mapped. */
static const struct bench page_benches[] = {
	{ "page-read", run_page_read, true },
	{ "page-write", run_page_write, true },
	{ "page-scratch", run_page_scratch, true },
};

static const struct bench_clock clock = { clock_now, CLOCK_PER_US };

int main(void)
{
	unsigned long values[8] = { MAGIC_ADDRESS, MAGIC_ADDRESS | 1 };

	tests_start("bench");
	bench_run(benches, TEST_COUNT(benches), &clock);
	if (kvm_features() & 1u << PARACALL_KVM_FEATURE_MAGIC_PAGE &&
	    paracall_guest_call(call_code, TOKEN_MAGIC_PAGE, values) == PARACALL_EV_SUCCESS)
		bench_run(page_benches, TEST_COUNT(page_benches), &clock);
	return EXIT_PASSED;
}
