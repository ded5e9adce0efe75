/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Calls of the SMC Calling Convention, as arm64's guests make them. */
#include "fake_engine.h"

#include <endian.h>
#include <libfdt.h>
#include <paracall/arm64.h>
#include <string.h>

#define RECORD 0x1000u

static uint32_t features_of(uint32_t capabilities)
{
	return paracall_features_default(PARACALL_ARM64, capabilities);
}

static void create_with(struct fake_machine *fake, uint32_t features)
{
	struct paracall_options options = {
		.size = sizeof(options),
		.architecture = PARACALL_ARM64,
		.max_cpus = FAKE_CPUS,
		.features = features,
	};

	fake_machine_create(fake, &fake_engine, &options);
}

static int create(void **state)
{
	static struct fake_machine fake;

	create_with(&fake, features_of(FAKE_CAPABILITIES));
	*state = &fake;
	return 0;
}

#define UNTOUCHED UINT64_C(0xa5a5a5a5a5a5a5a5)

static enum paracall_smccc_outcome make(struct fake_cpu *cpu, enum paracall_smccc_conduit by,
					uint64_t function, uint64_t x1)
{
	cpu->registers[PARACALL_ARM64_X0] = function;
	cpu->registers[PARACALL_ARM64_X1] = x1;
	cpu->registers[PARACALL_ARM64_X2] = UNTOUCHED;
	cpu->registers[PARACALL_ARM64_X3] = UNTOUCHED;
	cpu->reads = cpu->writes = 0;
	return paracall_smccc(cpu->cpu, by);
}

/* By hvc, done by the library; returns X0. */
static int64_t call(struct fake_cpu *cpu, uint64_t function, uint64_t x1)
{
	assert_int_equal(make(cpu, PARACALL_SMCCC_HVC, function, x1), PARACALL_SMCCC_DONE);
	return (int64_t)cpu->registers[PARACALL_ARM64_X0];
}

static void expect_results(const struct fake_cpu *cpu, uint64_t x1, uint64_t x2, uint64_t x3)
{
	assert_int_equal(cpu->registers[PARACALL_ARM64_X1], x1);
	assert_int_equal(cpu->registers[PARACALL_ARM64_X2], x2);
	assert_int_equal(cpu->registers[PARACALL_ARM64_X3], x3);
}

static struct paracall_call_statistics counts(const struct fake_machine *fake, const char *name)
{
	return paracall_machine_statistics(fake->machine)->cpu[0].calls[fake_slot(name)];
}

static void discovery(void **state)
{
	struct fake_machine *fake = *state;
	struct fake_cpu *cpu = &fake->cpus[0];

	assert_int_equal(call(cpu, PARACALL_PSCI_FEATURES, PARACALL_SMCCC_VERSION), 0);
	assert_int_equal(cpu->reads, 2);
	assert_int_equal(call(cpu, PARACALL_SMCCC_VERSION, 1), PARACALL_SMCCC_VERSION_1_1);
	expect_results(cpu, 0, 0, 0);
	/* The function, and nothing else: this one has no arguments. */
	assert_int_equal(cpu->reads, 1);
	assert_int_equal(call(cpu, UINT64_C(0xffffffff00000000) | PARACALL_SMCCC_VERSION, 1),
			 PARACALL_SMCCC_VERSION_1_1);
	assert_int_equal(call(cpu, PARACALL_VENDOR_HYP_CALL_UID, 1), PARACALL_KVM_UID_0);
	expect_results(cpu, PARACALL_KVM_UID_1, PARACALL_KVM_UID_2, PARACALL_KVM_UID_3);
	assert_int_equal(call(cpu, PARACALL_VENDOR_HYP_KVM_FEATURES, 1), 3);
	expect_results(cpu, 0, 0, 0);
	assert_int_equal(counts(fake, "SMCCC_VERSION").calls, 2);
	assert_int_equal(counts(fake, "SMCCC_VERSION").errors, 0);
}

static void unknown_functions(void **state)
{
	static const uint64_t functions[] = {
		0,	    0x80000002, 0xc0000000, 0x85000020, 0xc5000022,
		0x8600ff00, 0xc600ff01, 0xc6000000, 0x84000054, 0x84000077,
		0x95c1ba5e, 0x95c1ba5f, UINT64_MAX,
	};
	struct fake_machine *fake = *state;
	struct fake_cpu *cpu = &fake->cpus[0];
	size_t count = sizeof(functions) / sizeof(functions[0]);

	for (size_t i = 0; i < count; i++) {
		assert_int_equal(call(cpu, functions[i], 1), -1);
		expect_results(cpu, 0, 0, 0);
		assert_int_equal(make(cpu, PARACALL_SMCCC_SMC, functions[i], 1),
				 PARACALL_SMCCC_DONE);
		assert_int_equal(cpu->registers[PARACALL_ARM64_X0], UINT64_MAX);
	}
	assert_int_equal(counts(fake, "").calls, 2 * count);
	assert_int_equal(counts(fake, "").errors, 2 * count);
	/* Rows that are not served have a name. */
	assert_int_equal(call(cpu, PARACALL_VENDOR_HYP_KVM_MEM_SHARE, 1), -1);
	assert_int_equal(call(cpu, PARACALL_PSCI_SYSTEM_RESET2, 1), -1);
	assert_int_equal(counts(fake, "VENDOR_HYP_KVM_MEM_SHARE").errors, 1);
	assert_int_equal(counts(fake, "PSCI_SYSTEM_RESET2_32").errors, 1);
}

static void psci_is_the_engines(void **state)
{
	static const struct {
		uint32_t function;
		const char *name;
		int64_t by_smc;
		bool has_32_bits;
	} cases[] = {
		{ 0x84000000, "PSCI_VERSION", PARACALL_PSCI_VERSION_1_1, false },
		{ 0x84000001, "PSCI_CPU_SUSPEND_32", -1, false },
		{ 0x84000002, "PSCI_CPU_OFF", -1, false },
		{ 0x84000003, "PSCI_CPU_ON_32", -1, true },
		{ 0x84000004, "PSCI_AFFINITY_INFO_32", -1, true },
		{ 0x84000006, "PSCI_MIGRATE_INFO_TYPE", PARACALL_PSCI_TOS_NONE, false },
		{ 0x84000008, "PSCI_SYSTEM_OFF", -1, false },
		{ 0x84000009, "PSCI_SYSTEM_RESET", -1, false },
		{ 0xc4000001, "PSCI_CPU_SUSPEND_64", -1, false },
		{ 0xc4000003, "PSCI_CPU_ON_64", -1, false },
		{ 0xc4000004, "PSCI_AFFINITY_INFO_64", -1, false },
	};
	struct fake_machine *fake = *state;
	struct fake_cpu *cpu = &fake->cpus[0];

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(make(cpu, PARACALL_SMCCC_HVC, cases[i].function, 7),
				 PARACALL_SMCCC_NOT_OURS);
		/* UNTOUCHED is not one of 32 bits. */
		assert_int_equal(cpu->writes, cases[i].has_32_bits ? 2 : 0);
		assert_int_equal(cpu->reads, cases[i].has_32_bits ? 4 : 1);
		assert_int_equal(counts(fake, cases[i].name).calls, 1);
		assert_int_equal(make(cpu, PARACALL_SMCCC_SMC, cases[i].function, 7),
				 PARACALL_SMCCC_DONE);
		assert_int_equal(cpu->registers[PARACALL_ARM64_X0], cases[i].by_smc);
		expect_results(cpu, 0, 0, 0);
	}
	assert_int_equal(make(cpu, PARACALL_SMCCC_HVC, PARACALL_PSCI_FEATURES,
			      PARACALL_PSCI_CPU_OFF),
			 PARACALL_SMCCC_NOT_OURS);
	make(cpu, PARACALL_SMCCC_SMC, PARACALL_PSCI_FEATURES, PARACALL_PSCI_CPU_OFF);
	assert_int_equal(cpu->registers[PARACALL_ARM64_X0], UINT64_MAX);
	make(cpu, PARACALL_SMCCC_SMC, PARACALL_PSCI_FEATURES, PARACALL_PSCI_VERSION);
	assert_int_equal(cpu->registers[PARACALL_ARM64_X0], 0);
}

/* The function is X0's lower half; so are a 32-bit function's arguments of theirs. */
static void psci_takes_lower_halves(void **state)
{
	struct fake_machine *fake = *state;
	struct fake_cpu *cpu = &fake->cpus[0];
	uint64_t upper = UINT64_C(0x1234567800000000);

	assert_int_equal(make(cpu, PARACALL_SMCCC_HVC, upper | PARACALL_PSCI_CPU_ON, upper | 1),
			 PARACALL_SMCCC_NOT_OURS);
	assert_int_equal(cpu->registers[PARACALL_ARM64_X0], PARACALL_PSCI_CPU_ON);
	expect_results(cpu, 1, (uint32_t)UNTOUCHED, (uint32_t)UNTOUCHED);
	assert_int_equal(make(cpu, PARACALL_SMCCC_HVC,
			      upper | PARACALL_PSCI_CPU_ON | PARACALL_SMCCC_64BIT, upper | 1),
			 PARACALL_SMCCC_NOT_OURS);
	assert_int_equal(cpu->registers[PARACALL_ARM64_X0],
			 PARACALL_PSCI_CPU_ON | PARACALL_SMCCC_64BIT);
	expect_results(cpu, upper | 1, UNTOUCHED, UNTOUCHED);
}

static void work_arounds(void **state)
{
	struct fake_machine *fake = *state;
	struct fake_cpu *cpu = &fake->cpus[0];

	assert_int_equal(call(cpu, PARACALL_SMCCC_ARCH_FEATURES,
			      PARACALL_SMCCC_ARCH_WORKAROUND_1),
			 1);
	assert_int_equal(call(cpu, PARACALL_SMCCC_ARCH_FEATURES,
			      PARACALL_SMCCC_ARCH_WORKAROUND_2),
			 -1);
	assert_int_equal(call(cpu, PARACALL_SMCCC_ARCH_FEATURES,
			      PARACALL_SMCCC_ARCH_WORKAROUND_3),
			 1);
	assert_int_equal(call(cpu, PARACALL_SMCCC_ARCH_FEATURES, PARACALL_SMCCC_VERSION), -1);
	assert_int_equal(call(cpu, PARACALL_SMCCC_ARCH_WORKAROUND_1, 5), 0);
	expect_results(cpu, 0, UNTOUCHED, UNTOUCHED);
	assert_int_equal(call(cpu, PARACALL_SMCCC_ARCH_WORKAROUND_2, 5), 0);
	expect_results(cpu, 0, UNTOUCHED, UNTOUCHED);
	make(cpu, PARACALL_SMCCC_SMC, PARACALL_SMCCC_ARCH_WORKAROUND_1, 5);
	assert_int_equal(cpu->registers[PARACALL_ARM64_X0], UINT64_MAX);
	expect_results(cpu, 0, 0, 0);
}

/*
 * ---- CPU implementations ----------------------------------------------------
 */

#define DISCOVER_IMPL \
	(1u << PARACALL_KVM_FEATURE_DISCOVER_IMPL_VER | \
	 1u << PARACALL_KVM_FEATURE_DISCOVER_IMPL_CPUS)

static const struct paracall_arm64_implementation implementations[] = {
	{ 0x411fd070, 1, UINT64_MAX },
	{ 0x481fd010, UINT64_C(0x100000000), 0 },
};

static uint64_t implementation_count;
static uint64_t asked_index;

static uint64_t find_implementation(void *cpu, uint64_t index,
				    struct paracall_arm64_implementation *implementation)
{
	assert_non_null(cpu);
	asked_index = index;
	if (index < implementation_count)
		*implementation = implementations[index];
	return implementation_count;
}

static const struct paracall_arm64_engine listing_functions = {
	.size = sizeof(listing_functions),
	.implementation = find_implementation,
};

static struct paracall_engine listing_engine(void)
{
	struct paracall_engine engine = fake_engine;

	engine.capabilities = PARACALL_CAN_LIST_IMPLEMENTATIONS;
	engine.arm64 = &listing_functions;
	return engine;
}

static void create_listing(struct fake_machine *fake, uint32_t features)
{
	const struct paracall_engine engine = listing_engine();
	struct paracall_options options = {
		.size = sizeof(options),
		.architecture = PARACALL_ARM64,
		.max_cpus = FAKE_CPUS,
		.features = features,
	};

	implementation_count = 2;
	fake_machine_create(fake, &engine, &options);
}

static int64_t call_with(struct fake_cpu *cpu, uint64_t function, uint64_t x1, uint64_t x2,
			 uint64_t x3)
{
	cpu->registers[PARACALL_ARM64_X0] = function;
	cpu->registers[PARACALL_ARM64_X1] = x1;
	cpu->registers[PARACALL_ARM64_X2] = x2;
	cpu->registers[PARACALL_ARM64_X3] = x3;
	assert_int_equal(paracall_smccc(cpu->cpu, PARACALL_SMCCC_HVC), PARACALL_SMCCC_DONE);
	return (int64_t)cpu->registers[PARACALL_ARM64_X0];
}

static int64_t ask_implementation(struct fake_cpu *cpu, uint64_t index)
{
	return call_with(cpu, PARACALL_VENDOR_HYP_KVM_DISCOVER_IMPL_CPUS, index, 0, 0);
}

static void implementations_are_listed(void **state)
{
	static const uint64_t outside[] = { 2, 3, UINT32_MAX, UINT64_C(0x100000000),
					    UINT64_MAX };
	static struct fake_machine fake;
	struct fake_cpu *cpu = &fake.cpus[0];

	(void)state;
	create_listing(&fake, DISCOVER_IMPL | 1u << PARACALL_KVM_FEATURE_FUNC_FEAT);
	assert_int_equal(call(cpu, PARACALL_VENDOR_HYP_KVM_FEATURES, 1), 1);
	expect_results(cpu, 0, 3, 0);
	assert_int_equal(call(cpu, PARACALL_VENDOR_HYP_KVM_DISCOVER_IMPL_VER, 1), 0);
	expect_results(cpu, PARACALL_KVM_DISCOVER_IMPL_VERSION_1_0, 2, 0);
	for (uint64_t i = 0; i < 2; i++) {
		assert_int_equal(ask_implementation(cpu, i), 0);
		expect_results(cpu, implementations[i].midr, implementations[i].revidr,
			       implementations[i].aidr);
	}
	for (size_t i = 0; i < sizeof(outside) / sizeof(outside[0]); i++) {
		assert_int_equal(ask_implementation(cpu, outside[i]),
				 PARACALL_SMCCC_INVALID_PARAMETER);
		assert_int_equal(asked_index, outside[i]);
		expect_results(cpu, 0, 0, 0);
	}
	assert_int_equal(counts(&fake, "VENDOR_HYP_KVM_DISCOVER_IMPL_CPUS").calls, 7);
	assert_int_equal(counts(&fake, "VENDOR_HYP_KVM_DISCOVER_IMPL_CPUS").errors, 5);
	/* Those that must be 0. */
	assert_int_equal(call_with(cpu, PARACALL_VENDOR_HYP_KVM_DISCOVER_IMPL_CPUS, 0, 1, 0),
			 PARACALL_SMCCC_INVALID_PARAMETER);
	expect_results(cpu, 0, 0, 0);
	assert_int_equal(call_with(cpu, PARACALL_VENDOR_HYP_KVM_DISCOVER_IMPL_CPUS, 0, 0,
				   UINT64_C(1) << 63),
			 PARACALL_SMCCC_INVALID_PARAMETER);
	expect_results(cpu, 0, 0, 0);
	/* There are no 32-bit forms. */
	assert_int_equal(call(cpu, 0x86000040, 0), -1);
	assert_int_equal(call_with(cpu, 0x86000041, 0, 0, 0), -1);
	expect_results(cpu, 0, 0, 0);
	/* By smc as by hvc. */
	make(cpu, PARACALL_SMCCC_SMC, PARACALL_VENDOR_HYP_KVM_DISCOVER_IMPL_VER, 0);
	expect_results(cpu, PARACALL_KVM_DISCOVER_IMPL_VERSION_1_0, 2, 0);
	fake_machine_destroy(&fake);
}

/* An engine that has none after all. */
static void no_implementations(void **state)
{
	static struct fake_machine fake;
	struct fake_cpu *cpu = &fake.cpus[0];

	(void)state;
	create_listing(&fake, DISCOVER_IMPL);
	implementation_count = 0;
	assert_int_equal(call(cpu, PARACALL_VENDOR_HYP_KVM_DISCOVER_IMPL_VER, 1), -1);
	expect_results(cpu, 0, 0, 0);
	assert_int_equal(ask_implementation(cpu, 0), PARACALL_SMCCC_INVALID_PARAMETER);
	expect_results(cpu, 0, 0, 0);
	fake_machine_destroy(&fake);
}

/* KVM's user space offers each by itself, and neither unless it is asked for. */
static void implementations_are_on_request(void **state)
{
	static struct fake_machine fake;
	struct fake_cpu *cpu = &fake.cpus[0];
	struct paracall_options options = {
		.size = sizeof(options),
		.architecture = PARACALL_ARM64,
		.max_cpus = 1,
		.features = DISCOVER_IMPL,
	};
	struct paracall_engine engine = listing_engine();
	struct paracall_arm64_engine functions = listing_functions;
	struct paracall_machine *machine;

	(void)state;
	assert_int_equal(features_of(PARACALL_CAN_LIST_IMPLEMENTATIONS), 1);
	assert_int_equal(paracall_features_available(PARACALL_ARM64,
						     PARACALL_CAN_LIST_IMPLEMENTATIONS),
			 1 | DISCOVER_IMPL);
	create_listing(&fake, 1 | 1u << PARACALL_KVM_FEATURE_DISCOVER_IMPL_VER);
	assert_int_equal(call(cpu, PARACALL_VENDOR_HYP_KVM_FEATURES, 1), 1);
	expect_results(cpu, 0, 1, 0);
	assert_int_equal(call(cpu, PARACALL_VENDOR_HYP_KVM_DISCOVER_IMPL_VER, 1), 0);
	assert_int_equal(ask_implementation(cpu, 0), -1);
	fake_machine_destroy(&fake);
	create_listing(&fake, 1 | 1u << PARACALL_KVM_FEATURE_DISCOVER_IMPL_CPUS);
	assert_int_equal(call(cpu, PARACALL_VENDOR_HYP_KVM_FEATURES, 1), 1);
	expect_results(cpu, 0, 2, 0);
	assert_int_equal(call(cpu, PARACALL_VENDOR_HYP_KVM_DISCOVER_IMPL_VER, 1), -1);
	assert_int_equal(ask_implementation(cpu, 0), 0);
	fake_machine_destroy(&fake);
	/* Promised, and not there: by an engine that was compiled before there was this. */
	functions.size = offsetof(struct paracall_arm64_engine, implementation);
	engine.arm64 = &functions;
	assert_int_equal(paracall_machine_new(&machine, &engine, &options),
			 PARACALL_ERROR_ARGUMENT);
	engine.capabilities = 0;
	assert_int_equal(paracall_machine_new(&machine, &engine, &options),
			 PARACALL_ERROR_FEATURE);
	options.features = 0;
	assert_int_equal(paracall_machine_new(&machine, &engine, &options), 0);
	paracall_machine_free(machine);
}

/* KVM's user space takes away, and then it is not there, whatever enforce_features says. */
static void features_taken_away(void **state)
{
	static const uint32_t functions[] = {
		PARACALL_VENDOR_HYP_CALL_UID,
		PARACALL_VENDOR_HYP_KVM_FEATURES,
		PARACALL_VENDOR_HYP_KVM_PTP,
		PARACALL_TRNG_VERSION,
		PARACALL_TRNG_FEATURES,
		PARACALL_TRNG_GET_UUID,
		PARACALL_TRNG_RND32,
		PARACALL_TRNG_RND64,
		PARACALL_PV_TIME_FEATURES,
		PARACALL_PV_TIME_ST,
		PARACALL_VENDOR_HYP_KVM_DISCOVER_IMPL_VER,
		PARACALL_VENDOR_HYP_KVM_DISCOVER_IMPL_CPUS,
	};
	static struct fake_machine fake;

	(void)state;
	create_with(&fake, 0);
	assert_int_equal(paracall_arm64_place_stolen_time(fake.cpus[0].cpu,
							  (struct paracall_gpa){ RECORD }),
			 0);
	for (size_t i = 0; i < sizeof(functions) / sizeof(functions[0]); i++)
		assert_int_equal(call(&fake.cpus[0], functions[i], 0), -1);
	assert_int_equal(call(&fake.cpus[0], PARACALL_SMCCC_ARCH_FEATURES,
			      PARACALL_PV_TIME_FEATURES),
			 -1);
	assert_int_equal(call(&fake.cpus[0], PARACALL_SMCCC_VERSION, 0),
			 PARACALL_SMCCC_VERSION_1_1);
	fake_machine_destroy(&fake);
}

static void features_follow_the_engine(void **state)
{
	(void)state;
	assert_int_equal(features_of(0), 1u << PARACALL_KVM_FEATURE_FUNC_FEAT);
	assert_int_equal(features_of(PARACALL_CAN_READ_CLOCKS), 3);
	assert_int_equal(features_of(PARACALL_CAN_GIVE_RANDOM),
			 1 | 1u << PARACALL_KVM_FEATURE_TRNG);
	assert_int_equal(features_of(PARACALL_CAN_REPORT_RUN_DELAY), 1);
	assert_int_equal(features_of(PARACALL_CAN_REPORT_RUN_DELAY |
				     PARACALL_CAN_ACCESS_MEMORY),
			 1 | 1u << PARACALL_KVM_FEATURE_PV_TIME);
}

static void pairs_clocks(void **state)
{
	struct fake_machine *fake = *state;
	struct fake_cpu *cpu = &fake->cpus[0];
	uint64_t now = UINT64_C(1700000000) * 1000000000 + 123456789;

	fake->clocks.seconds = 1700000000;
	fake->clocks.nanoseconds = 123456789;
	fake->clocks.tsc = UINT64_C(0x123456789abcdef0);
	for (uint64_t counter = 0; counter < 2; counter++) {
		assert_int_equal(call(cpu, PARACALL_VENDOR_HYP_KVM_PTP, counter), now >> 32);
		expect_results(cpu, (uint32_t)now, 0x12345678, 0x9abcdef0);
	}
	assert_int_equal(call(cpu, PARACALL_VENDOR_HYP_KVM_PTP, 2), -1);
	expect_results(cpu, 0, 0, 0);
	assert_int_equal(call(cpu, PARACALL_VENDOR_HYP_KVM_PTP, UINT64_C(0x700000001)),
			 now >> 32);
	fake->clocks.is_paired = false;
	assert_int_equal(call(cpu, PARACALL_VENDOR_HYP_KVM_PTP, 0), -1);
	fake->clocks.is_paired = true;
	fake->has_no_clocks = true;
	assert_int_equal(call(cpu, PARACALL_VENDOR_HYP_KVM_PTP, 0), -1);
	expect_results(cpu, 0, 0, 0);
	assert_int_equal(counts(fake, "VENDOR_HYP_KVM_PTP").errors, 3);
}

static void random_numbers(void **state)
{
	struct fake_machine *fake = *state;
	struct fake_cpu *cpu = &fake->cpus[0];

	cpu->random_byte = 0xff;
	assert_int_equal(call(cpu, PARACALL_TRNG_VERSION, 0), PARACALL_TRNG_VERSION_1_0);
	assert_int_equal(call(cpu, PARACALL_TRNG_GET_UUID, 0), PARACALL_KVM_TRNG_UUID_0);
	expect_results(cpu, PARACALL_KVM_TRNG_UUID_1, PARACALL_KVM_TRNG_UUID_2,
		       PARACALL_KVM_TRNG_UUID_3);
	assert_int_equal(call(cpu, PARACALL_TRNG_FEATURES, PARACALL_TRNG_RND64), 0);
	assert_int_equal(call(cpu, PARACALL_TRNG_FEATURES, 0x84000054), -1);
	/* KVM compares all of the register here. */
	assert_int_equal(call(cpu, PARACALL_TRNG_FEATURES,
			      UINT64_C(0x100000000) | PARACALL_TRNG_RND64),
			 -1);
	assert_int_equal(call(cpu, PARACALL_TRNG_RND64, 192), 0);
	expect_results(cpu, UINT64_MAX, UINT64_MAX, UINT64_MAX);
	assert_int_equal(call(cpu, PARACALL_TRNG_RND64, 193), -2);
	expect_results(cpu, 0, 0, 0);
	assert_int_equal(call(cpu, PARACALL_TRNG_RND64, 65), 0);
	expect_results(cpu, 0, 1, UINT64_MAX);
	assert_int_equal(call(cpu, PARACALL_TRNG_RND64, 0), 0);
	expect_results(cpu, 0, 0, 0);
	assert_int_equal(call(cpu, PARACALL_TRNG_RND32, 96), 0);
	expect_results(cpu, UINT32_MAX, UINT32_MAX, UINT32_MAX);
	assert_int_equal(call(cpu, PARACALL_TRNG_RND32, 97), -2);
	assert_int_equal(call(cpu, PARACALL_TRNG_RND32, UINT64_C(0x100000021)), 0);
	expect_results(cpu, 0, 1, UINT32_MAX);
	cpu->has_no_random = true;
	assert_int_equal(call(cpu, PARACALL_TRNG_RND64, 64), -3);
	expect_results(cpu, 0, 0, 0);
}

static uint64_t stolen(const struct fake_machine *fake)
{
	uint64_t value;

	memcpy(&value, fake->memory + RECORD + 8, sizeof(value));
	return le64toh(value);
}

static void stolen_time(void **state)
{
	struct fake_machine *fake = *state;
	struct fake_cpu *cpu = &fake->cpus[0];
	const struct paracall_cpu_statistics *statistics =
		&paracall_machine_statistics(fake->machine)->cpu[0];
	struct paracall_gpa place = { RECORD };

	/* Offered, but without an address. */
	assert_int_equal(call(cpu, PARACALL_SMCCC_ARCH_FEATURES, PARACALL_PV_TIME_FEATURES), 0);
	assert_int_equal(call(cpu, PARACALL_PV_TIME_FEATURES, PARACALL_PV_TIME_ST), -1);
	assert_int_equal(call(cpu, PARACALL_PV_TIME_ST, 0), -1);
	assert_int_equal(paracall_arm64_place_stolen_time(cpu->cpu,
							  (struct paracall_gpa){ RECORD + 8 }),
			 PARACALL_ERROR_ARGUMENT);
	assert_int_equal(paracall_arm64_place_stolen_time(cpu->cpu, place), 0);
	memset(fake->memory, 0x5a, sizeof(fake->memory));
	cpu->run_delay = 1000;
	/* Nothing is written before the guest asks. */
	paracall_update(cpu->cpu);
	assert_int_equal(fake->memory[RECORD], 0x5a);
	assert_int_equal(call(cpu, PARACALL_PV_TIME_FEATURES, PARACALL_PV_TIME_ST), 0);
	assert_int_equal(call(cpu, PARACALL_PV_TIME_FEATURES, PARACALL_PV_TIME_FEATURES), 0);
	assert_int_equal(call(cpu, PARACALL_PV_TIME_FEATURES, 0xc5000022), -1);
	assert_int_equal(call(cpu, PARACALL_PV_TIME_ST, 0), RECORD);
	for (unsigned int i = 0; i < 64; i++)
		assert_int_equal(fake->memory[RECORD + i], 0);
	assert_int_equal(fake->memory[RECORD - 1], 0x5a);
	assert_int_equal(fake->memory[RECORD + 64], 0x5a);
	/* What came before is not the guest's. */
	cpu->run_delay += 70;
	paracall_update(cpu->cpu);
	assert_int_equal(stolen(fake), 70);
	paracall_update(cpu->cpu);
	assert_int_equal(statistics->steal_updates, 1);
	cpu->run_delay += 5;
	paracall_update(cpu->cpu);
	assert_int_equal(stolen(fake), 75);
	assert_int_equal(statistics->steal_nanoseconds, 75);
	/* As KVM does: a vCPU's own reset leaves it. */
	paracall_cpu_reset(cpu->cpu);
	cpu->run_delay += 5;
	paracall_update(cpu->cpu);
	assert_int_equal(stolen(fake), 80);
	assert_int_equal(call(cpu, PARACALL_PV_TIME_ST, 0), RECORD);
	assert_int_equal(stolen(fake), 0);
	/* The machine's doesn't, even if the place is said at once again. */
	paracall_machine_reset(fake->machine, cpu->cpu);
	cpu->run_delay += 5;
	paracall_update(cpu->cpu);
	assert_int_equal(stolen(fake), 0);
	assert_int_equal(call(cpu, PARACALL_PV_TIME_ST, 0), -1);
	paracall_machine_reset(fake->machine, cpu->cpu);
	assert_int_equal(paracall_arm64_place_stolen_time(cpu->cpu, place), 0);
	cpu->run_delay += 5;
	paracall_update(cpu->cpu);
	assert_int_equal(stolen(fake), 0);
	assert_int_equal(call(cpu, PARACALL_PV_TIME_ST, 0), RECORD);
	/* Unplugged, and another one in its slot: its thread has waited less. */
	paracall_machine_remove_cpu(cpu->cpu);
	assert_ptr_equal(paracall_machine_add_cpu(fake->machine, 0, cpu), cpu->cpu);
	assert_int_equal(call(cpu, PARACALL_PV_TIME_ST, 0), -1);
	assert_int_equal(paracall_arm64_place_stolen_time(cpu->cpu, place), 0);
	cpu->run_delay = 3;
	assert_int_equal(call(cpu, PARACALL_PV_TIME_ST, 0), RECORD);
	cpu->run_delay += 4;
	paracall_update(cpu->cpu);
	assert_int_equal(stolen(fake), 4);
	/* A place where nothing is: the guest gets its address all the same. */
	place.value = FAKE_MEMORY_SIZE;
	assert_int_equal(paracall_arm64_place_stolen_time(cpu->cpu, place), 0);
	assert_int_equal(call(cpu, PARACALL_PV_TIME_ST, 0), FAKE_MEMORY_SIZE);
	cpu->run_delay += 5;
	paracall_update(cpu->cpu);
}

/* The reported time continues in another machine; of its thread's waits only new ones count. */
static void machines_come_back(void **state)
{
	struct fake_machine *fake = *state;
	static struct fake_machine other;
	struct fake_cpu *cpu = &other.cpus[0];
	uint8_t record[1024];
	size_t size;

	assert_int_equal(paracall_arm64_place_stolen_time(fake->cpus[0].cpu,
							  (struct paracall_gpa){ RECORD }),
			 0);
	assert_int_equal(call(&fake->cpus[0], PARACALL_PV_TIME_ST, 0), RECORD);
	size = paracall_machine_save(fake->machine, record, sizeof(record));
	assert_in_range(size, 1, sizeof(record));
	create_with(&other, features_of(FAKE_CAPABILITIES));
	cpu->run_delay = 1000;
	assert_int_equal(paracall_machine_load(other.machine, record, size), 0);
	paracall_update(cpu->cpu);
	assert_int_equal(stolen(&other), 0);
	cpu->run_delay += 20;
	paracall_update(cpu->cpu);
	assert_int_equal(stolen(&other), 20);
	/* The last vCPU has no place; nobody can have one that is no record's. */
	record[size - 8] = 2;
	assert_int_equal(paracall_machine_load(other.machine, record, size),
			 PARACALL_ERROR_RECORD);
	assert_int_equal(call(cpu, PARACALL_PV_TIME_ST, 0), RECORD);
	fake_machine_destroy(&other);
}

/*
 * ---- Device trees ----------------------------------------------------------
 */

#define ROOM 1024u

struct memory {
	uint64_t start, size;
};

/* As QEMU's virt makes it, with so many nodes of memory. */
static void make_tree(void *tree, const char *method, const struct memory *memory, size_t count)
{
	assert_int_equal(fdt_create(tree, ROOM), 0);
	assert_int_equal(fdt_finish_reservemap(tree), 0);
	assert_int_equal(fdt_begin_node(tree, ""), 0);
	assert_int_equal(fdt_property_u32(tree, "#address-cells", 2), 0);
	assert_int_equal(fdt_property_u32(tree, "#size-cells", 2), 0);
	for (size_t i = 0; i < count; i++) {
		fdt64_t reg[2] = { cpu_to_fdt64(memory[i].start),
				   cpu_to_fdt64(memory[i].size) };
		char name[] = "memory@0";

		name[7] = (char)('0' + i);
		assert_int_equal(fdt_begin_node(tree, name), 0);
		assert_int_equal(fdt_property_string(tree, "device_type", "memory"), 0);
		assert_int_equal(fdt_property(tree, "reg", reg, sizeof(reg)), 0);
		assert_int_equal(fdt_end_node(tree), 0);
	}
	if (method) {
		assert_int_equal(fdt_begin_node(tree, "psci"), 0);
		assert_int_equal(fdt_property_string(tree, "method", method), 0);
		assert_int_equal(fdt_end_node(tree), 0);
	}
	assert_int_equal(fdt_end_node(tree), 0);
	assert_int_equal(fdt_finish(tree), 0);
}

static void conduits(void **state)
{
	static const struct memory memory = { 0x40000000, 0x20000000 };
	_Alignas(8) uint8_t tree[ROOM];

	(void)state;
	make_tree(tree, "hvc", &memory, 1);
	assert_true(paracall_arm64_calls_by_hvc(tree, sizeof(tree)));
	assert_false(paracall_arm64_calls_by_hvc(tree, fdt_totalsize(tree) - 1));
	make_tree(tree, "smc", &memory, 1);
	assert_false(paracall_arm64_calls_by_hvc(tree, sizeof(tree)));
	make_tree(tree, NULL, &memory, 1);
	assert_false(paracall_arm64_calls_by_hvc(tree, sizeof(tree)));
	memset(tree, 0, sizeof(tree));
	assert_false(paracall_arm64_calls_by_hvc(tree, sizeof(tree)));
}

static uint64_t size_in(const void *tree, const char *path)
{
	int length;
	const fdt64_t *reg = fdt_getprop(tree, fdt_path_offset(tree, path), "reg", &length);

	assert_non_null(reg);
	assert_int_equal(length, 16);
	/* A property is aligned to 4 bytes. */
	return fdt64_ld(&reg[1]);
}

/* Of the highest one, wherever it stands. */
static void cut_memory(void **state)
{
	static const struct memory memory[] = {
		{ UINT64_C(0x100000000), 0x80000000 },
		{ 0x40000000, 0x20000000 },
	};
	_Alignas(8) uint8_t tree[ROOM], before[ROOM];
	struct paracall_gpa place;

	(void)state;
	memset(tree, 0, sizeof(tree));
	make_tree(tree, "hvc", memory, 2);
	assert_int_equal(paracall_arm64_cut_memory(tree, sizeof(tree), 0x10000, &place), 0);
	assert_int_equal(place.value, 0x17fff0000);
	assert_int_equal(size_in(tree, "/memory@0"), 0x7fff0000);
	assert_int_equal(size_in(tree, "/memory@1"), 0x20000000);
	assert_int_equal(fdt_check_full(tree, sizeof(tree)), 0);
	memcpy(before, tree, sizeof(tree));
	assert_int_equal(paracall_arm64_cut_memory(tree, sizeof(tree), 0x7fff0000, &place),
			 PARACALL_ERROR_ROOM);
	assert_memory_equal(before, tree, sizeof(tree));
	make_tree(tree, "hvc", NULL, 0);
	assert_int_equal(paracall_arm64_cut_memory(tree, sizeof(tree), 0x10000, &place),
			 PARACALL_ERROR_ROOM);
	tree[0] = 0;
	assert_int_equal(paracall_arm64_cut_memory(tree, sizeof(tree), 0x10000, &place),
			 PARACALL_ERROR_TREE);
}

/* A node that wraps around is none. */
static void hostile_memory(void **state)
{
	static const struct memory memory[] = {
		{ 0x40000000, 0x20000000 },
		{ UINT64_MAX - 0xffff, 0x20000 },
	};
	_Alignas(8) uint8_t tree[ROOM];
	struct paracall_gpa place;

	(void)state;
	make_tree(tree, "hvc", memory, 2);
	assert_int_equal(paracall_arm64_cut_memory(tree, sizeof(tree), 0x10000, &place), 0);
	assert_int_equal(place.value, 0x5fff0000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(discovery, create, fake_teardown),
		cmocka_unit_test_setup_teardown(unknown_functions, create, fake_teardown),
		cmocka_unit_test_setup_teardown(psci_is_the_engines, create, fake_teardown),
		cmocka_unit_test_setup_teardown(psci_takes_lower_halves, create, fake_teardown),
		cmocka_unit_test_setup_teardown(work_arounds, create, fake_teardown),
		cmocka_unit_test(features_taken_away),
		cmocka_unit_test(implementations_are_listed),
		cmocka_unit_test(no_implementations),
		cmocka_unit_test(implementations_are_on_request),
		cmocka_unit_test(features_follow_the_engine),
		cmocka_unit_test_setup_teardown(pairs_clocks, create, fake_teardown),
		cmocka_unit_test_setup_teardown(random_numbers, create, fake_teardown),
		cmocka_unit_test_setup_teardown(stolen_time, create, fake_teardown),
		cmocka_unit_test_setup_teardown(machines_come_back, create, fake_teardown),
		cmocka_unit_test(conduits),
		cmocka_unit_test(cut_memory),
		cmocka_unit_test(hostile_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
