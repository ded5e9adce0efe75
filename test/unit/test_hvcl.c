/* SPDX-License-Identifier: GPL-2.0-or-later */
/* LoongArch: CPUCFG, calls by hvcl, steal time, and its record afterwards. */
#include "fake_engine.h"

#include <endian.h>
#include <paracall/loongarch.h>
#include <string.h>

#define RECORD 0x1000u
#define OTHER_RECORD 0x2040u
#define VALID PARACALL_KVM_STEAL_PHYS_VALID
#define STEAL_TIME (UINT64_C(1) << PARACALL_KVM_FEATURE_LOONGARCH_STEAL_TIME)

static void create_with(struct fake_machine *fake, uint32_t features)
{
	struct paracall_options options = {
		.size = sizeof(options),
		.architecture = PARACALL_LOONGARCH,
		.max_cpus = FAKE_CPUS,
		.features = features,
	};

	fake_machine_create(fake, &fake_engine, &options);
}

static int create(void **state)
{
	static struct fake_machine fake;

	create_with(&fake, paracall_features_default(PARACALL_LOONGARCH, FAKE_CAPABILITIES));
	*state = &fake;
	return 0;
}

static int64_t call(struct fake_cpu *cpu, uint32_t code, uint64_t a0, uint64_t a1, uint64_t a2)
{
	cpu->registers[PARACALL_LOONGARCH_A0] = a0;
	cpu->registers[PARACALL_LOONGARCH_A1] = a1;
	cpu->registers[PARACALL_LOONGARCH_A2] = a2;
	cpu->reads = cpu->writes = 0;
	paracall_hvcl(cpu->cpu, code);
	assert_int_equal(cpu->writes, 1);
	assert_int_equal(cpu->registers[PARACALL_LOONGARCH_A1], a1);
	assert_int_equal(cpu->registers[PARACALL_LOONGARCH_A2], a2);
	return (int64_t)cpu->registers[PARACALL_LOONGARCH_A0];
}

static int64_t notify(struct fake_cpu *cpu, uint64_t value)
{
	return call(cpu, PARACALL_HCALL_SERVICE, PARACALL_HCALL_FUNC_NOTIFY, STEAL_TIME, value);
}

/* As the guest reads it: little-endian on any host. */
static uint64_t read_little(const struct fake_machine *fake, uint64_t address,
			    unsigned int size)
{
	uint64_t value = 0;

	for (unsigned int i = 0; i < size; i++)
		value |= (uint64_t)fake->memory[address + i] << 8 * i;
	return value;
}

static uint64_t steal_of(const struct fake_machine *fake, uint64_t record)
{
	return read_little(fake, record, 8);
}

static uint32_t version_of(const struct fake_machine *fake, uint64_t record)
{
	return (uint32_t)read_little(fake, record + 8, 4);
}

static struct paracall_call_statistics counts(const struct fake_machine *fake, const char *name)
{
	return paracall_machine_statistics(fake->machine)->cpu[0].calls[fake_slot(name)];
}

static void discovery(void **state)
{
	struct fake_machine *fake = *state;
	struct paracall_cpu *cpu = fake->cpus[0].cpu;
	const struct paracall_statistics *statistics =
		paracall_machine_statistics(fake->machine);
	uint32_t value = 1;

	assert_true(paracall_cpucfg(cpu, 0x40000000, &value));
	value = htole32(value);
	assert_memory_equal(&value, "KVM", 4);
	assert_true(paracall_cpucfg(cpu, 0x40000004, &value));
	assert_int_equal(value, 4);
	assert_int_equal(statistics->cpu[0].cpuid_signature, 1);
	assert_int_equal(statistics->cpu[0].cpuid_features, 1);
	for (uint32_t index = 0x40000000; index <= 0x400000ff; index++) {
		value = 1;
		assert_true(paracall_cpucfg(cpu, index, &value));
		if (index != 0x40000000 && index != 0x40000004)
			assert_int_equal(value, 0);
	}
	/* Those are the CPU's. */
	value = 77;
	assert_false(paracall_cpucfg(cpu, 0, &value));
	assert_false(paracall_cpucfg(cpu, 0x3fffffff, &value));
	assert_false(paracall_cpucfg(cpu, 0x40000100, &value));
	assert_false(paracall_cpucfg(cpu, UINT32_MAX, &value));
	assert_int_equal(value, 77);
}

static void unknown_calls(void **state)
{
	static const struct {
		uint32_t code;
		uint64_t a0;
	} cases[] = {
		{ 0, 2 },     { 0xff, 2 },  { 0x103, 2 },	   { 0x7fff, 2 },
		{ 0x100, 0 }, { 0x100, 3 }, { 0x100, UINT64_MAX }, { 0x100, 0x100000002 },
	};
	struct fake_machine *fake = *state;
	struct fake_cpu *cpu = &fake->cpus[0];
	size_t count = sizeof(cases) / sizeof(cases[0]);

	for (size_t i = 0; i < count; i++)
		assert_int_equal(call(cpu, cases[i].code, cases[i].a0, STEAL_TIME, RECORD | 1),
				 -1);
	assert_int_equal(counts(fake, "").calls, count);
	assert_int_equal(counts(fake, "").errors, count);
	/* Rows that nobody serves have a name. */
	assert_int_equal(call(cpu, 0x100, PARACALL_HCALL_FUNC_IPI, 1, 0), -1);
	assert_int_equal(call(cpu, 0x101, 0, 0, 0), -1);
	assert_int_equal(call(cpu, 0x102, 1, 2, 3), -1);
	assert_int_equal(counts(fake, "HCALL_FUNC_IPI").errors, 1);
	assert_int_equal(counts(fake, "HCALL_SWDBG").errors, 1);
	assert_int_equal(counts(fake, "HCALL_USER_SERVICE").errors, 1);
	assert_int_equal(version_of(fake, RECORD), 0);
}

static void notify_refuses(void **state)
{
	struct fake_machine *fake = *state;
	struct fake_cpu *cpu = &fake->cpus[0];

	assert_int_equal(call(cpu, 0x100, 2, 0, RECORD | 1), -1);
	assert_int_equal(call(cpu, 0x100, 2, 2, RECORD | 1), -1);
	assert_int_equal(call(cpu, 0x100, 2, STEAL_TIME | 2, RECORD | 1), -1);
	assert_int_equal(call(cpu, 0x100, 2, STEAL_TIME | UINT64_C(1) << 32, RECORD | 1), -1);
	/* What it is about comes first. */
	assert_int_equal(call(cpu, 0x100, 2, 0, 0x3e), -1);
	for (unsigned int bit = 1; bit < 6; bit++) {
		assert_int_equal(notify(cpu, RECORD | UINT64_C(1) << bit), -2);
		assert_int_equal(notify(cpu, RECORD | UINT64_C(1) << bit | VALID), -2);
	}
	cpu->run_delay = 5000;
	paracall_update(cpu->cpu);
	assert_int_equal(version_of(fake, RECORD), 0);
}

static void steal_time_is_reported(void **state)
{
	struct fake_machine *fake = *state;
	struct fake_cpu *cpu = &fake->cpus[0];

	/* What the thread waited before is none of the guest's. */
	cpu->run_delay = 1000000;
	fake->memory[RECORD] = 10;
	fake->memory[RECORD + 8] = 4;
	memset(fake->memory + RECORD + 12, 0xa5, 52);
	assert_int_equal(notify(cpu, RECORD | VALID), 0);
	/* The function, what it is about, and where. */
	assert_int_equal(cpu->reads, 3);
	assert_int_equal(steal_of(fake, RECORD), 10);
	assert_int_equal(version_of(fake, RECORD), 6);
	cpu->run_delay += 12345;
	paracall_update(cpu->cpu);
	assert_int_equal(steal_of(fake, RECORD), 10 + 12345);
	assert_int_equal(version_of(fake, RECORD), 8);
	/* Without news the record is not written. */
	paracall_update(cpu->cpu);
	assert_int_equal(version_of(fake, RECORD), 8);
	for (unsigned int i = 12; i < 64; i++)
		assert_int_equal(fake->memory[RECORD + i], 0xa5);
	assert_int_equal(counts(fake, "HCALL_FUNC_NOTIFY").calls, 1);
	assert_int_equal(counts(fake, "HCALL_FUNC_NOTIFY").errors, 0);
}

/* The first odd version may be anything that was in memory. */
static void odd_version_is_repaired(void **state)
{
	struct fake_machine *fake = *state;

	fake->memory[RECORD + 8] = 7;
	assert_int_equal(notify(&fake->cpus[0], RECORD | VALID), 0);
	assert_int_equal(version_of(fake, RECORD), 10);
	memset(fake->memory + RECORD + 8, 0xff, 4);
	assert_int_equal(notify(&fake->cpus[0], RECORD | VALID), 0);
	assert_int_equal(version_of(fake, RECORD), 2);
}

static unsigned int writes;
static bool is_odd[8];

static void note_version(struct fake_machine *fake)
{
	if (writes < sizeof(is_odd) / sizeof(is_odd[0]))
		is_odd[writes] = version_of(fake, RECORD) % 2;
	writes++;
}

static void guest_sees_when_it_is_written(void **state)
{
	struct fake_machine *fake = *state;

	writes = 0;
	fake->after_write = note_version;
	assert_int_equal(notify(&fake->cpus[0], RECORD | VALID), 0);
	fake->after_write = NULL;
	assert_int_equal(writes, 3);
	assert_true(is_odd[0] && is_odd[1] && !is_odd[2]);
}

static void record_that_is_given_up(void **state)
{
	struct fake_machine *fake = *state;
	struct fake_cpu *cpu = &fake->cpus[0];

	assert_int_equal(notify(cpu, RECORD | VALID), 0);
	assert_int_equal(notify(cpu, OTHER_RECORD | VALID), 0);
	cpu->run_delay = 100;
	paracall_update(cpu->cpu);
	assert_int_equal(steal_of(fake, RECORD), 0);
	assert_int_equal(version_of(fake, RECORD), 2);
	assert_int_equal(steal_of(fake, OTHER_RECORD), 100);
	assert_int_equal(notify(cpu, OTHER_RECORD), 0);
	cpu->run_delay = 200;
	paracall_update(cpu->cpu);
	assert_int_equal(steal_of(fake, OTHER_RECORD), 100);
	/* Counting begins again. */
	assert_int_equal(notify(cpu, OTHER_RECORD | VALID), 0);
	assert_int_equal(steal_of(fake, OTHER_RECORD), 100);
}

static void resets_give_it_up(void **state)
{
	struct fake_machine *fake = *state;

	for (unsigned int i = 0; i < 2; i++)
		assert_int_equal(notify(&fake->cpus[i], (RECORD + 64 * i) | VALID), 0);
	paracall_cpu_reset(fake->cpus[0].cpu);
	paracall_machine_remove_cpu(fake->cpus[1].cpu);
	fake->cpus[1].cpu = paracall_machine_add_cpu(fake->machine, 1, &fake->cpus[1]);
	for (unsigned int i = 0; i < 2; i++) {
		fake->cpus[i].run_delay = 100;
		paracall_update(fake->cpus[i].cpu);
		assert_int_equal(version_of(fake, RECORD + 64 * i), 2);
		assert_int_equal(notify(&fake->cpus[i], (RECORD + 64 * i) | VALID), 0);
	}
	paracall_machine_reset(fake->machine, NULL);
	for (unsigned int i = 0; i < 2; i++) {
		fake->cpus[i].run_delay = 200;
		paracall_update(fake->cpus[i].cpu);
		assert_int_equal(version_of(fake, RECORD + 64 * i), 4);
	}
}

static void no_memory_no_record(void **state)
{
	static const uint64_t places[] = { FAKE_MEMORY_SIZE, UINT64_MAX - 63,
					   UINT64_C(1) << 48 };
	static const uint8_t zeros[FAKE_MEMORY_SIZE];
	struct fake_machine *fake = *state;
	struct fake_cpu *cpu = &fake->cpus[0];

	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		assert_int_equal(notify(cpu, places[i] | VALID), 0);
		cpu->run_delay += 100;
		paracall_update(cpu->cpu);
		assert_false(paracall_set_mark(cpu->cpu));
	}
	assert_memory_equal(fake->memory, zeros, sizeof(zeros));
	assert_int_equal(paracall_machine_statistics(fake->machine)->cpu[0].steal_updates, 0);
}

static void what_is_not_offered(void **state)
{
	static struct fake_machine fake;
	uint32_t value;

	(void)state;
	create_with(&fake, 0);
	assert_true(paracall_cpucfg(fake.cpus[0].cpu, 0x40000004, &value));
	assert_int_equal(value, 0);
	assert_int_equal(notify(&fake.cpus[0], RECORD | VALID), -1);
	assert_int_equal(version_of(&fake, RECORD), 0);
	assert_int_equal(counts(&fake, "HCALL_FUNC_NOTIFY").errors, 1);
	fake_machine_destroy(&fake);
	/* Nor can it be where the engine knows of no delays; and some never are. */
	assert_int_equal(paracall_features_available(PARACALL_LOONGARCH,
						     FAKE_CAPABILITIES &
							     ~PARACALL_CAN_REPORT_RUN_DELAY),
			 0);
	assert_int_equal(paracall_features_available(PARACALL_LOONGARCH, UINT32_MAX),
			 STEAL_TIME);
}

/* ---- loads of another state -------------------------------------------------- */

static void marks(void **state)
{
	static uint8_t saved[FAKE_MEMORY_SIZE];
	struct fake_machine *fake = *state;
	struct fake_cpu *cpu = &fake->cpus[1];

	assert_false(paracall_set_mark(cpu->cpu));
	assert_int_equal(paracall_check_mark(cpu->cpu), PARACALL_MARK_NONE);
	assert_int_equal(notify(&fake->cpus[2], RECORD | VALID), 0);
	memcpy(saved, fake->memory, sizeof(saved));
	/* Any vCPU sets it, and any looks for it. */
	assert_true(paracall_set_mark(cpu->cpu));
	assert_int_equal(version_of(fake, RECORD), 4);
	assert_int_equal(steal_of(fake, RECORD), 0);
	assert_int_equal(paracall_check_mark(fake->cpus[3].cpu), PARACALL_MARK_KEPT);
	/* Then the guest goes on. */
	fake->cpus[2].run_delay = 77;
	paracall_update(fake->cpus[2].cpu);
	assert_int_equal(paracall_check_mark(cpu->cpu), PARACALL_MARK_NONE);
	assert_int_equal(steal_of(fake, RECORD), 77);
	assert_int_equal(version_of(fake, RECORD), 6);
	/* What the host writes is no load. */
	assert_true(paracall_set_mark(cpu->cpu));
	fake->cpus[2].run_delay = 80;
	paracall_update(fake->cpus[2].cpu);
	assert_int_equal(paracall_check_mark(cpu->cpu), PARACALL_MARK_NONE);
	/* Another state is. */
	assert_true(paracall_set_mark(cpu->cpu));
	memcpy(fake->memory, saved, sizeof(saved));
	assert_int_equal(paracall_check_mark(cpu->cpu), PARACALL_MARK_GONE);
	paracall_machine_loaded(fake->machine, cpu->cpu);
	fake->cpus[2].run_delay = 1000;
	paracall_update(fake->cpus[2].cpu);
	assert_false(paracall_set_mark(cpu->cpu));
	assert_memory_equal(fake->memory, saved, sizeof(saved));
}

/* A record that begins anew: what was saved before is another state still. */
static void no_mark_comes_twice(void **state)
{
	static uint8_t saved[FAKE_MEMORY_SIZE];
	struct fake_machine *fake = *state;
	struct fake_cpu *cpu = &fake->cpus[0];

	assert_int_equal(notify(cpu, RECORD | VALID), 0);
	assert_true(paracall_set_mark(cpu->cpu));
	memcpy(saved, fake->memory, sizeof(saved));
	assert_int_equal(paracall_check_mark(cpu->cpu), PARACALL_MARK_KEPT);
	memset(fake->memory + RECORD, 0, 64);
	assert_int_equal(notify(cpu, RECORD | VALID), 0);
	assert_true(paracall_set_mark(cpu->cpu));
	memcpy(fake->memory, saved, sizeof(saved));
	assert_int_equal(paracall_check_mark(cpu->cpu), PARACALL_MARK_GONE);
}

static void overwritten_record_gets_no_mark(void **state)
{
	struct fake_machine *fake = *state;

	assert_int_equal(notify(&fake->cpus[0], RECORD | VALID), 0);
	memset(fake->memory + RECORD, 0x55, 64);
	assert_false(paracall_set_mark(fake->cpus[1].cpu));
	assert_int_equal(version_of(fake, RECORD), 0x55555555);
	/* Nor one that the machine's reset has taken away, though its vCPU did not run yet. */
	assert_int_equal(notify(&fake->cpus[0], OTHER_RECORD | VALID), 0);
	paracall_machine_reset(fake->machine, NULL);
	assert_false(paracall_set_mark(fake->cpus[1].cpu));
	assert_int_equal(version_of(fake, OTHER_RECORD), 2);
}

static void steal_can_be_injected(void **state)
{
	static struct fake_machine fake;
	struct paracall_injection injection = {
		.size = sizeof(injection),
		.rules = { {
			.size = sizeof(struct paracall_rule),
			.place = PARACALL_AT_STEAL,
			.fault = PARACALL_FAULT_BURST,
			.value = 5000,
			.every = 100,
			.first = 1,
			.last = UINT64_MAX,
			.step = 1,
			.per_million = 1000000,
		} },
		.rule_count = 1,
	};
	struct paracall_options options = {
		.size = sizeof(options),
		.architecture = PARACALL_LOONGARCH,
		.max_cpus = FAKE_CPUS,
		.features = (uint32_t)STEAL_TIME,
		.injection = &injection,
	};

	(void)state;
	fake_machine_create(&fake, &fake_engine, &options);
	for (unsigned int i = 0; i < 10; i++)
		paracall_update(fake.cpus[0].cpu);
	assert_int_equal(notify(&fake.cpus[0], RECORD | VALID), 0);
	assert_int_equal(steal_of(&fake, RECORD), 0);
	for (unsigned int i = 0; i < 10; i++)
		paracall_update(fake.cpus[0].cpu);
	assert_true(steal_of(&fake, RECORD) >= 5000);
	assert_int_equal(version_of(&fake, RECORD) % 2, 0);
	fake_machine_destroy(&fake);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(discovery, create, fake_teardown),
		cmocka_unit_test_setup_teardown(unknown_calls, create, fake_teardown),
		cmocka_unit_test_setup_teardown(notify_refuses, create, fake_teardown),
		cmocka_unit_test_setup_teardown(steal_time_is_reported, create, fake_teardown),
		cmocka_unit_test_setup_teardown(odd_version_is_repaired, create, fake_teardown),
		cmocka_unit_test_setup_teardown(guest_sees_when_it_is_written, create,
						fake_teardown),
		cmocka_unit_test_setup_teardown(record_that_is_given_up, create, fake_teardown),
		cmocka_unit_test_setup_teardown(resets_give_it_up, create, fake_teardown),
		cmocka_unit_test_setup_teardown(no_memory_no_record, create, fake_teardown),
		cmocka_unit_test(what_is_not_offered),
		cmocka_unit_test_setup_teardown(marks, create, fake_teardown),
		cmocka_unit_test_setup_teardown(no_mark_comes_twice, create, fake_teardown),
		cmocka_unit_test_setup_teardown(overwritten_record_gets_no_mark, create,
						fake_teardown),
		cmocka_unit_test(steal_can_be_injected),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
