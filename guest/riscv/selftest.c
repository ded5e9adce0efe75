/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The runtime's own tests, for which no KVM is needed: what the other programs
 * take for granted. If one of these fails, doubt the others' results.
 */
#include "common/selftest.h"
#include "common/test.h"
#include "runtime/runtime.h"

static void run_code(const uint32_t *code, struct state *state, uint64_t status)
{
	state->pc = (uintptr_t)code;
	state->status = status;
	execute(state);
}

static void test_exceptions(void)
{
	/* unimp; and csrr gp, sscratch, which user mode cannot execute. */
	static const uint32_t undefined[] = { 0xc0001073 };
	static const uint32_t privileged[] = { 0x140021f3, EBREAK };
	struct state state = { .x[5] = 0x123456789abcdef0, .x[10] = 0x10, .x[31] = 0x31 };

	run_code(undefined, &state, SSTATUS_SPP);
	check_equal((int64_t)state.cause, CAUSE_ILLEGAL_INSTRUCTION, "undefined instruction");
	check_equal((int64_t)state.pc, (int64_t)(uintptr_t)undefined, "its address");
	check_equal((int64_t)state.x[5], 0x123456789abcdef0, "t0");
	check_equal((int64_t)state.x[10], 0x10, "a0");
	check_equal((int64_t)state.x[31], 0x31, "t6");
	run_code(privileged, &state, SSTATUS_SPP);
	check_equal((int64_t)state.cause, CAUSE_BREAKPOINT, "supervisor mode: sscratch");
	check(state.x[3] != 0, "sscratch is 0");
	run_code(privileged, &state, 0);
	check_equal((int64_t)state.cause, CAUSE_ILLEGAL_INSTRUCTION, "user mode: sscratch");
	check_equal((int64_t)(state.status & SSTATUS_SPP), 0, "user mode: where it came from");
}

static void test_off_and_on(void)
{
	for (unsigned int round = 0; round < 3; round++) {
		check(cpu_off(cpu_at(1)), "CPU 1 does not go off");
		check(cpu_on(cpu_at(1)), "CPU 1 does not come back");
		test_cpus();
	}
}

/* What is KVM's alone the firmware does not have. */
static void test_no_kvm(void)
{
	struct results results;

	if (kvm_found) {
		skip("KVM is there");
		return;
	}
	results = call(PARACALL_SBI_BASE, PARACALL_SBI_BASE_PROBE_EXT, PARACALL_SBI_STA, 0, 0);
	check_equal(results.error, PARACALL_SBI_SUCCESS, "probe of STA");
	check_equal((int64_t)results.value, 0, "probe of STA: its value");
	results = call(PARACALL_SBI_STA, PARACALL_SBI_STA_STEAL_TIME_SET_SHMEM,
		       PARACALL_SBI_SHMEM_DISABLE, PARACALL_SBI_SHMEM_DISABLE, 0);
	check_equal(results.error, PARACALL_SBI_ERR_NOT_SUPPORTED, "STA");
}

static const uint64_t extensions[] = {
	PARACALL_SBI_BASE,
	PARACALL_SBI_STA,
	PARACALL_SBI_TIME,
	0x0a0b0c0d,
};

#define EXTENSIONS (sizeof(extensions) / sizeof(extensions[0]))

static struct state call_state(uint64_t extension)
{
	return (struct state){ .x[A(0)] = 0x5a5a,
			       .x[A(1)] = 0xa5a5,
			       .x[A(6)] = PARACALL_SBI_BASE_GET_IMP_ID,
			       .x[A(7)] = extension };
}

static void check_untouched(const struct state *state, uint64_t extension, uint64_t cause)
{
	check_equal((int64_t)state->cause, (int64_t)cause, "extension 0x%lx: how it ended",
		    extension);
	check_equal((int64_t)state->x[A(0)], 0x5a5a, "extension 0x%lx: a0", extension);
	check_equal((int64_t)state->x[A(1)], 0xa5a5, "extension 0x%lx: a1", extension);
	check_equal((int64_t)state->x[A(7)], (int64_t)extension, "extension 0x%lx: a7",
		    extension);
}

static const uint32_t call_code[] = { ECALL, EBREAK };

/* There it is a system call, and the guest's kernel's. */
static void test_user(void)
{
	for (unsigned int i = 0; i < EXTENSIONS; i++) {
		struct state state = call_state(extensions[i]);

		run_code(call_code, &state, 0);
		check_untouched(&state, extensions[i], CAUSE_USER_CALL);
		check_equal((int64_t)state.pc, (int64_t)(uintptr_t)call_code, "its address");
	}
}

/* Nobody comes between a hypervisor and its guest. */
static void test_virtual(void)
{
	if (!has_hypervisor()) {
		skip("the CPU has no hypervisor mode");
		return;
	}
	for (unsigned int i = 0; i < EXTENSIONS; i++) {
		struct state state = call_state(extensions[i]);

		state.pc = (uintptr_t)call_code;
		state.status = SSTATUS_SPP;
		execute_virtual(&state);
		check_untouched(&state, extensions[i], CAUSE_VIRTUAL_SUPERVISOR_CALL);
	}
}

/* Where it is written what is expected: see struct test. */
#define MANUAL "RISC-V Privileged Architecture, "
#define SBI "RISC-V Supervisor Binary Interface Specification, "

static const struct test tests[] = {
	{ .name = "exceptions are caught",
	  .rule = MANUAL "\"Supervisor Cause Register (scause)\"",
	  .run = test_exceptions },
	{ .name = "time goes by", .rule = SBI "\"Timer Extension\"", .run = test_time },
	{ .name = "other CPUs run work",
	  .rule = SBI "\"Hart State Management Extension\"",
	  .run = test_cpus,
	  .cpus = 2 },
	{ .name = "CPU goes off and on",
	  .rule = SBI "\"Hart State Management Extension\"",
	  .run = test_off_and_on,
	  .cpus = 2 },
	{ .name = "without KVM there is no steal time",
	  .rule = SBI "\"Binary Encoding\", SBI_ERR_NOT_SUPPORTED",
	  .run = test_no_kvm },
	{ .name = "user mode's calls are the kernel's",
	  .rule = MANUAL "\"Environment Call and Breakpoint\"",
	  .run = test_user },
	{ .name = "calls of the guest's own guests are its own",
	  .rule = MANUAL "\"Hypervisor Extension\", traps",
	  .run = test_virtual },
};

TESTS_MAIN("selftest", tests)
