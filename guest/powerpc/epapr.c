/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The calls, and who gets none: Documentation/virt/kvm/ppc-pv.rst; kvmppc_kvm_pv
 * in arch/powerpc/kvm/powerpc.c; ePAPR 1.1, "Hypercall ABI".
 */
#include "common/test.h"

#include "runtime/call.h"

#define FEATURES_KNOWN (1u << PARACALL_KVM_FEATURE_MAGIC_PAGE)

/* The second address of all that is mapped. */
#define OTHER_MAPPING (0xcul << 60)

/* KVM's own form. */
static uint32_t sc_code[] = { 0x3c004b56, 0x60004d21, SC, TRAP };
/* The same without the first two, for any value of register 0. */
static uint32_t bare_sc_code[] = { SC, TRAP };
static uint32_t sc_1_code[] = { SC_1, TRAP };

static struct state call(uint64_t msr, uint64_t token)
{
	struct state state = call_state(msr, call_code_trap);

	state.gpr[11] = token;
	execute(&state);
	check_equal(state.vector, VECTOR_PROGRAM, "interrupt after the call");
	return state;
}

static void check_features(const struct state *state)
{
	check_equal(state->gpr[3], PARACALL_EV_SUCCESS, "result");
	check_equal(state->gpr[4] & ~(uint64_t)FEATURES_KNOWN, 0, "features, unknown bits");
}

static void test_features(void)
{
	unsigned long values[8] = { 1, 2, 3, 4, 5, 6, 7, 8 };
	struct state state = call(MSR_REAL, TOKEN_FEATURES);

	check_features(&state);
	check_equal(paracall_guest_call(call_code, TOKEN_FEATURES, values), PARACALL_EV_SUCCESS,
		    "from C");
	check_equal(values[0], state.gpr[4], "from C, features");
}

struct token {
	const char *name;
	uint64_t token;
};

static const struct token unknown[] = {
	{ "nothing", 0 },
	{ "FEATURES without a vendor", PARACALL_KVM_HC_FEATURES },
	{ "FEATURES of ePAPR's", PARACALL_EPAPR_TOKEN(1, PARACALL_KVM_HC_FEATURES) },
	{ "FEATURES of another vendor", PARACALL_EPAPR_TOKEN(43, PARACALL_KVM_HC_FEATURES) },
	{ "x86's KICK_CPU", PARACALL_EPAPR_TOKEN(42, PARACALL_KVM_HC_KICK_CPU) },
	{ "x86's VAPIC_POLL_IRQ", PARACALL_EPAPR_TOKEN(42, PARACALL_KVM_HC_VAPIC_POLL_IRQ) },
	{ "EV_IDLE of KVM's", PARACALL_EPAPR_TOKEN(42, PARACALL_EV_IDLE) },
	{ "EV_BYTE_CHANNEL_SEND", PARACALL_EPAPR_TOKEN(1, PARACALL_EV_BYTE_CHANNEL_SEND) },
	{ "EV_MSGSND", PARACALL_EPAPR_TOKEN(1, PARACALL_EV_MSGSND) },
	{ "ePAPR's 8, which is none", PARACALL_EPAPR_TOKEN(1, 8) },
	{ "a PAPR number", H_CEDE },
	{ "all ones", 0xffffffff },
	{ "the sign", 0x80000000 },
	{ "FEATURES and the sign", TOKEN_FEATURES | 0x80000000 },
};

static void test_unknown(const void *row)
{
	const struct token *token = row;
	struct state state = call(MSR_REAL, token->token);

	check_equal(state.gpr[3], PARACALL_EV_UNIMPLEMENTED, "result");
	check_equal(state.gpr[4], 0, "register 4");
}

/* The call's number is a 32-bit one. */
static void test_high_half(void)
{
	struct state state = call(MSR_REAL, TOKEN_FEATURES | 0xdeadbeef00000000);

	check_features(&state);
	state = call(MSR_REAL, PARACALL_KVM_HC_FEATURES | (uint64_t)TOKEN_FEATURES << 32);
	check_equal(state.gpr[3], PARACALL_EV_UNIMPLEMENTED, "number in the high half");
}

/* Register 0 is for the instructions themselves: KVM's load a number into it. */
static void check_unchanged(const struct state *state, const struct state *before)
{
	for (unsigned int i = 1; i < 32; i++)
		if (i != 3 && i != 4)
			check_equal(state->gpr[i], before->gpr[i], "register %u", i);
	check_equal(state->lr, before->lr, "LR");
	check_equal(state->ctr, before->ctr, "CTR");
	check_equal(state->xer, before->xer, "XER");
	check_equal(state->cr, before->cr, "CR");
}

/* More than guests may count on. */
static void test_unchanged(void)
{
	static const uint64_t tokens[] = { TOKEN_FEATURES, TOKEN_IDLE, 0x1234 };

	for (unsigned int i = 0; i < 3; i++) {
		struct state before = call_state(MSR_REAL, call_code_trap);
		struct state state = call(MSR_REAL, tokens[i]);

		before.gpr[11] = tokens[i];
		check_unchanged(&state, &before);
		check_equal(state.msr & (MSR_REAL | MSR_IR | MSR_DR | MSR_PR), MSR_REAL, "MSR");
	}
}

static void test_narrow(void)
{
	struct state state = call(MSR_REAL & ~MSR_SF, TOKEN_FEATURES | 0xffff000000000000);

	check_features(&state);
	state = call(MSR_REAL & ~MSR_SF, 0x1234);
	check_equal(state.gpr[3], PARACALL_EV_UNIMPLEMENTED, "unknown call");
	check_equal(state.gpr[4], 0, "unknown call, register 4");
}

static void test_translated(void)
{
	struct state state;

	if (!mmu_is_there) {
		skip("no radix page tables");
		return;
	}
	state = call(MSR_VIRTUAL, TOKEN_FEATURES);
	check_features(&state);
	state = call_state(MSR_VIRTUAL, call_code_trap);
	state.pc |= OTHER_MAPPING;
	state.gpr[11] = TOKEN_FEATURES;
	execute(&state);
	check_features(&state);
	check_equal(state.pc & OTHER_MAPPING, OTHER_MAPPING, "address after the call");
	state = call_state(MSR_VIRTUAL, sc_code);
	state.pc |= OTHER_MAPPING;
	state.gpr[11] = TOKEN_FEATURES;
	execute(&state);
	check_features(&state);
	check_equal(state.pc, (uintptr_t)(sc_code + 3) | OTHER_MAPPING, "address after sc");
}

/* KVM's own instructions are a system call then; a host may have others. */
static bool has_sc(void)
{
	for (unsigned int i = 0; i < PARACALL_GUEST_CODE_WORDS; i++)
		if (call_code[i] == SC)
			return true;
	return false;
}

static void test_user(void)
{
	struct state state, before;

	if (!mmu_is_there) {
		skip("no user mode without page tables");
		return;
	}
	before = call_state(MSR_USER, call_code_trap);
	before.gpr[11] = TOKEN_FEATURES;
	state = before;
	execute(&state);
	if (has_sc()) {
		check_equal(state.vector, VECTOR_SYSTEM_CALL, "interrupt");
	} else {
		check_equal(state.vector, VECTOR_PROGRAM, "interrupt after the call");
		check_equal(state.msr & PROGRAM_TRAP, PROGRAM_TRAP, "its reason");
	}
	check_equal(state.gpr[3], before.gpr[3], "register 3");
	check_equal(state.gpr[4], before.gpr[4], "register 4");
	check_unchanged(&state, &before);
}

static void test_user_sc(void)
{
	struct state state, before;

	if (!mmu_is_there) {
		skip("no user mode without page tables");
		return;
	}
	before = call_state(MSR_USER, sc_code);
	before.gpr[11] = TOKEN_FEATURES;
	state = before;
	execute(&state);
	check_equal(state.vector, VECTOR_SYSTEM_CALL, "interrupt");
	check_equal(state.pc, (uintptr_t)(sc_code + 3), "address after sc");
	check_equal(state.gpr[3], before.gpr[3], "register 3");
}

static void test_sc(void)
{
	unsigned long values[8] = { 0 };
	struct state state = call_state(MSR_REAL, sc_code);

	state.gpr[11] = TOKEN_FEATURES;
	execute(&state);
	check_equal(state.vector, VECTOR_PROGRAM, "interrupt after it");
	check_features(&state);
	check_equal(paracall_guest_sc_call(0x1234, values), PARACALL_EV_UNIMPLEMENTED,
		    "unknown call");
	state = call_state(MSR_REAL & ~MSR_SF, sc_code);
	state.gpr[11] = TOKEN_FEATURES;
	execute(&state);
	check_equal(state.vector, VECTOR_PROGRAM, "32-bit mode");
	check_features(&state);
}

static void test_sc_magic(void)
{
	static const struct {
		uint64_t value;
		bool is_call;
	} rows[] = {
		{ PARACALL_KVM_SC_MAGIC, true },
		{ PARACALL_KVM_SC_MAGIC | 0xabcdef0100000000, true },
		{ PARACALL_KVM_SC_MAGIC + 1, false },
		{ (uint64_t)PARACALL_KVM_SC_MAGIC << 32, false },
		{ 0, false },
	};

	for (unsigned int i = 0; i < TEST_COUNT(rows); i++) {
		struct state state = call_state(MSR_REAL, bare_sc_code);

		state.gpr[0] = rows[i].value;
		state.gpr[11] = TOKEN_FEATURES;
		execute(&state);
		check_equal(state.vector, rows[i].is_call ? VECTOR_PROGRAM : VECTOR_SYSTEM_CALL,
			    "register 0 is 0x%lx", rows[i].value);
		check_equal(state.pc, (uintptr_t)(bare_sc_code + 1), "address after it");
	}
}

/* The two are distinguished by the instruction only. */
static void test_papr(void)
{
	struct state state = call_state(MSR_REAL, sc_1_code);

	state.gpr[0] = PARACALL_KVM_SC_MAGIC;
	state.gpr[3] = 0x7ff8;
	state.gpr[11] = TOKEN_FEATURES;
	execute(&state);
	check_equal(state.vector, VECTOR_PROGRAM, "interrupt after it");
	check_equal((int64_t)state.gpr[3], H_FUNCTION, "a call that doesn't exist");
	state = call_state(MSR_REAL, sc_1_code);
	state.gpr[3] = H_PROD;
	state.gpr[4] = 0x1234567;
	execute(&state);
	check_equal((int64_t)state.gpr[3], H_PARAMETER, "H_PROD, no such CPU");
}

#define ADD_1_TO_R5 0x38a50001u
#define BRANCH 0x48000000u

/* The call, and its number counted in register 5, in a loop. */
static const uint32_t *idle_code(void)
{
	static uint32_t loop[PARACALL_GUEST_CODE_WORDS + 1];
	unsigned int words = 0;

	while (call_code[words] != 0x4e800020) {
		loop[words] = call_code[words];
		words++;
	}
	loop[words++] = ADD_1_TO_R5;
	loop[words] = BRANCH | ((uint32_t)(-4 * (int)words) & 0x03fffffc);
	instructions_written(loop, words + 1);
	return loop;
}

static struct state idle_loop(const uint32_t *loop, unsigned int us)
{
	struct state state = call_state(MSR_REAL | MSR_EE, loop);

	state.gpr[5] = 0;
	state.gpr[11] = TOKEN_IDLE;
	set_decrementer(us * CLOCK_PER_US);
	execute(&state);
	set_decrementer(0x7fffffff);
	return state;
}

/*
 * As a guest's idle loop does it: until an interrupt ends it. On a busy host that
 * may be before anything was called.
 */
static void test_idle(void)
{
	const uint32_t *loop = idle_code();
	unsigned int ms = 50;
	struct state state;

	do {
		state = idle_loop(loop, ms * 1000);
		check_equal(state.vector, VECTOR_DECREMENTER, "interrupt");
		ms *= 4;
	} while (ms < 4000 && !state.gpr[5]);
	check_equal(state.gpr[3], PARACALL_EV_SUCCESS, "result");
	check_equal(state.gpr[4], 0, "register 4");
	/* It waits: that often the call would be over in no time. */
	check(state.gpr[5] < 100, "%lu calls until an interrupt", state.gpr[5]);
}

/*
 * The interrupt comes as soon as possible, so now and then between the call and its wait.
 * There it ends the wait, and the guest sees nothing of how it waits.
 */
static void test_idle_interrupted(void)
{
	const uint32_t *loop = idle_code();

	for (unsigned int i = 0; i < 1000 && !test_has_failed(); i++) {
		struct state state = idle_loop(loop, i % 100);

		check_equal(state.vector, VECTOR_DECREMENTER, "interrupt");
		check(state.gpr[3] != H_CEDE, "register 3 is H_CEDE, at 0x%lx of 0x%lx",
		      state.pc, (uintptr_t)loop);
	}
}

/* It returns when an interrupt is pending, or early; and does not enable it. */
static void test_idle_masked(void)
{
	struct state state;

	set_decrementer(20000 * CLOCK_PER_US);
	state = call(MSR_REAL, TOKEN_IDLE);
	set_decrementer(0x7fffffff);
	check_equal(state.gpr[3], PARACALL_EV_SUCCESS, "result");
	check_equal(state.gpr[4], 0, "register 4");
	check_equal(state.msr & MSR_EE, 0, "MSR[EE]");
}

static void test_no_page(void)
{
	struct state state;

	if (kvm_features() & 1u << PARACALL_KVM_FEATURE_MAGIC_PAGE) {
		skip("it is offered");
		return;
	}
	state = call(MSR_REAL, TOKEN_MAGIC_PAGE);
	check_equal(state.gpr[3], PARACALL_EV_UNIMPLEMENTED, "result");
	check_equal(state.gpr[4], 0, "register 4");
}

#define CALLS_EACH 5000

static void call_often(void *argument)
{
	uint32_t *wrong = argument;

	for (unsigned int i = 0; i < CALLS_EACH; i++) {
		unsigned long values[8] = { 0 };

		*wrong += paracall_guest_call(call_code, TOKEN_FEATURES, values) !=
				  PARACALL_EV_SUCCESS ||
			  values[0] & ~(unsigned long)FEATURES_KNOWN;
		*wrong += paracall_guest_call(call_code, this_cpu_number(), values) !=
				  PARACALL_EV_UNIMPLEMENTED ||
			  values[0];
	}
}

static void test_all_cpus(void)
{
	static uint32_t wrong[MAX_CPUS];

	for (uint32_t i = 1; i < cpu_count; i++)
		cpu_post(cpu_at(i), call_often, &wrong[i]);
	call_often(&wrong[0]);
	for (uint32_t i = 0; i < cpu_count; i++) {
		check(!i || cpu_wait(cpu_at(i), 60000), "CPU %u does not end", i);
		check_equal(wrong[i], 0, "CPU %u, wrong answers", i);
	}
}

#define KVM_TEST .kvm = true

/* The source of what is expected: see struct test. */
#define DOCUMENT "Documentation/virt/kvm/ppc-pv.rst, "
#define PV "arch/powerpc/kvm/powerpc.c, kvmppc_kvm_pv"
#define EXIT "arch/powerpc/kvm/book3s_pr.c, kvmppc_handle_exit_pr: BOOK3S_INTERRUPT_SYSCALL"

static const struct test tests[] = {
	{ .name = "FEATURES",
	  .rule = PV "; " DOCUMENT "\"KVM hypercalls\"",
	  .covers = "FEATURES",
	  .run = test_features,
	  KVM_TEST },
	{ .name = "unknown call",
	  .rule = PV "; " DOCUMENT "\"KVM hypercalls\"",
	  .run_row = test_unknown,
	  TEST_ROWS(unknown),
	  KVM_TEST },
	{ .name = "the number's high half is ignored",
	  .rule = PV,
	  .run = test_high_half,
	  KVM_TEST },
	{ .name = "other registers stay",
	  .rule = PV "; " EXIT,
	  .run = test_unchanged,
	  KVM_TEST },
	{ .name = "32-bit mode", .rule = PV, .run = test_narrow, KVM_TEST },
	{ .name = "addresses are translated",
	  .rule = EXIT "; Power ISA, book III, \"System Call Interrupt\"",
	  .run = test_translated,
	  KVM_TEST },
	{ .name = "user mode gets no call", .rule = EXIT, .run = test_user, KVM_TEST },
	{ .name = "user mode's sc is a system call",
	  .rule = EXIT,
	  .run = test_user_sc,
	  KVM_TEST },
	{ .name = "sc with KVM's number is a call",
	  .rule = EXIT "; arch/powerpc/kvm/powerpc.c, kvm_vm_ioctl_get_pvinfo",
	  .run = test_sc,
	  KVM_TEST },
	{ .name = "sc without it is a system call",
	  .rule = EXIT,
	  .run = test_sc_magic,
	  KVM_TEST },
	{ .name = "the machine's own calls",
	  .rule = EXIT "; QEMU: hw/ppc/spapr_hcall.c, spapr_hypercall and h_prod",
	  .run = test_papr,
	  KVM_TEST },
	{ .name = "EV_IDLE until an interrupt",
	  .rule = PV "; arch/powerpc/kernel/epapr_hcalls.S, epapr_ev_idle",
	  .covers = "EV_IDLE",
	  .run = test_idle,
	  KVM_TEST },
	{ .name = "EV_IDLE interrupted at once",
	  .rule = PV "; arch/powerpc/kvm/powerpc.c, kvm_arch_vcpu_runnable",
	  .run = test_idle_interrupted,
	  KVM_TEST },
	{ .name = "EV_IDLE with interrupts disabled",
	  .rule = PV "; arch/powerpc/kvm/powerpc.c, kvm_arch_vcpu_runnable",
	  .run = test_idle_masked,
	  KVM_TEST },
	{ .name = "no magic page unless offered",
	  .rule = PV "; arch/powerpc/include/uapi/asm/epapr_hcalls.h, EV_UNIMPLEMENTED",
	  .run = test_no_page,
	  KVM_TEST },
	{ .name = "all CPUs call", .rule = PV, .run = test_all_cpus, .cpus = 2, KVM_TEST },
};

TESTS_MAIN("epapr", tests)
