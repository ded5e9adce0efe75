/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The way that every call goes: number, mode, privilege, result, counters. */
#include "fake_engine.h"

/* PowerPC's KVM hypercalls have numbers of the same space. */
static bool has_kvm_number(const struct paracall_call_info *info)
{
	return info->kind == PARACALL_CALL_HYPERCALL;
}

static bool is_answered(const struct paracall_call_info *info)
{
	return info->server == PARACALL_SERVED_BY_LIBRARY && info->architecture == PARACALL_X86;
}

/*
 * Each row of the table, with arguments of zero, through the public API. What each
 * answers is its own tests' matter.
 */
static void every_row_answers(void **state)
{
	struct fake_machine *fake = *state;

	for (size_t i = 0; i < paracall_call_count(); i++) {
		const struct paracall_call_info *info = paracall_call_info(i);
		int64_t result = fake_call(&fake->cpus[0], info->number, 0, 0, 0, 0);

		if (!has_kvm_number(info))
			continue;
		if (is_answered(info))
			assert_int_not_equal(result, -PARACALL_KVM_ENOSYS);
		else
			assert_int_equal(result, -PARACALL_KVM_ENOSYS);
	}
}

/* The first number after all that KVM has defined. */
static uint64_t next_number(void)
{
	const struct paracall_call_info *info;
	uint64_t next = 0;

	for (size_t i = 0; (info = paracall_call_info(i)); i++)
		if (has_kvm_number(info) && info->number >= next)
			next = info->number + 1;
	return next;
}

static void unknown_numbers(void **state)
{
	const uint64_t numbers[] = {
		0, next_number(), 99, 1000, 0x100000001, UINT64_MAX, UINT64_C(1) << 63,
	};
	struct fake_machine *fake = *state;

	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		assert_int_equal(fake_call(&fake->cpus[0], numbers[i], 0, 0, 0, 0),
				 -PARACALL_KVM_ENOSYS);
}

static void only_used_registers_are_read(void **state)
{
	struct fake_machine *fake = *state;

	for (size_t i = 0; i < paracall_call_count(); i++) {
		const struct paracall_call_info *info = paracall_call_info(i);
		unsigned int used = 0;

		if (!has_kvm_number(info))
			continue;
		for (unsigned int k = 0; is_answered(info) && k < PARACALL_MAX_ARGUMENTS; k++)
			used += info->fields[k].direction == PARACALL_IN &&
				!info->fields[k].is_unused;
		fake_call(&fake->cpus[0], info->number, 0, 0, 0, 0);
		assert_int_equal(fake->cpus[0].reads, 1 + used);
		assert_int_equal(fake->cpus[0].writes, 1);
	}
}

/* KICK_CPU's flags are KVM's to define one day. */
static void unused_arguments_are_not_read(void **state)
{
	struct fake_machine *fake = *state;

	fake_call(&fake->cpus[0], PARACALL_KVM_HC_KICK_CPU, 1, 1, 0, 0);
	assert_int_equal(fake->cpus[0].reads, 2);
}

static void other_registers_are_kept(void **state)
{
	struct fake_machine *fake = *state;
	struct fake_cpu *cpu = &fake->cpus[0];
	uint64_t a = UINT64_C(0x1122334455667788);

	fake_call(cpu, PARACALL_KVM_HC_KICK_CPU, a, a + 1, a + 2, a + 3);
	assert_true(cpu->registers[PARACALL_X86_RBX] == a);
	assert_true(cpu->registers[PARACALL_X86_RCX] == a + 1);
	assert_true(cpu->registers[PARACALL_X86_RDX] == a + 2);
	assert_true(cpu->registers[PARACALL_X86_RSI] == a + 3);
}

/* Before the number is looked at, and without effect. */
static void user_mode_is_refused(void **state)
{
	struct fake_machine *fake = *state;
	struct fake_cpu *cpu = &fake->cpus[0];
	uint32_t mode = PARACALL_MODE_64BIT | PARACALL_MODE_USER;

	for (uint64_t number = 0; number < 20; number++)
		assert_true(fake_call_in(cpu, mode, number, 0, 1, 0, 0) == UINT64_MAX);
	assert_true(paracall_halt(fake->cpus[1].cpu));
	assert_true(fake_call_in(cpu, PARACALL_MODE_USER, PARACALL_KVM_HC_KICK_CPU, 0, 1, 0,
				 0) == UINT32_MAX);
	assert_int_equal(fake->cpus[1].wakes, 0);
}

static void outside_64bit_mode_all_is_cut(void **state)
{
	struct fake_machine *fake = *state;
	struct fake_cpu *cpu = &fake->cpus[0];
	uint64_t garbage = UINT64_C(0xdeadbeef00000000);

	assert_true(fake_call_in(cpu, 0, garbage | 99, 0, 0, 0, 0) == 0xfffffc18);
	assert_true(fake_call_in(cpu, 0, garbage | PARACALL_KVM_HC_VAPIC_POLL_IRQ, 0, 0, 0,
				 0) == 0);
	assert_true(paracall_halt(fake->cpus[1].cpu));
	assert_true(fake_call_in(cpu, 0, PARACALL_KVM_HC_KICK_CPU, garbage, garbage | 1, 0,
				 0) == 0);
	assert_int_equal(fake->cpus[1].wakes, 1);
}

static void calls_are_counted(void **state)
{
	struct fake_machine *fake = *state;
	struct paracall_statistics *statistics = paracall_machine_statistics(fake->machine);
	struct paracall_call_statistics *unknown, *polls;

	for (int i = 0; i < 1000; i++)
		fake_call(&fake->cpus[i % 2], 99, 0, 0, 0, 0);
	fake_call(&fake->cpus[0], PARACALL_KVM_HC_VAPIC_POLL_IRQ, 0, 0, 0, 0);
	assert_int_equal(paracall_statistics_total(statistics,
						   calls[PARACALL_STATISTICS_UNKNOWN].calls),
			 1000);
	assert_int_equal(paracall_statistics_total(statistics,
						   calls[PARACALL_STATISTICS_UNKNOWN].errors),
			 1000);
	polls = &statistics->cpu[0].calls[fake_slot("VAPIC_POLL_IRQ")];
	assert_int_equal(polls->calls, 1);
	assert_int_equal(polls->errors, 0);
	/* 500 on each: the first 256, and every 16th after them. */
	unknown = &statistics->cpu[0].calls[PARACALL_STATISTICS_UNKNOWN];
	assert_int_equal(unknown->timed_calls, 256 + (500 - 256 + 15) / 16);
	assert_int_equal(unknown->timed_nanoseconds, 100 * unknown->timed_calls);
}

static void features_are_enforced_on_request(void **state)
{
	static const uint64_t gated[] = {
		PARACALL_KVM_HC_KICK_CPU,
		PARACALL_KVM_HC_SEND_IPI,
		PARACALL_KVM_HC_SCHED_YIELD,
	};
	struct paracall_options options = fake_options();
	struct fake_machine fake = { .machine = NULL };

	(void)state;
	for (int enforce = 0; enforce < 2; enforce++) {
		options.features = 0;
		options.enforce_features = enforce;
		fake_machine_create(&fake, &fake_engine, &options);
		for (int i = 0; i < 3; i++)
			assert_int_equal(fake_call(&fake.cpus[0], gated[i], 0, 0, 0, 0),
					 enforce ? -PARACALL_KVM_ENOSYS : 0);
		assert_int_equal(fake_call(&fake.cpus[0], PARACALL_KVM_HC_VAPIC_POLL_IRQ, 0, 0,
					   0, 0),
				 0);
		fake_machine_destroy(&fake);
	}
}

/* What the engine can't do is answered as unknown, never half done. */
static void calls_need_the_engine(void **state)
{
	struct paracall_engine engine = {
		.size = sizeof(engine),
		.read_register = fake_engine.read_register,
		.write_register = fake_engine.write_register,
	};
	struct paracall_options options = fake_options();
	struct fake_machine fake = { .machine = NULL };

	(void)state;
	options.features = 0;
	fake_machine_create(&fake, &engine, &options);
	for (uint64_t number = 2; number < 13; number++)
		assert_int_equal(fake_call(&fake.cpus[0], number, 1, 1, 0, 0),
				 -PARACALL_KVM_ENOSYS);
	fake_machine_destroy(&fake);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(every_row_answers, fake_setup, fake_teardown),
		cmocka_unit_test_setup_teardown(unknown_numbers, fake_setup, fake_teardown),
		cmocka_unit_test_setup_teardown(only_used_registers_are_read, fake_setup,
						fake_teardown),
		cmocka_unit_test_setup_teardown(unused_arguments_are_not_read, fake_setup,
						fake_teardown),
		cmocka_unit_test_setup_teardown(other_registers_are_kept, fake_setup,
						fake_teardown),
		cmocka_unit_test_setup_teardown(user_mode_is_refused, fake_setup,
						fake_teardown),
		cmocka_unit_test_setup_teardown(outside_64bit_mode_all_is_cut, fake_setup,
						fake_teardown),
		cmocka_unit_test_setup_teardown(calls_are_counted, fake_setup, fake_teardown),
		cmocka_unit_test(features_are_enforced_on_request),
		cmocka_unit_test(calls_need_the_engine),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
