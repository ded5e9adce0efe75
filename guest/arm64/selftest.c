/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The runtime's own tests, for which no KVM is needed: what the other programs
 * take for granted. If one of these fails, doubt the others' results.
 */
#include "common/selftest.h"
#include "common/test.h"
#include "runtime/runtime.h"

static void run_code(const uint32_t *code, struct state *state, uint64_t pstate)
{
	state->pc = (uintptr_t)code;
	state->pstate = pstate;
	execute(state);
}

static void test_exceptions(void)
{
	/* udf #0; and mrs x3, vbar_el1, which EL0 cannot execute. */
	static const uint32_t undefined[] = { 0x00000000 };
	static const uint32_t privileged[] = { 0xd538c003, BRK };
	struct state state = { .x[5] = 0x123456789abcdef0, .x[30] = 0x30 };

	run_code(undefined, &state, PSTATE_EL1);
	check_equal(exception_class(&state), CLASS_UNKNOWN, "undefined instruction");
	check_equal((int64_t)state.pc, (int64_t)(uintptr_t)undefined, "its address");
	check_equal((int64_t)state.x[5], 0x123456789abcdef0, "a register");
	check_equal((int64_t)state.x[30], 0x30, "the link register");
	run_code(privileged, &state, PSTATE_EL1);
	check_equal(exception_class(&state), CLASS_BRK, "EL1: VBAR_EL1 can be read");
	check(state.x[3] != 0, "VBAR_EL1 is 0");
	run_code(privileged, &state, PSTATE_EL0);
	check_equal(exception_class(&state), CLASS_UNKNOWN, "EL0: VBAR_EL1");
	check_equal((int64_t)(state.pstate & 0xf), 0, "EL0: its level");
}

static void test_off_and_on(void)
{
	for (unsigned int round = 0; round < 3; round++) {
		check(cpu_off(cpu_at(1)), "CPU 1 does not go off");
		check(cpu_on(cpu_at(1)), "CPU 1 does not come back");
		test_cpus();
	}
}

/* Who asks for it gets -1, and X1 to X3 as they were. */
static void test_no_kvm(void)
{
	struct results results;

	if (kvm_found) {
		skip("KVM is there");
		return;
	}
	results = call(PARACALL_VENDOR_HYP_CALL_UID, 1, 2, 3);
	check_equal(results.x0, PARACALL_SMCCC_NOT_SUPPORTED, "VENDOR_HYP_CALL_UID");
	check_equal((int64_t)results.x1, 1, "X1");
	check_equal((int64_t)results.x3, 3, "X3");
	results = call(PARACALL_PSCI_FEATURES, PARACALL_SMCCC_VERSION, 0, 0);
	check_equal(results.x0, PARACALL_SMCCC_NOT_SUPPORTED, "PSCI_FEATURES of SMCCC_VERSION");
}

/* Nobody comes between a guest and a hypervisor of its own. */
static void test_own_hypervisor(void)
{
	static const uint32_t functions[] = {
		PARACALL_SMCCC_VERSION, PARACALL_VENDOR_HYP_CALL_UID, PARACALL_PSCI_VERSION,
		PARACALL_PV_TIME_ST,	PARACALL_VENDOR_HYP_KVM_PTP,  0,
	};
	static const uint32_t code[] = { HVC(0), BRK };

	if (!has_own_hypervisor) {
		skip("the guest has no EL2");
		return;
	}
	for (unsigned int i = 0; i < sizeof(functions) / sizeof(functions[0]); i++) {
		struct state state = { .x[0] = functions[i], .x[1] = 1 };

		run_code(code, &state, PSTATE_EL1);
		check_equal((int64_t)state.x[0], OWN_HYPERVISOR, "hvc with 0x%x", functions[i]);
		check_equal((int64_t)state.x[1], 1, "X1");
	}
}

/* The source of what is expected: see struct test. */
#define MANUAL "Arm Architecture Reference Manual, "

static const struct test tests[] = {
	{ .name = "exceptions are caught",
	  .rule = MANUAL "\"Synchronous exception types\"",
	  .run = test_exceptions },
	{ .name = "time advances", .rule = MANUAL "\"The Generic Timer\"", .run = test_time },
	{ .name = "other CPUs run work",
	  .rule = "Arm DEN 0022, CPU_ON",
	  .run = test_cpus,
	  .cpus = 2 },
	{ .name = "CPU goes off and on",
	  .rule = "Arm DEN 0022, CPU_OFF and AFFINITY_INFO",
	  .run = test_off_and_on,
	  .cpus = 2 },
	{ .name = "without KVM there are only PSCI's calls",
	  .rule = "QEMU: target/arm/tcg/psci.c, arm_handle_psci_call",
	  .run = test_no_kvm },
	{ .name = "hvc is the guest's own hypervisor's",
	  .rule = MANUAL "\"HVC\"",
	  .run = test_own_hypervisor },
};

TESTS_MAIN("selftest", tests)
