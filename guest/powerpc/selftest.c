/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The runtime's own tests, for which no KVM is needed: what the other programs
 * take for granted. If one of these fails, doubt the others' results.
 */
#include "common/test.h"

#include "runtime/call.h"
#include "shared/tree.h"

#define LIMIT_MS 5000

static uint64_t run_code(const uint32_t *code, size_t count, struct state *state)
{
	instructions_written(code, count);
	state->pc = (uintptr_t)code;
	execute(state);
	return state->vector;
}

static void test_interrupts(void)
{
	/* addi %r4,%r5,1 */
	static const uint32_t trap[] = { 0x38850001, TRAP };
	/* ld %r4,0(%r5) */
	static const uint32_t load[] = { 0xe8850000, TRAP };
	static const uint32_t call[] = { SC };
	struct state state = call_state(MSR_REAL, trap);
	struct state before = state;

	check_equal(run_code(trap, 2, &state), VECTOR_PROGRAM, "trap");
	check_equal(state.msr & PROGRAM_TRAP, PROGRAM_TRAP, "its reason");
	check_equal(state.pc, (uintptr_t)(trap + 1), "its address");
	check_equal(state.gpr[4], before.gpr[5] + 1, "a sum");
	for (unsigned int i = 0; i < 32; i++)
		if (i != 4)
			check_equal(state.gpr[i], before.gpr[i], "register %u", i);
	check_equal(state.lr, before.lr, "LR");
	check_equal(state.ctr, before.ctr, "CTR");
	check_equal(state.cr, before.cr, "CR");
	state = call_state(MSR_REAL, call);
	check_equal(run_code(call, 1, &state), VECTOR_SYSTEM_CALL, "sc");
	check_equal(state.pc, (uintptr_t)(call + 1), "address after it");
	state = call_state(MSR_REAL, load);
	state.gpr[5] = 1ul << 40;
	check_equal(run_code(load, 2, &state), VECTOR_MACHINE_CHECK, "address outside memory");
}

static void test_translation(void)
{
	/* ld %r4,0(%r5) */
	static const uint32_t load[] = { 0xe8850000, TRAP };
	/* mfmsr %r4 */
	static const uint32_t privileged[] = { 0x7c8000a6, TRAP };
	static const uint64_t word = 0x123456789abcdef0;
	struct state state;

	if (!mmu_is_there) {
		skip("no radix page tables");
		return;
	}
	state = call_state(MSR_VIRTUAL, load);
	state.gpr[5] = (uintptr_t)&word;
	check_equal(run_code(load, 2, &state), VECTOR_PROGRAM, "mapped");
	check_equal(state.gpr[4], word, "what is there");
	state = call_state(MSR_VIRTUAL, load);
	state.gpr[5] = (uintptr_t)&word | 0xcul << 60;
	check_equal(run_code(load, 2, &state), VECTOR_PROGRAM, "mapped twice");
	check_equal(state.gpr[4], word, "what is there");
	state = call_state(MSR_VIRTUAL, load);
	state.gpr[5] = 1ul << 40;
	check_equal(run_code(load, 2, &state), VECTOR_DATA, "not mapped");
	check_equal(state.dar, 1ul << 40, "DAR");
	state = call_state(MSR_USER, load);
	state.gpr[5] = (uintptr_t)&word;
	check_equal(run_code(load, 2, &state), VECTOR_PROGRAM, "user mode");
	check_equal(state.gpr[4], word, "what is there");
	check_equal(state.msr & MSR_PR, MSR_PR, "user mode, MSR");
	state = call_state(MSR_USER, privileged);
	check_equal(run_code(privileged, 2, &state), VECTOR_PROGRAM, "user mode, mfmsr");
	check_equal(state.msr & PROGRAM_PRIVILEGED, PROGRAM_PRIVILEGED, "its reason");
}

static void test_narrow(void)
{
	/* ld %r4,0(%r5) */
	static const uint32_t load[] = { 0xe8850000, TRAP };
	static const uint64_t word = 0x123456789abcdef0;
	struct state state = call_state(MSR_REAL & ~MSR_SF, load);

	state.gpr[5] = (uintptr_t)&word | 0xabcdef0000000000;
	check_equal(run_code(load, 2, &state), VECTOR_PROGRAM, "high half of an address");
	check_equal(state.gpr[4], word, "what is there");
	check_equal(state.msr & MSR_SF, 0, "MSR[SF]");
}

static void test_time(void)
{
	uint64_t begin = clock_now();

	delay_ms(10);
	check(clock_now() - begin >= 10000 * CLOCK_PER_US, "delay too short");
}

static void test_decrementer(void)
{
	/* b . */
	static const uint32_t wait[] = { 0x48000000 };
	struct state state = call_state(MSR_REAL | MSR_EE, wait);

	set_decrementer(10000 * CLOCK_PER_US);
	check_equal(run_code(wait, 1, &state), VECTOR_DECREMENTER, "interrupt");
	set_decrementer(0x7fffffff);
	check_equal(state.pc, (uintptr_t)wait, "its address");
}

static void count(void *argument)
{
	*(volatile uint32_t *)argument += 1 + this_cpu_number();
}

static void test_cpus(void)
{
	for (uint32_t i = 1; i < cpu_count; i++) {
		volatile uint32_t ran = 0;

		cpu_post(cpu_at(i), count, (void *)&ran);
		check(cpu_wait(cpu_at(i), LIMIT_MS), "CPU %u does not answer",
		      cpu_at(i)->number);
		check_equal(ran, 1 + cpu_at(i)->number, "CPU %u: runs", cpu_at(i)->number);
	}
}

static void test_tree(void)
{
	static uint8_t tree[1024] __attribute__((aligned(8)));
	static const struct tree_plan plan = { .version = 16, .hypervisor = "other" };
	const char *value;
	uint32_t length = 0;

	tree_make(tree, &plan);
	check_equal(tree_count(tree, "chosen"), 1, "chosen");
	check_equal(tree_count(tree, "choose"), 0, "choose");
	value = tree_find(tree, "hypervisor", "compatible", &length);
	check(value && length == 6 && !memcmp(value, "other", 6), "property");
	check(!tree_find(tree, "hypervisor", "bootargs", &length),
	      "property that does not exist");
	tree_set_word(tree, TREE_TOTALSIZE, tree_word(tree, TREE_STRUCT) + 8);
	check_equal(tree_count(tree, "chosen"), -1, "cut short");
}

static void test_papr(void)
{
	check_equal(hcall(0x7ff8, 0, 0, 0, 0), H_FUNCTION, "a call that doesn't exist");
}

/* Why a guest looks at the device tree first. */
static void test_no_kvm(void)
{
	/* lis %r0,0x4b56; ori %r0,%r0,0x4d21 */
	static const uint32_t code[] = { 0x3c004b56, 0x60004d21, SC, TRAP };
	struct state state;

	if (kvm_found) {
		skip("KVM is there");
		return;
	}
	state = call_state(MSR_REAL, code);
	state.gpr[11] = TOKEN_FEATURES;
	check_equal(run_code(code, 4, &state), VECTOR_SYSTEM_CALL, "KVM's own form");
}

/* The source of what is expected: see struct test. */
#define ISA "Power ISA, book III, "

static const struct test tests[] = {
	{ .name = "interrupts are caught",
	  .rule = ISA "\"Interrupt Definitions\"",
	  .run = test_interrupts },
	{ .name = "addresses are translated",
	  .rule = ISA "\"Radix Tree Translation\"",
	  .run = test_translation },
	{ .name = "32-bit mode",
	  .rule = "Power ISA, book I, \"Effective Address Calculation\"",
	  .run = test_narrow },
	{ .name = "time advances", .rule = ISA "\"Time Base\"", .run = test_time },
	{ .name = "decrementer interrupts",
	  .rule = ISA "\"Decrementer Interrupt\"",
	  .run = test_decrementer },
	{ .name = "other CPUs run work",
	  .rule = "PAPR, \"start-cpu\"; QEMU: hw/ppc/spapr_rtas.c, rtas_start_cpu",
	  .run = test_cpus,
	  .cpus = 2 },
	{ .name = "device trees are made and read",
	  .rule = "Devicetree Specification, \"Flattened Devicetree (DTB) Format\"",
	  .run = test_tree },
	{ .name = "the machine's own calls",
	  .rule = "QEMU: hw/ppc/spapr_hcall.c, spapr_hypercall",
	  .run = test_papr },
	{ .name = "without KVM its call is a system call",
	  .rule = ISA "\"System Call Interrupt\"",
	  .run = test_no_kvm },
};

TESTS_MAIN("selftest", tests)
