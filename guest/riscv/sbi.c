/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The Supervisor Binary Interface as KVM speaks it: who answers, registers, what there is
 * not, and the firmware's calls, which are there as before.
 */
#include "common/test.h"
#include "runtime/runtime.h"

#define LIMIT_MS 5000
#define UNUSED_EXTENSION 0x0a0b0c0dul

/* All registers have these before a call, but for those that it is given. */
static uint64_t pattern(unsigned int number)
{
	return 0xa5a5000000000000 + number * 0x0101010101010101;
}

static void run_call(uint64_t extension, uint64_t function, uint64_t a0, struct state *state)
{
	static const uint32_t code[] = { ECALL, EBREAK };

	for (unsigned int i = 0; i < 32; i++)
		state->x[i] = pattern(i);
	state->x[A(0)] = a0;
	state->x[A(6)] = function;
	state->x[A(7)] = extension;
	state->pc = (uintptr_t)code;
	state->status = SSTATUS_SPP;
	execute(state);
}

/* All but a0 and a1 are as they were. */
static void check_registers(const struct state *state, uint64_t extension, uint64_t function)
{
	for (unsigned int i = 1; i < 32; i++)
		if (i != A(0) && i != A(1) && i != A(6) && i != A(7))
			check_equal((int64_t)state->x[i], (int64_t)pattern(i), "x%u", i);
	check_equal((int64_t)state->x[A(6)], (int64_t)function, "a6");
	check_equal((int64_t)state->x[A(7)], (int64_t)extension, "a7");
}

struct question {
	const char *name;
	uint64_t extension;
	uint64_t function;
	uint64_t a0;
	int64_t error;
	uint64_t value;
};

static void run_question(const void *row)
{
	const struct question *question = row;
	struct state state;

	run_call(question->extension, question->function, question->a0, &state);
	check_equal((int64_t)state.cause, CAUSE_BREAKPOINT, "how it ended");
	check_equal((int64_t)state.x[A(0)], question->error, "a0");
	check_equal((int64_t)state.x[A(1)], (int64_t)question->value, "a1");
	check_registers(&state, question->extension, question->function);
}

#define BASE PARACALL_SBI_BASE
#define PROBE PARACALL_SBI_BASE_PROBE_EXT
#define STA PARACALL_SBI_STA

static const struct question probes[] = {
	{ "BASE", BASE, PROBE, BASE, 0, 1 },
	{ "TIME", BASE, PROBE, PARACALL_SBI_TIME, 0, 1 },
	{ "IPI", BASE, PROBE, PARACALL_SBI_IPI, 0, 1 },
	{ "RFENCE", BASE, PROBE, PARACALL_SBI_RFENCE, 0, 1 },
	{ "HSM", BASE, PROBE, PARACALL_SBI_HSM, 0, 1 },
	{ "SRST", BASE, PROBE, PARACALL_SBI_SRST, 0, 1 },
	{ "one that there is not", BASE, PROBE, UNUSED_EXTENSION, 0, 0 },
	{ "all bits count", BASE, PROBE, 0x100000000 | STA, 0, 0 },
	{ "all bits", BASE, PROBE, UINT64_MAX, 0, 0 },
};

/* The functions of STA that there are need its feature; see sta.c for these. */
static const struct question unknown[] = {
	{ "BASE, past the last", BASE, 7, 0, -2, 0 },
	{ "BASE, the upper half", BASE, 0x100000000 | PARACALL_SBI_BASE_GET_IMP_ID, 0, -2, 0 },
	{ "STA, function 1", STA, 1, 0, -2, 0 },
	{ "STA, the upper half", STA, 0x100000000, 0, -2, 0 },
	{ "STA, all bits", STA, UINT64_MAX, 0, -2, 0 },
	{ "STA, bits above its number", 0x100000000 | STA, 0, 0, -2, 0 },
	{ "an extension", UNUSED_EXTENSION, 0, 0, -2, 0 },
	{ "an extension above 32 bits", 0x100000000 | BASE, 1, 0, -2, 0 },
	{ "all bits", UINT64_MAX, UINT64_MAX, 0, -2, 0 },
};

static const struct question identification[] = {
	{ "SBI_BASE_GET_IMP_ID", BASE, PARACALL_SBI_BASE_GET_IMP_ID, 0, 0,
	  PARACALL_SBI_IMP_KVM },
	{ "again, with a0", BASE, PARACALL_SBI_BASE_GET_IMP_ID, UINT64_MAX, 0,
	  PARACALL_SBI_IMP_KVM },
};

/* A kernel that has KVM for RISC-V is 5.16 at least. */
static void test_version(void)
{
	struct state state;

	run_call(BASE, PARACALL_SBI_BASE_GET_IMP_VERSION, 1, &state);
	check_equal((int64_t)state.x[A(0)], 0, "a0");
	check(state.x[A(1)] >= 0x051000 && state.x[A(1)] < 0x1000000, "version 0x%lx",
	      state.x[A(1)]);
	check_registers(&state, BASE, PARACALL_SBI_BASE_GET_IMP_VERSION);
}

static void test_spec_version(void)
{
	struct results results = call(BASE, PARACALL_SBI_BASE_GET_SPEC_VERSION, 0, 0, 0);

	check_equal(results.error, 0, "a0");
	check(results.value >= 0x02000000, "version 0x%lx is too old for steal time",
	      results.value);
}

static void test_probe_sta(void)
{
	struct results results = call(BASE, PROBE, STA, 0, 0);

	check_equal(results.error, 0, "a0");
	check_equal((int64_t)results.value, 1, "a1");
}

static void ask(void *argument)
{
	*(volatile uint32_t *)argument =
		(uint32_t)call(BASE, PARACALL_SBI_BASE_GET_IMP_ID, 0, 0, 0).value;
}

static void test_other_cpus(void)
{
	for (uint32_t i = 1; i < cpu_count; i++) {
		volatile uint32_t who = 0;

		cpu_post(cpu_at(i), ask, (void *)&who);
		check(cpu_wait(cpu_at(i), LIMIT_MS), "CPU %u does not answer", i);
		check_equal(who, PARACALL_SBI_IMP_KVM, "CPU %u", i);
	}
}

/* The firmware's, but still there. */
static void test_firmware(void)
{
	uint64_t hart = cpu_at(0)->hart;

	check_equal((int64_t)call(PARACALL_SBI_HSM, PARACALL_SBI_HSM_HART_STATUS, hart, 0, 0)
			    .value,
		    0, "this hart runs");
	check_equal(call(PARACALL_SBI_HSM, PARACALL_SBI_HSM_HART_STATUS, 0x12345, 0, 0).error,
		    PARACALL_SBI_ERR_INVALID_PARAM, "a hart that there is not");
	check_equal(call(PARACALL_SBI_HSM, PARACALL_SBI_HSM_HART_START, hart, 0x80200000, 0)
			    .error,
		    PARACALL_SBI_ERR_ALREADY_AVAILABLE, "it runs already");
	check(take_interrupts(50) > 0, "no interrupt of the timer");
}

#define ECALL_RULE "arch/riscv/kvm/vcpu_sbi.c, kvm_riscv_vcpu_sbi_ecall"
#define BASE_RULE "arch/riscv/kvm/vcpu_sbi_base.c, kvm_sbi_ext_base_handler"

static const struct test tests[] = {
	{ .name = "who answers",
	  .covers = "SBI_BASE_GET_IMP_ID",
	  .rule = BASE_RULE,
	  .run_row = run_question,
	  TEST_ROWS(identification),
	  .kvm = true },
	{ .name = "its version",
	  .covers = "SBI_BASE_GET_IMP_VERSION",
	  .rule = BASE_RULE,
	  .run = test_version,
	  .kvm = true },
	{ .name = "the interface's version",
	  .rule = "arch/riscv/kernel/paravirt.c, has_pv_steal_clock",
	  .run = test_spec_version,
	  .kvm = true },
	{ .name = "probe of STA",
	  .covers = "SBI_BASE_PROBE_EXT",
	  .rule = "arch/riscv/kvm/vcpu_sbi_sta.c, kvm_sbi_ext_sta_probe",
	  .run = test_probe_sta,
	  .kvm = true,
	  .features = 1u << PARACALL_KVM_FEATURE_STA },
	{ .name = "probe", .rule = BASE_RULE, .run_row = run_question, TEST_ROWS(probes) },
	{ .name = "functions that there are not",
	  .rule = ECALL_RULE,
	  .run_row = run_question,
	  TEST_ROWS(unknown) },
	{ .name = "other CPUs are answered, too",
	  .rule = BASE_RULE,
	  .run = test_other_cpus,
	  .cpus = 2,
	  .kvm = true },
	{ .name = "the firmware's calls are there as before",
	  .rule = "RISC-V Supervisor Binary Interface Specification, \"Hart State Management Extension\"",
	  .run = test_firmware },
};

TESTS_MAIN("sbi", tests)
