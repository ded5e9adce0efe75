/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Calls as PowerPC's guests make them: KVM's and ePAPR's. */
#include "fake_engine.h"

#include <string.h>

#define KVM(number) PARACALL_EPAPR_TOKEN(PARACALL_EPAPR_VENDOR_KVM, number)
#define EPAPR(number) PARACALL_EPAPR_TOKEN(PARACALL_EPAPR_VENDOR_EPAPR, number)

/* In every register, so that it shows which ones were written. */
#define GARBAGE UINT64_C(0xdeadbeefcafef00d)

static int create_with(void **state, const struct paracall_engine *engine, uint32_t features)
{
	static struct fake_machine fake;
	struct paracall_options options = {
		.size = sizeof(options),
		.architecture = PARACALL_POWERPC,
		.max_cpus = FAKE_CPUS,
		.features = features,
	};

	fake_machine_create(&fake, engine, &options);
	*state = &fake;
	return 0;
}

static int create(void **state)
{
	return create_with(state, &fake_engine, 0);
}

static int destroy(void **state)
{
	fake_machine_destroy(*state);
	return 0;
}

static bool call(struct fake_cpu *cpu, uint32_t mode, uint64_t token)
{
	for (unsigned int i = 0; i < PARACALL_POWERPC_REGISTERS; i++)
		cpu->registers[i] = GARBAGE;
	cpu->registers[PARACALL_POWERPC_R11] = token;
	cpu->reads = 0;
	cpu->writes = 0;
	return paracall_epapr_hypercall(cpu->cpu, mode);
}

/* The result of a call, which is to be one. Nothing but r3 and r4 may change. */
static uint64_t result_of(struct fake_cpu *cpu, uint64_t token)
{
	assert_true(call(cpu, PARACALL_MODE_64BIT, token));
	assert_int_equal(cpu->writes, 2);
	for (unsigned int i = 0; i < PARACALL_POWERPC_REGISTERS; i++)
		if (i != PARACALL_POWERPC_R3 && i != PARACALL_POWERPC_R4)
			assert_int_equal(cpu->registers[i],
					 i == PARACALL_POWERPC_R11 ? token : GARBAGE);
	return cpu->registers[PARACALL_POWERPC_R3];
}

static uint64_t output(const struct fake_cpu *cpu)
{
	return cpu->registers[PARACALL_POWERPC_R4];
}

static struct paracall_call_statistics counts(const struct fake_machine *fake, const char *name)
{
	return paracall_machine_statistics(fake->machine)->cpu[0].calls[fake_slot(name)];
}

static void features(void **state)
{
	struct fake_machine *fake = *state;
	struct fake_cpu *cpu = &fake->cpus[0];

	assert_int_equal(result_of(cpu, KVM(3)), PARACALL_EV_SUCCESS);
	assert_int_equal(output(cpu), 0);
	/* The number alone is read. */
	assert_int_equal(cpu->reads, 1);
	/* Of r11 the low half counts. */
	assert_int_equal(result_of(cpu, KVM(3) | UINT64_C(0xabcd) << 32), PARACALL_EV_SUCCESS);
	assert_int_equal(counts(fake, "FEATURES").calls, 2);
	assert_int_equal(counts(fake, "FEATURES").errors, 0);
	assert_int_equal(paracall_machine_statistics(fake->machine)->architecture,
			 PARACALL_POWERPC);
}

static void features_need_an_engine(void **state)
{
	struct paracall_engine engine = fake_engine;
	struct paracall_options options = {
		.size = sizeof(options),
		.architecture = PARACALL_POWERPC,
		.max_cpus = 1,
		.features = 1u << PARACALL_KVM_FEATURE_MAGIC_PAGE,
	};
	struct paracall_machine *machine;
	uint32_t chosen = 0;

	(void)state;
	engine.capabilities &= ~PARACALL_CAN_MAP_MAGIC_PAGE;
	assert_int_equal(paracall_machine_new(&machine, &engine, &options),
			 PARACALL_ERROR_FEATURE);
	assert_int_equal(paracall_feature_count(PARACALL_POWERPC), 1);
	assert_int_equal(paracall_feature_count(PARACALL_S390), 0);
	assert_int_equal(paracall_features_available(PARACALL_POWERPC,
						     PARACALL_CAN_MAP_MAGIC_PAGE),
			 1u << PARACALL_KVM_FEATURE_MAGIC_PAGE);
	assert_int_equal(paracall_features_available(PARACALL_POWERPC, 0), 0);
	/* Only if somebody asks. */
	assert_int_equal(paracall_features_default(PARACALL_POWERPC, UINT32_MAX), 0);
	assert_int_equal(paracall_features_parse(PARACALL_POWERPC, "+magic-page", 2, &chosen,
						 NULL, NULL),
			 0);
	assert_int_equal(chosen, 2);
	assert_int_equal(paracall_features_parse(PARACALL_POWERPC, "pv-unhalt", 2, &chosen,
						 NULL, NULL),
			 PARACALL_ERROR_NAME);
}

static void unknown_tokens(void **state)
{
	/* clang-format off */
	static const uint64_t tokens[] = {
		/* Numbers without a vendor, or of another one's. */
		0, 3, 4, 16, 0x20003, 0x290003, 0x2b0003, 0x2a000300, 0xffffffff,
		UINT64_C(0x2a0003) << 32,
		/* What is not KVM's, or not ePAPR's. */
		KVM(0), KVM(0x20), KVM(16), KVM(0xffff), EPAPR(0), EPAPR(8), EPAPR(17),
		EPAPR(0xffff),
	};
	/* clang-format on */
	struct fake_machine *fake = *state;
	struct fake_cpu *cpu = &fake->cpus[0];

	for (size_t i = 0; i < sizeof(tokens) / sizeof(tokens[0]); i++) {
		assert_int_equal(result_of(cpu, tokens[i]), PARACALL_EV_UNIMPLEMENTED);
		assert_int_equal(output(cpu), 0);
		assert_int_equal(cpu->reads, 1);
		assert_int_equal(counts(fake, "").errors, i + 1);
	}
}

/* They have names, and KVM on PowerPC has none of them. */
static void known_and_unimplemented(void **state)
{
	struct fake_machine *fake = *state;
	struct fake_cpu *cpu = &fake->cpus[0];

	for (size_t row = 0; row < paracall_call_count(); row++) {
		const struct paracall_call_info *info = paracall_call_info(row);
		bool is_kvm = info->kind == PARACALL_CALL_HYPERCALL;

		if (!(is_kvm || info->kind == PARACALL_CALL_EPAPR) ||
		    (info->server == PARACALL_SERVED_BY_LIBRARY &&
		     info->architecture == PARACALL_POWERPC))
			continue;
		assert_int_equal(result_of(cpu, is_kvm ? KVM(info->number) : info->number),
				 PARACALL_EV_UNIMPLEMENTED);
		assert_int_equal(output(cpu), 0);
		assert_int_equal(counts(fake, info->name).calls, 1);
		assert_int_equal(counts(fake, info->name).errors, 1);
	}
	assert_int_equal(counts(fake, "").calls, 0);
}

static void idle(void **state)
{
	struct fake_machine *fake = *state;

	assert_int_equal(result_of(&fake->cpus[0], EPAPR(16)), PARACALL_EV_SUCCESS);
	assert_int_equal(output(&fake->cpus[0]), 0);
	assert_int_equal(fake->cpus[0].idles, 1);
	assert_int_equal(counts(fake, "EV_IDLE").calls, 1);
}

static void idle_may_do_nothing(void **state)
{
	struct paracall_engine engine = fake_engine;
	struct paracall_powerpc_engine powerpc = *fake_engine.powerpc;
	struct fake_machine *fake;

	powerpc.idle = NULL;
	engine.powerpc = &powerpc;
	create_with(state, &engine, 0);
	fake = *state;
	assert_int_equal(result_of(&fake->cpus[0], EPAPR(16)), PARACALL_EV_SUCCESS);
	assert_int_equal(fake->cpus[0].idles, 0);
	destroy(state);
}

static void user_mode_has_no_calls(void **state)
{
	static const uint64_t tokens[] = { KVM(3), KVM(4), EPAPR(16), 0 };
	struct fake_machine *fake = *state;
	struct fake_cpu *cpu = &fake->cpus[0];

	for (size_t i = 0; i < sizeof(tokens) / sizeof(tokens[0]); i++) {
		assert_false(call(cpu, PARACALL_MODE_USER | PARACALL_MODE_64BIT, tokens[i]));
		assert_false(call(cpu, PARACALL_MODE_USER, tokens[i]));
		assert_int_equal(cpu->reads + cpu->writes, 0);
	}
	assert_int_equal(counts(fake, "FEATURES").calls + counts(fake, "").calls, 0);
}

/* QEMU does them all; they only are counted. */
static void papr(void **state)
{
	static const uint64_t unknown[] = {
		0,
		1,
		2,
		3,
		0x05,
		0x10,
		0x4fc,
		0x500,
		0xdd,
		0xef00,
		0xef12,
		0xef80,
		0xf004,
		0xf006,
		0xf00f,
		0xf010,
		0xf801,
		0xf810,
		0x100000004,
		0x10000f000,
		UINT64_C(0xf000) << 32,
		UINT64_MAX,
		UINT64_MAX - 3,
		/* KVM's are others. */
		PARACALL_KVM_HC_FEATURES,
		KVM(3),
		EPAPR(16),
	};
	struct fake_machine *fake = *state;
	struct fake_cpu *cpu = &fake->cpus[0];
	size_t count = sizeof(unknown) / sizeof(unknown[0]);

	for (size_t row = 0; row < paracall_call_count(); row++) {
		const struct paracall_call_info *info = paracall_call_info(row);

		if (info->kind != PARACALL_CALL_PAPR)
			continue;
		cpu->registers[PARACALL_POWERPC_R3] = info->number;
		cpu->reads = cpu->writes = 0;
		paracall_papr_hypercall(cpu->cpu);
		assert_int_equal(cpu->reads, 1);
		assert_int_equal(cpu->writes, 0);
		assert_int_equal(counts(fake, info->name).calls, 1);
		assert_int_equal(counts(fake, info->name).timed_calls, 0);
	}
	assert_int_equal(counts(fake, "").calls, 0);
	for (size_t i = 0; i < count; i++) {
		cpu->registers[PARACALL_POWERPC_R3] = unknown[i];
		paracall_papr_hypercall(cpu->cpu);
		assert_int_equal(counts(fake, "").calls, i + 1);
	}
	assert_int_equal(counts(fake, "H_CEDE").calls, 1);
	/* The number is known: nothing is read. */
	cpu->registers[PARACALL_POWERPC_R3] = 0;
	cpu->reads = 0;
	paracall_papr_hypercall_number(cpu->cpu, 0xe0);
	assert_int_equal(cpu->reads, 0);
	assert_int_equal(counts(fake, "H_CEDE").calls, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(features, create, destroy),
		cmocka_unit_test(features_need_an_engine),
		cmocka_unit_test_setup_teardown(unknown_tokens, create, destroy),
		cmocka_unit_test_setup_teardown(known_and_unimplemented, create, destroy),
		cmocka_unit_test_setup_teardown(idle, create, destroy),
		cmocka_unit_test(idle_may_do_nothing),
		cmocka_unit_test_setup_teardown(papr, create, destroy),
		cmocka_unit_test_setup_teardown(user_mode_has_no_calls, create, destroy),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
