/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The cost of single operations, in units of the time base (512 of them are a
 * microsecond): common/bench.h.
 */
#include "common/bench.h"
#include "common/test.h"

#include "runtime/call.h"

#define MAGIC_ADDRESS (-4096ul)

/* blr, which ends call_code. */
#define RETURN 0x4e800020u

/* A call of QEMU's own that does almost nothing. */
static void run_papr(uint32_t count)
{
	for (; count; count--)
		hcall(H_GET_CPU_CHARACTERISTICS, 0, 0, 0, 0);
}

/* The four words in run_calls(), which become the hypercall's; and what it calls. */
extern uint32_t call_words[PARACALL_GUEST_CODE_WORDS - 1];
static volatile uint32_t call_token;

/*
 * In line, as sc 1 is in hcall(): a branch there and back would be measured with it.
 * The loop is the assembler's, so that the compiler doesn't unroll it.
 */
static __attribute__((noinline)) void run_calls(uint32_t count)
{
	unsigned long token = call_token;
	unsigned long left = count;

	if (!left)
		return;
	__asm__ volatile(".globl call_words\n\t"
			 "mtctr %0\n"
			 "1:\tmr 11,%1\n"
			 "call_words:\n\t"
			 "nop\n\tnop\n\tnop\n\tnop\n\t"
			 "bdnz 1b"
			 :
			 : "r"(left), "r"(token)
			 : "r0", "r3", "r4", "r5", "r6", "r7", "r8", "r9", "r10", "r11", "r12",
			   "lr", "ctr", "xer", "cr0", "cr1", "cr5", "cr6", "cr7", "memory");
}

/* Fewer than four words are followed by no-ops. */
static void prepare_calls(void)
{
	for (unsigned int i = 0; call_code[i] != RETURN; i++)
		call_words[i] = call_code[i];
	instructions_written(call_words, TEST_COUNT(call_words));
}

static void run_features(uint32_t count)
{
	call_token = TOKEN_FEATURES;
	run_calls(count);
}

static void run_unknown(uint32_t count)
{
	call_token = 0x1234;
	run_calls(count);
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

/* One access in each turn: those that follow each other at once are done together. */
#define PAGE_BENCH(name, instruction) \
	static void run_page_##name(uint32_t count) \
	{ \
		if (count) \
			__asm__ volatile("mtctr %0\n" \
					 "1:\t" instruction "\n\t" \
					 "bdnz 1b" \
					 : \
					 : "r"((unsigned long)count) \
					 : "r4", "ctr", "memory"); \
	}

PAGE_BENCH(read_srr0, "ld 4,-4096+0x40(0)")
PAGE_BENCH(read_sprg0, "ld 4,-4096+0x20(0)")
PAGE_BENCH(read_sprg3, "ld 4,-4096+0x38(0)")
PAGE_BENCH(write_srr0, "std 4,-4096+0x40(0)")
PAGE_BENCH(write_sprg0, "std 4,-4096+0x20(0)")
PAGE_BENCH(write_sprg3, "std 4,-4096+0x38(0)")
PAGE_BENCH(scratch, "std 4,-4096+0x00(0)")

static const struct bench benches[] = {
	{ "empty", bench_empty, false },       { "papr", run_papr, false },
	{ "mfsprg", run_mfsprg, false },       { "call-features", run_features, true },
	{ "call-unknown", run_unknown, true }, { "call-sc", run_sc, true },
};

/* With the magic page mapped. */
static const struct bench page_benches[] = {
	{ "page-read-srr0", run_page_read_srr0, true },
	{ "page-read-sprg0", run_page_read_sprg0, true },
	{ "page-read-sprg3", run_page_read_sprg3, true },
	{ "page-write-srr0", run_page_write_srr0, true },
	{ "page-write-sprg0", run_page_write_sprg0, true },
	{ "page-write-sprg3", run_page_write_sprg3, true },
	{ "page-scratch", run_page_scratch, true },
};

static const struct bench_clock clock = { clock_now, CLOCK_PER_US };

int main(void)
{
	unsigned long values[8] = { MAGIC_ADDRESS, MAGIC_ADDRESS | 1 };

	tests_start("bench");
	if (kvm_found)
		prepare_calls();
	bench_run(benches, TEST_COUNT(benches), &clock);
	if (kvm_features() & 1u << PARACALL_KVM_FEATURE_MAGIC_PAGE &&
	    paracall_guest_call(call_code, TOKEN_MAGIC_PAGE, values) == PARACALL_EV_SUCCESS)
		bench_run(page_benches, TEST_COUNT(page_benches), &clock);
	return EXIT_PASSED;
}
