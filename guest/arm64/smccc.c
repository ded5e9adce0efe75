/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The calling convention as KVM speaks it: discovery, registers, and what is refused.
 * Rules are those of the kernel's arch/arm64/kvm/.
 */
#include "common/test.h"
#include "runtime/runtime.h"

#define LIMIT_MS 5000

/* All registers have these before a call, but for those that it is given. */
static uint64_t pattern(unsigned int number)
{
	return 0xa5a5000000000000 + number * 0x0101010101010101;
}

/* One instruction, and then what ends it. */
static void run_call(uint32_t instruction, uint64_t function, uint64_t x1, uint64_t pstate,
		     struct state *state)
{
	static uint32_t code[MAX_CPUS][2];
	uint32_t *mine = code[this_cpu_number()];

	mine[0] = instruction;
	mine[1] = BRK;
	instructions_written(mine, 2);
	for (unsigned int i = 0; i < 31; i++)
		state->x[i] = pattern(i);
	state->x[0] = function;
	state->x[1] = x1;
	state->pc = (uintptr_t)mine;
	state->pstate = pstate;
	execute(state);
}

static void check_zeros(const struct state *state, const char *what)
{
	for (unsigned int i = 1; i <= 3; i++)
		check_equal((int64_t)state->x[i], 0, "%s: X%u", what, i);
}

/* As KVM leaves it: X0 is the answer, X1 to X3 are 0, all others as they were. */
static void check_call(uint32_t instruction, uint64_t function, uint64_t x1, int64_t expected,
		       const char *what)
{
	struct state state;

	run_call(instruction, function, x1, PSTATE_EL1, &state);
	check_equal(exception_class(&state), CLASS_BRK, "%s: how it ended", what);
	check_equal((int64_t)state.x[0], expected, "%s: X0", what);
	check_zeros(&state, what);
	for (unsigned int i = 4; i < 31; i++)
		check_equal((int64_t)state.x[i], (int64_t)pattern(i), "%s: X%u", what, i);
}

static void test_discovery(void)
{
	check(call(PARACALL_PSCI_VERSION, 0, 0, 0).x0 >= 0x10000, "PSCI is older than 1.0");
	check_call(HVC(0), PARACALL_PSCI_FEATURES, PARACALL_SMCCC_VERSION,
		   PARACALL_SMCCC_SUCCESS, "PSCI_FEATURES of SMCCC_VERSION");
	check_call(HVC(0), PARACALL_SMCCC_VERSION, 1, PARACALL_SMCCC_VERSION_1_1,
		   "SMCCC_VERSION");
}

static void test_uid(void)
{
	struct results uid = call(PARACALL_VENDOR_HYP_CALL_UID, 1, 2, 3);

	check_equal(uid.x0, PARACALL_KVM_UID_0, "X0");
	check_equal((int64_t)uid.x1, PARACALL_KVM_UID_1, "X1");
	check_equal((int64_t)uid.x2, PARACALL_KVM_UID_2, "X2");
	check_equal((int64_t)uid.x3, PARACALL_KVM_UID_3, "X3");
}

/*
 * Bit 0 says that there is this call; above bit 1 there is none that an engine has. Likewise
 * in X2, whose two are off unless KVM's user space wants them.
 */
static void test_features(void)
{
	struct results features = call(PARACALL_VENDOR_HYP_KVM_FEATURES, 1, 2, 3);

	check_equal(features.x0 & 1, 1, "bit 0");
	check_equal(features.x0 & ~3l, 0, "bits above 1");
	check_equal((int64_t)features.x1, 0, "X1");
	check_equal((int64_t)features.x2 & ~3l, 0, "bits above 1 of X2");
	check_equal((int64_t)features.x3, 0, "X3");
}

struct question {
	const char *name;
	uint64_t function;
	uint64_t x1;
	int64_t answer;
};

static void run_question(const void *row)
{
	const struct question *question = row;

	check_call(HVC(0), question->function, question->x1, question->answer, "by hvc");
	/* KVM serves it likewise. */
	check_call(SMC(0), question->function, question->x1, question->answer, "by smc");
}

#define FEATURES PARACALL_SMCCC_ARCH_FEATURES

/* What depends on the host's CPU is not asked for. */
static const struct question arch_features[] = {
	{ "PV_TIME_FEATURES", FEATURES, PARACALL_PV_TIME_FEATURES, 0 },
	{ "PV_TIME_FEATURES, 32 bits count", FEATURES,
	  0xffffffff00000000 | PARACALL_PV_TIME_FEATURES, 0 },
	{ "SMCCC_VERSION", FEATURES, PARACALL_SMCCC_VERSION, -1 },
	{ "SMCCC_ARCH_FEATURES", FEATURES, PARACALL_SMCCC_ARCH_FEATURES, -1 },
	{ "PV_TIME_ST", FEATURES, PARACALL_PV_TIME_ST, -1 },
	{ "TRNG_VERSION", FEATURES, PARACALL_TRNG_VERSION, -1 },
	{ "SOC_ID", FEATURES, 0x80000002, -1 },
	{ "nothing", FEATURES, 0, -1 },
};

static const struct question unknown[] = {
	{ "0", 0, 1, -1 },
	{ "1", 1, 1, -1 },
	{ "SOC_ID", 0x80000002, 1, -1 },
	{ "SMCCC_VERSION, 64-bit form", 0xc0000000, 1, -1 },
	{ "PV_TIME_FEATURES, 32-bit form", 0x85000020, PARACALL_PV_TIME_ST, -1 },
	{ "PV_TIME, one after", 0xc5000022, 1, -1 },
	{ "call count of KVM's", 0x8600ff00, 1, -1 },
	{ "UID, 64-bit form", 0xc600ff01, 1, -1 },
	{ "revision of KVM's", 0x8600ff03, 1, -1 },
	{ "KVM_FEATURES, 64-bit form", 0xc6000000, 1, -1 },
	{ "pKVM's MEMINFO", PARACALL_VENDOR_HYP_KVM_HYP_MEMINFO, 0, -1 },
	{ "pKVM's MEM_SHARE", PARACALL_VENDOR_HYP_KVM_MEM_SHARE, 0x40000000, -1 },
	{ "DISCOVER_IMPL_VER, 32-bit form", 0x86000040, 0, -1 },
	{ "DISCOVER_IMPL_CPUS, 32-bit form", 0x86000041, 0, -1 },
	{ "TRNG, one after", 0x84000054, 1, -1 },
	{ "PSCI, one that there is not", 0x84000077, 1, -1 },
	{ "CPU_SUSPEND of PSCI 0.1", 0x95c1ba5e, 0, -1 },
	{ "CPU_OFF of PSCI 0.1", 0x95c1ba5f, 0, -1 },
	{ "all bits", 0xffffffffffffffff, 1, -1 },
};

#define DISCOVER_IMPL \
	(1u << PARACALL_KVM_FEATURE_DISCOVER_IMPL_VER | \
	 1u << PARACALL_KVM_FEATURE_DISCOVER_IMPL_CPUS)

static const struct question unlisted[] = {
	{ "DISCOVER_IMPL_VER", PARACALL_VENDOR_HYP_KVM_DISCOVER_IMPL_VER, 0, -1 },
	{ "DISCOVER_IMPL_CPUS", PARACALL_VENDOR_HYP_KVM_DISCOVER_IMPL_CPUS, 0, -1 },
};

/* KVM does not have them unless its user space does. */
static void run_unlisted(const void *row)
{
	if (kvm_features() & DISCOVER_IMPL)
		skip("the host lists implementations of CPUs");
	else
		run_question(row);
}

static void check_results(const struct results *results, int64_t x0, uint64_t x1, uint64_t x2,
			  uint64_t x3, const char *what)
{
	check_equal(results->x0, x0, "%s: X0", what);
	check_equal((int64_t)results->x1, (int64_t)x1, "%s: X1", what);
	check_equal((int64_t)results->x2, (int64_t)x2, "%s: X2", what);
	check_equal((int64_t)results->x3, (int64_t)x3, "%s: X3", what);
}

/* MIDR_EL1, REVIDR_EL1, AIDR_EL1: those that arm64.conf lists. */
static const uint64_t implementations[][3] = {
	{ 0x411fd070, 0x100000001, 0xffffffffffffffff },
	{ 0x481fd010, 0, 0 },
};

#define VER PARACALL_VENDOR_HYP_KVM_DISCOVER_IMPL_VER
#define CPUS PARACALL_VENDOR_HYP_KVM_DISCOVER_IMPL_CPUS

static void test_implementations(void)
{
	struct results results = call(VER, 1, 2, 3);
	uint64_t count = results.x2;

	check_results(&results, PARACALL_SMCCC_SUCCESS, PARACALL_KVM_DISCOVER_IMPL_VERSION_1_0,
		      TEST_COUNT(implementations), 0, "version");
	for (uint64_t i = 0; i < count && i < TEST_COUNT(implementations); i++) {
		const uint64_t *expected = implementations[i];

		results = call(CPUS, i, 0, 0);
		check_results(&results, PARACALL_SMCCC_SUCCESS, expected[0], expected[1],
			      expected[2], "implementation");
	}
}

struct refused {
	const char *name;
	uint64_t function, x1, x2, x3;
};

/* An index counts whole; and the other registers must be 0. */
static const struct refused refused[] = {
	{ "index 2", CPUS, TEST_COUNT(implementations), 0, 0 },
	{ "index 2^32 - 1", CPUS, 0xffffffff, 0, 0 },
	{ "index 2^32", CPUS, 0x100000000, 0, 0 },
	{ "index 2^64 - 1", CPUS, 0xffffffffffffffff, 0, 0 },
	{ "X2 is 1", CPUS, 0, 1, 0 },
	{ "X2 is 2^32", CPUS, 0, 0x100000000, 0 },
	{ "X3 is 1", CPUS, 0, 0, 1 },
	{ "the upper half of X0 is anything", 0xffffffff00000000 | CPUS, 2, 0, 0 },
};

static void run_refused(const void *row)
{
	const struct refused *refusal = row;
	struct results results = call(refusal->function, refusal->x1, refusal->x2, refusal->x3);

	check_results(&results, PARACALL_SMCCC_INVALID_PARAMETER, 0, 0, 0, "refused");
}

static void test_narrow(void)
{
	check_call(HVC(0), 0xffffffff00000000 | PARACALL_SMCCC_VERSION, 0,
		   PARACALL_SMCCC_VERSION_1_1, "the upper half of X0 is anything");
}

static void test_immediates(void)
{
	struct state state;

	check_call(HVC(7), PARACALL_SMCCC_VERSION, 0, PARACALL_SMCCC_VERSION_1_1, "hvc #7");
	check_call(HVC(0xffff), PARACALL_SMCCC_VERSION, 0, PARACALL_SMCCC_VERSION_1_1,
		   "hvc #0xffff");
	check_call(SMC(0), PARACALL_SMCCC_VERSION, 0, PARACALL_SMCCC_VERSION_1_1, "smc #0");
	run_call(SMC(1), PARACALL_SMCCC_VERSION, 0, PSTATE_EL1, &state);
	check_equal(exception_class(&state), CLASS_BRK, "smc #1: how it ended");
	check_equal((int64_t)state.x[0], PARACALL_SMCCC_NOT_SUPPORTED, "smc #1: X0");
	check_equal((int64_t)state.x[2], (int64_t)pattern(2), "smc #1: X2");
}

struct workaround {
	const char *name;
	uint64_t function;
};

static const struct workaround workarounds[] = {
	{ "SMCCC_ARCH_WORKAROUND_1", PARACALL_SMCCC_ARCH_WORKAROUND_1 },
	{ "SMCCC_ARCH_WORKAROUND_2", PARACALL_SMCCC_ARCH_WORKAROUND_2 },
	{ "SMCCC_ARCH_WORKAROUND_3", PARACALL_SMCCC_ARCH_WORKAROUND_3 },
};

/* The fast way: X0 and X1 alone change. */
static void run_workaround(const void *row)
{
	const struct workaround *workaround = row;
	struct state state;

	run_call(HVC(0), workaround->function, 0x1234, PSTATE_EL1, &state);
	check_equal((int64_t)state.x[0], 0, "X0");
	check_equal((int64_t)state.x[1], 0, "X1");
	check_equal((int64_t)state.x[2], (int64_t)pattern(2), "X2");
	check_equal((int64_t)state.x[3], (int64_t)pattern(3), "X3");
}

static void test_user(void)
{
	static const uint32_t instructions[] = { HVC(0), HVC(7), SMC(0) };
	struct state state;

	for (unsigned int i = 0; i < 3; i++) {
		run_call(instructions[i], PARACALL_SMCCC_VERSION, 1, PSTATE_EL0, &state);
		check_equal(exception_class(&state), CLASS_UNKNOWN, "instruction %u", i);
		check_equal((int64_t)state.x[0], PARACALL_SMCCC_VERSION, "instruction %u: X0",
			    i);
		check_equal((int64_t)state.x[1], 1, "instruction %u: X1", i);
	}
}

/* By an interrupt an engine may learn which CPU it is: a trace names it (test/trace.sh). */
static void ask_version(void *argument)
{
	take_interrupts(1);
	*(volatile uint32_t *)argument = (uint32_t)call(PARACALL_SMCCC_VERSION, 0, 0, 0).x0;
}

static void test_other_cpus(void)
{
	for (uint32_t i = 1; i < cpu_count; i++) {
		volatile uint32_t version = 0;

		cpu_post(cpu_at(i), ask_version, (void *)&version);
		check(cpu_wait(cpu_at(i), LIMIT_MS), "CPU %u does not answer", i);
		check_equal(version, PARACALL_SMCCC_VERSION_1_1, "CPU %u", i);
	}
}

static void ask_version_at_once(void *argument)
{
	*(volatile uint32_t *)argument = (uint32_t)call(PARACALL_SMCCC_VERSION, 0, 0, 0).x0;
}

/* An engine may not know it any more by what it knew it by: a trace names it, too. */
static void test_cpu_again(void)
{
	volatile uint32_t version = 0;

	check(cpu_off(cpu_at(1)), "CPU 1 does not go off");
	check(cpu_on(cpu_at(1)), "CPU 1 does not come back");
	cpu_post(cpu_at(1), ask_version_at_once, (void *)&version);
	check(cpu_wait(cpu_at(1), LIMIT_MS), "CPU 1 does not answer");
	check_equal(version, PARACALL_SMCCC_VERSION_1_1, "CPU 1");
}

/* By hvc it is somebody else's, but still there. */
static void test_psci(void)
{
	check_equal(call(PARACALL_PSCI_AFFINITY_INFO, 0, 0, 0).x0, 0, "this CPU is on");
	check_equal(call(PARACALL_PSCI_CPU_ON, 0, 0, 0).x0, -4, "it is on already");
	check_equal(call(PARACALL_PSCI_CPU_ON | PARACALL_SMCCC_64BIT, 0x12345, 0, 0).x0, -2,
		    "a CPU that there is not");
	check_equal(call(PARACALL_PSCI_FEATURES, PARACALL_PSCI_CPU_OFF, 0, 0).x0, 0,
		    "PSCI_FEATURES of CPU_OFF");
	check_equal(call(PARACALL_PSCI_FEATURES, 0x84000077, 0, 0).x0, -1,
		    "PSCI_FEATURES of one that there is not");
	check_equal(call(PARACALL_PSCI_MIGRATE_INFO_TYPE, 0, 0, 0).x0, PARACALL_PSCI_TOS_NONE,
		    "MIGRATE_INFO_TYPE");
}

static const struct question psci[] = {
	{ "PSCI_FEATURES of CPU_OFF", PARACALL_PSCI_FEATURES, PARACALL_PSCI_CPU_OFF, 0 },
	{ "PSCI_FEATURES of nothing", PARACALL_PSCI_FEATURES, 0x84000077, -1 },
	{ "MIGRATE_INFO_TYPE", PARACALL_PSCI_MIGRATE_INFO_TYPE, 1, PARACALL_PSCI_TOS_NONE },
	{ "CPU_ON of none", PARACALL_PSCI_CPU_ON | PARACALL_SMCCC_64BIT, 0x12345, -2 },
};

static void run_psci(const void *row)
{
	const struct question *question = row;

	check_call(HVC(0), question->function, question->x1, question->answer, "by hvc");
}

#define HANDLER "arch/arm64/kvm/hypercalls.c, kvm_smccc_call_handler"
#define IMPLEMENTATIONS \
	"Documentation/virt/kvm/arm/hypercalls.rst, DISCOVER_IMPL_VER and DISCOVER_IMPL_CPUS"

static const struct test tests[] = {
	{ .name = "discovery, as Linux does it",
	  .covers = "SMCCC_VERSION PSCI_FEATURES",
	  .rule = "drivers/firmware/psci/psci.c, psci_init_smccc; " HANDLER,
	  .run = test_discovery,
	  .kvm = true },
	{ .name = "KVM's UID",
	  .covers = "VENDOR_HYP_CALL_UID",
	  .rule = HANDLER,
	  .run = test_uid,
	  .kvm = true },
	{ .name = "KVM's services",
	  .covers = "VENDOR_HYP_KVM_FEATURES",
	  .rule = HANDLER,
	  .run = test_features,
	  .kvm = true },
	{ .name = "SMCCC_ARCH_FEATURES",
	  .covers = "SMCCC_ARCH_FEATURES",
	  .rule = HANDLER,
	  .run_row = run_question,
	  TEST_ROWS(arch_features),
	  .kvm = true,
	  .features = 1u << PARACALL_KVM_FEATURE_PV_TIME },
	{ .name = "functions that do not exist",
	  .rule = HANDLER "; psci.c, kvm_psci_call",
	  .run_row = run_question,
	  TEST_ROWS(unknown),
	  .kvm = true },
	{ .name = "implementations of CPUs that nobody has listed",
	  .rule = HANDLER "; " IMPLEMENTATIONS,
	  .run_row = run_unlisted,
	  TEST_ROWS(unlisted),
	  .kvm = true },
	{ .name = "implementations of CPUs",
	  .covers = "VENDOR_HYP_KVM_DISCOVER_IMPL_VER VENDOR_HYP_KVM_DISCOVER_IMPL_CPUS",
	  .rule = IMPLEMENTATIONS,
	  .run = test_implementations,
	  .kvm = true,
	  .features = DISCOVER_IMPL },
	{ .name = "implementations of CPUs that do not exist",
	  .rule = IMPLEMENTATIONS,
	  .run_row = run_refused,
	  TEST_ROWS(refused),
	  .kvm = true,
	  .features = DISCOVER_IMPL },
	{ .name = "the lower half of X0 counts",
	  .rule = "include/kvm/arm_hypercalls.h, smccc_get_function",
	  .run = test_narrow,
	  .kvm = true },
	{ .name = "immediates, and smc",
	  .rule = "arch/arm64/kvm/handle_exit.c, handle_hvc and handle_smc",
	  .run = test_immediates,
	  .kvm = true },
	{ .name = "workarounds leave X2 and X3 alone",
	  .covers = "%",
	  .rule = "arch/arm64/kvm/hyp/hyp-entry.S, el1_sync",
	  .run_row = run_workaround,
	  TEST_ROWS(workarounds),
	  .kvm = true },
	{ .name = "user mode has no calls",
	  .rule = "Arm Architecture Reference Manual, \"HVC\" and \"SMC\"",
	  .run = test_user },
	{ .name = "other CPUs are answered, too",
	  .rule = HANDLER,
	  .run = test_other_cpus,
	  .cpus = 2,
	  .kvm = true },
	{ .name = "a CPU that was off makes calls",
	  .covers = "PSCI_CPU_OFF PSCI_CPU_ON_64",
	  .rule = "Arm DEN 0022, CPU_OFF and CPU_ON; " HANDLER,
	  .run = test_cpu_again,
	  .cpus = 2,
	  .kvm = true },
	{ .name = "PSCI is there as before",
	  .rule = "Arm DEN 0022; arch/arm64/kvm/psci.c, kvm_psci_0_2_call",
	  .run = test_psci,
	  .kvm = true },
	{ .name = "PSCI leaves 0 in X1 to X3",
	  .rule = "arch/arm64/kvm/psci.c, kvm_psci_call",
	  .run_row = run_psci,
	  TEST_ROWS(psci),
	  .kvm = true },
};

TESTS_MAIN("smccc", tests)
