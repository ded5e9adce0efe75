/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a host answers to ePAPR's calls and KVM's, case by case. This program judges
 * nothing: 'paracall check --compare' runs it on two engines, and compares what they say.
 */
#include "common/test.h"
#include "runtime/call.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* The address of the interrupt that ends it differs from host to host. */
static void report(uint64_t msr, uint64_t token, uint64_t first, uint64_t second)
{
	struct state before = call_state(msr, call_code_trap);
	struct state state;

	before.gpr[11] = token;
	before.gpr[3] = first;
	before.gpr[4] = second;
	state = before;
	execute(&state);
	print("answer 0x%lx(0x%lx, 0x%lx) in %lx = vector 0x%lx", token, first, second, msr,
	      state.vector);
	for (unsigned int i = 1; i < 32; i++)
		if (state.gpr[i] != before.gpr[i])
			print(" r%u 0x%lx", i, state.gpr[i]);
	if (state.lr != before.lr || state.ctr != before.ctr || state.xer != before.xer ||
	    state.cr != before.cr)
		print(" lr 0x%lx ctr 0x%lx xer 0x%lx cr 0x%lx", state.lr, state.ctr, state.xer,
		      state.cr);
	print("\n");
}

static const uint64_t widths[] = { MSR_REAL, MSR_REAL & ~MSR_SF };

/* EV_IDLE waits for an interrupt, of which there is none. */
static bool is_harmless(uint64_t token)
{
	return (uint32_t)token != TOKEN_IDLE;
}

static const struct vendor {
	const char *name;
	uint64_t number;
} vendors[] = {
	{ "nobody", PARACALL_EPAPR_VENDOR_LOCAL },
	{ "ePAPR", PARACALL_EPAPR_VENDOR_EPAPR },
	{ "another", 2 },
	{ "KVM", PARACALL_EPAPR_VENDOR_KVM },
	{ "the one after KVM", 43 },
	{ "the sign", 0x8000 },
	{ "the last", 0xffff },
};

static void report_vendor(const void *row)
{
	uint64_t vendor = ((const struct vendor *)row)->number;

	for (unsigned int width = 0; width < COUNT(widths); width++)
		for (uint64_t number = 0; number < 0x100; number++) {
			uint64_t token = vendor << 16 | number;

			if (!is_harmless(token))
				continue;
			report(widths[width], token, 1, 2);
			report(widths[width], token | 0xdeadbeeful << 32, 1, 2);
			report(widths[width], token << 32 | number, 1, 2);
		}
}

/* Only a page that can be mapped is, and on request only. */
static void report_arguments(void)
{
	static const uint64_t values[] = { 0, 1, 0xfff, 0x8000, 1ul << 32, 1ul << 63, ~0ul };

	for (unsigned int i = 0; i < COUNT(values); i++)
		for (unsigned int k = 0; k < COUNT(values); k++) {
			report(MSR_REAL, TOKEN_FEATURES, values[i], values[k]);
			report(MSR_REAL, TOKEN_MAGIC_PAGE, values[i], values[k]);
		}
}

#define COMPARED "paracall-check(1), --compare"

static const struct test tests[] = {
	{ .name = "calls of vendor",
	  .rule = COMPARED,
	  .run_row = report_vendor,
	  .kvm = true,
	  .rows = vendors,
	  .row_count = COUNT(vendors),
	  .row_size = sizeof(vendors[0]) },
	{ .name = "arguments", .rule = COMPARED, .run = report_arguments, .kvm = true },
};

TESTS_MAIN("answers", tests)
