/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Calls of the Supervisor Binary Interface, as RISC-V's guests make them. */
#include "../../lib/record.h"
#include "fake_engine.h"

#include <endian.h>
#include <paracall/riscv.h>
#include <string.h>

#define RECORD 0x1000u
#define RECORD_SIZE 64u
#define ALL_ONES UINT64_MAX

static uint32_t features_of(uint32_t capabilities)
{
	return paracall_features_default(PARACALL_RISCV, capabilities);
}

static void create_with(struct fake_machine *fake, uint32_t features,
			const struct paracall_injection *injection)
{
	struct paracall_options options = {
		.size = sizeof(options),
		.architecture = PARACALL_RISCV,
		.max_cpus = FAKE_CPUS,
		.features = features,
		.injection = injection,
	};

	fake_machine_create(fake, &fake_engine, &options);
}

static int create(void **state)
{
	static struct fake_machine fake;

	create_with(&fake, features_of(FAKE_CAPABILITIES), NULL);
	*state = &fake;
	return 0;
}

enum word {
	EXTENSION,
	FUNCTION,
	A0,
	A1,
	A2,
	WORDS
};

struct call {
	uint64_t words[WORDS];
};

/* Those that are left out are 0. */
#define CALL(...) \
	{ \
		.words = { __VA_ARGS__ } \
	}
#define THE_CALL(...) ((struct call)CALL(__VA_ARGS__))

/* Which has the call's registers, and others that nobody may touch. */
static enum paracall_sbi_outcome make(struct fake_cpu *cpu, struct call call)
{
	cpu->registers[PARACALL_RISCV_A0] = call.words[A0];
	cpu->registers[PARACALL_RISCV_A1] = call.words[A1];
	cpu->registers[PARACALL_RISCV_A2] = call.words[A2];
	cpu->registers[PARACALL_RISCV_A3] = 0x33;
	cpu->registers[PARACALL_RISCV_A6] = call.words[FUNCTION];
	cpu->registers[PARACALL_RISCV_A7] = call.words[EXTENSION];
	cpu->reads = cpu->writes = 0;
	return paracall_sbi(cpu->cpu);
}

static void expect(struct fake_cpu *cpu, struct call call, int64_t error, uint64_t value)
{
	assert_int_equal(make(cpu, call), PARACALL_SBI_DONE);
	assert_int_equal((int64_t)cpu->registers[PARACALL_RISCV_A0], error);
	assert_int_equal(cpu->registers[PARACALL_RISCV_A1], value);
	assert_int_equal(cpu->registers[PARACALL_RISCV_A3], 0x33);
	assert_int_equal(cpu->registers[PARACALL_RISCV_A6], call.words[FUNCTION]);
	assert_int_equal(cpu->registers[PARACALL_RISCV_A7], call.words[EXTENSION]);
	assert_int_equal(cpu->writes, 2);
}

/* The firmware finds it as it was. */
static void expect_left(struct fake_cpu *cpu, struct call call)
{
	assert_int_equal(make(cpu, call), PARACALL_SBI_NOT_OURS);
	assert_int_equal(cpu->writes, 0);
}

static struct paracall_call_statistics counts(const struct fake_machine *fake, const char *name)
{
	return paracall_machine_statistics(fake->machine)->cpu[0].calls[fake_slot(name)];
}

#define BASE PARACALL_SBI_BASE
#define PROBE PARACALL_SBI_BASE_PROBE_EXT
#define STA PARACALL_SBI_STA

static void discovery(void **state)
{
	struct fake_machine *fake = *state;
	struct fake_cpu *cpu = &fake->cpus[0];

	expect(cpu, THE_CALL(BASE, PARACALL_SBI_BASE_GET_IMP_ID, 7, 8, 9), 0, 3);
	/* Extension and function, and nothing else: this one has no arguments. */
	assert_int_equal(cpu->reads, 2);
	expect(cpu, THE_CALL(BASE, PARACALL_SBI_BASE_GET_IMP_VERSION), 0, 0x061300);
	expect(cpu, THE_CALL(BASE, PROBE, STA), 0, 1);
	assert_int_equal(cpu->reads, 3);
	assert_int_equal(counts(fake, "SBI_BASE_GET_IMP_ID").calls, 1);
	assert_int_equal(counts(fake, "SBI_BASE_PROBE_EXT").calls, 1);
	/* All 64 bits count. */
	expect_left(cpu, THE_CALL(BASE, PROBE, UINT64_C(0x100000000) | STA));
	expect_left(cpu, THE_CALL(BASE, PROBE, PARACALL_SBI_TIME));
	assert_int_equal(counts(fake, "SBI_BASE_PROBE_EXT").calls, 3);
	assert_int_equal(counts(fake, "SBI_BASE_PROBE_EXT").errors, 0);
}

static void the_rest_is_the_firmwares(void **state)
{
	static const struct {
		struct call call;
		const char *name;
	} cases[] = {
		{ CALL(BASE, PARACALL_SBI_BASE_GET_SPEC_VERSION), "SBI_BASE_GET_SPEC_VERSION" },
		{ CALL(BASE, PARACALL_SBI_BASE_GET_MIMPID), "SBI_BASE_GET_MIMPID" },
		{ CALL(PARACALL_SBI_TIME, 0, 5), "SBI_TIME_SET_TIMER" },
		{ CALL(PARACALL_SBI_IPI, 0, 1, 0), "SBI_IPI_SEND_IPI" },
		{ CALL(PARACALL_SBI_RFENCE, 1), "SBI_RFENCE_REMOTE_SFENCE_VMA" },
		{ CALL(PARACALL_SBI_HSM, PARACALL_SBI_HSM_HART_START, 1),
		  "SBI_HSM_HART_START" },
		{ CALL(PARACALL_SBI_HSM, PARACALL_SBI_HSM_HART_STOP), "SBI_HSM_HART_STOP" },
		{ CALL(PARACALL_SBI_SRST, 0), "SBI_SRST_RESET" },
		{ CALL(PARACALL_SBI_SUSP, 0), "SBI_SUSP_SYSTEM_SUSPEND" },
		{ CALL(PARACALL_SBI_PMU, 8), "SBI_PMU_EVENT_GET_INFO" },
		{ CALL(PARACALL_SBI_DBCN, 2, 'x'), "SBI_DBCN_CONSOLE_WRITE_BYTE" },
		{ CALL(PARACALL_SBI_FWFT, 1), "SBI_FWFT_GET" },
		{ CALL(PARACALL_SBI_CPPC, 3), "SBI_CPPC_WRITE" },
		/* Of these a6 means nothing. */
		{ CALL(PARACALL_SBI_LEGACY_SET_TIMER, ALL_ONES), "SBI_LEGACY_SET_TIMER" },
		{ CALL(PARACALL_SBI_LEGACY_SHUTDOWN, 77), "SBI_LEGACY_SHUTDOWN" },
	};
	struct fake_machine *fake = *state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		expect_left(&fake->cpus[0], cases[i].call);
		assert_int_equal(fake->cpus[0].reads, 2);
		assert_int_equal(counts(fake, cases[i].name).calls, 1);
		assert_int_equal(counts(fake, cases[i].name).errors, 0);
	}
	assert_int_equal(counts(fake, "").calls, 0);
}

static void unknown_functions(void **state)
{
	static const struct call left[] = {
		CALL(BASE, 7),
		CALL(BASE, UINT64_C(0x100000001)),
		CALL(BASE, UINT32_MAX),
		CALL(UINT64_C(0x100000000) | BASE, 1),
		CALL(UINT64_C(0x100000000) | STA, 0),
		CALL(0x9, 0),
		CALL(0xf, 0),
		CALL(0x11, 0),
		CALL(UINT64_C(0x100000000), 0),
		CALL(0x0a0b0c0d, 0),
		CALL(ALL_ONES, ALL_ONES),
	};
	static const uint64_t functions[] = { 1, 0x80000000, UINT32_MAX, UINT64_C(0x100000000),
					      ALL_ONES };
	struct fake_machine *fake = *state;
	struct fake_cpu *cpu = &fake->cpus[0];
	size_t count = sizeof(left) / sizeof(left[0]);
	size_t refused = sizeof(functions) / sizeof(functions[0]);

	for (size_t i = 0; i < count; i++)
		expect_left(cpu, left[i]);
	assert_int_equal(counts(fake, "").calls, count);
	assert_int_equal(counts(fake, "").errors, 0);
	/* Of an extension that is the library's it knows what there is not. */
	for (size_t i = 0; i < refused; i++)
		expect(cpu, THE_CALL(STA, functions[i], RECORD), -2, 0);
	assert_int_equal(counts(fake, "").errors, refused);
}

static void features_taken_away(void **state)
{
	static struct fake_machine fake;
	struct fake_cpu *cpu = &fake.cpus[0];

	(void)state;
	create_with(&fake, 0, NULL);
	memset(fake.memory, 0x5a, sizeof(fake.memory));
	expect(cpu, THE_CALL(BASE, PROBE, STA), 0, 0);
	expect(cpu, THE_CALL(STA, 0, RECORD), -2, 0);
	expect(cpu, THE_CALL(STA, 0, ALL_ONES, ALL_ONES), -2, 0);
	expect(cpu, THE_CALL(BASE, PARACALL_SBI_BASE_GET_IMP_ID), 0, 3);
	assert_int_equal(fake.memory[RECORD], 0x5a);
	fake_machine_destroy(&fake);
}

static void features_follow_the_engine(void **state)
{
	(void)state;
	assert_int_equal(features_of(0), 0);
	assert_int_equal(features_of(PARACALL_CAN_REPORT_RUN_DELAY), 0);
	assert_int_equal(features_of(PARACALL_CAN_ACCESS_MEMORY), 0);
	assert_int_equal(features_of(PARACALL_CAN_REPORT_RUN_DELAY |
				     PARACALL_CAN_ACCESS_MEMORY),
			 1u << PARACALL_KVM_FEATURE_STA);
}

/*
 * ---- Steal time ------------------------------------------------------------
 */

static struct paracall_sbi_sta record_at(const struct fake_machine *fake, size_t address)
{
	struct paracall_sbi_sta record;

	memcpy(&record, fake->memory + address, sizeof(record));
	return record;
}

static void set(struct fake_cpu *cpu, uint64_t address)
{
	expect(cpu, THE_CALL(STA, 0, address, 0, 0), 0, 0);
}

static void wait_more(struct fake_cpu *cpu, uint64_t nanoseconds)
{
	cpu->run_delay += nanoseconds;
	paracall_update(cpu->cpu);
}

static void refusals(void **state)
{
	static const struct {
		struct call call;
		int64_t error;
	} cases[] = {
		{ CALL(STA, 0, RECORD + 1, 0, 0), -3 },
		{ CALL(STA, 0, RECORD + 32, 0, 0), -3 },
		{ CALL(STA, 0, RECORD, 0, 1), -3 },
		{ CALL(STA, 0, RECORD, 0, 0x80000000), -3 },
		{ CALL(STA, 0, RECORD, 1, 0), -5 },
		{ CALL(STA, 0, 0, ALL_ONES, 0), -5 },
		{ CALL(STA, 0, ALL_ONES, 0, 0), -3 },
		{ CALL(STA, 0, ALL_ONES, ALL_ONES, 1), -3 },
		{ CALL(STA, 0, 0x1001, 1, 1), -3 },
		{ CALL(STA, 0, 0x1001, 1, 0), -3 },
		{ CALL(STA, 0, FAKE_MEMORY_SIZE, 0, 0), -5 },
		{ CALL(STA, 0, -(uint64_t)RECORD_SIZE, 0, 0), -5 },
		{ CALL(STA, 0, UINT64_C(1) << 63, 0, 0), -5 },
	};
	struct fake_machine *fake = *state;
	struct fake_cpu *cpu = &fake->cpus[0];

	set(cpu, RECORD + RECORD_SIZE);
	memset(fake->memory, 0x5a, sizeof(fake->memory));
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		expect(cpu, cases[i].call, cases[i].error, 0);
	for (size_t i = 0; i < sizeof(fake->memory); i++)
		assert_int_equal(fake->memory[i], 0x5a);
	assert_int_equal(counts(fake, "SBI_STA_STEAL_TIME_SET_SHMEM").errors,
			 sizeof(cases) / sizeof(cases[0]));
	/* The record that there was is still the one. */
	set(cpu, RECORD);
	expect(cpu, THE_CALL(STA, 0, RECORD + 1), -3, 0);
	wait_more(cpu, 9);
	assert_int_equal(le64toh(record_at(fake, RECORD).steal), 9);
}

static void steal_time(void **state)
{
	struct fake_machine *fake = *state;
	struct fake_cpu *cpu = &fake->cpus[0];
	const struct paracall_cpu_statistics *statistics =
		&paracall_machine_statistics(fake->machine)->cpu[0];
	struct paracall_sbi_sta record;

	memset(fake->memory, 0x5a, sizeof(fake->memory));
	wait_more(cpu, 1000);
	assert_int_equal(fake->memory[RECORD], 0x5a);
	/* Of the flags 32 bits count. */
	expect(cpu, THE_CALL(STA, 0, RECORD, 0, UINT64_C(0xffffffff00000000)), 0, 0);
	assert_int_equal(cpu->reads, 5);
	for (unsigned int i = 0; i < RECORD_SIZE; i++)
		assert_int_equal(fake->memory[RECORD + i], 0);
	assert_int_equal(fake->memory[RECORD - 1], 0x5a);
	assert_int_equal(fake->memory[RECORD + RECORD_SIZE], 0x5a);
	/* What came before is not the guest's. */
	wait_more(cpu, 70);
	record = record_at(fake, RECORD);
	assert_int_equal(le64toh(record.steal), 70);
	assert_int_equal(le32toh(record.sequence), 2);
	paracall_update(cpu->cpu);
	assert_int_equal(le32toh(record_at(fake, RECORD).sequence), 2);
	/* What stands there is added to, whatever it is. */
	record.steal = htole64(UINT64_MAX);
	record.sequence = htole32(UINT32_MAX);
	record.preempted = 1;
	memcpy(fake->memory + RECORD, &record, sizeof(record));
	wait_more(cpu, 5);
	record = record_at(fake, RECORD);
	assert_int_equal(le64toh(record.steal), 4);
	assert_int_equal(le32toh(record.sequence), 1);
	assert_int_equal(record.preempted, 1);
	assert_int_equal(statistics->steal_updates, 2);
	assert_int_equal(statistics->steal_nanoseconds, 75);
	/* Given again it begins anew. */
	set(cpu, RECORD);
	wait_more(cpu, 6);
	assert_int_equal(le64toh(record_at(fake, RECORD).steal), 6);
	/* Elsewhere, up to the end of memory; and nowhere. */
	set(cpu, FAKE_MEMORY_SIZE - RECORD_SIZE);
	wait_more(cpu, 7);
	assert_int_equal(le64toh(record_at(fake, RECORD).steal), 6);
	assert_int_equal(le64toh(record_at(fake, FAKE_MEMORY_SIZE - RECORD_SIZE).steal), 7);
	expect(cpu, THE_CALL(STA, 0, ALL_ONES, ALL_ONES, 0), 0, 0);
	wait_more(cpu, 8);
	assert_int_equal(le64toh(record_at(fake, FAKE_MEMORY_SIZE - RECORD_SIZE).steal), 7);
}

/* Other vCPUs see an odd sequence while the time is written. */
static unsigned int odd, even;

static void observe(struct fake_machine *fake)
{
	if (le32toh(record_at(fake, RECORD).sequence) % 2)
		odd++;
	else
		even++;
}

static void others_see_odd_sequence(void **state)
{
	struct fake_machine *fake = *state;

	set(&fake->cpus[0], RECORD);
	fake->after_write = observe;
	odd = even = 0;
	wait_more(&fake->cpus[0], 3);
	fake->after_write = NULL;
	assert_int_equal(odd, 2);
	assert_int_equal(even, 1);
}

/* Whatever ends a hart's life ends its record. */
static void records_end(void **state)
{
	struct fake_machine *fake = *state;
	struct fake_cpu *cpu = &fake->cpus[0];

	set(cpu, RECORD);
	paracall_cpu_reset(cpu->cpu);
	wait_more(cpu, 5);
	assert_int_equal(le64toh(record_at(fake, RECORD).steal), 0);
	set(cpu, RECORD);
	paracall_machine_reset(fake->machine, cpu->cpu);
	wait_more(cpu, 5);
	assert_int_equal(le64toh(record_at(fake, RECORD).steal), 0);
	set(cpu, RECORD);
	expect_left(cpu, THE_CALL(PARACALL_SBI_HSM, PARACALL_SBI_HSM_HART_STOP));
	wait_more(cpu, 5);
	assert_int_equal(le64toh(record_at(fake, RECORD).steal), 0);
	/* Another one's stays. */
	set(&fake->cpus[1], RECORD);
	expect_left(cpu, THE_CALL(PARACALL_SBI_HSM, PARACALL_SBI_HSM_HART_STOP));
	wait_more(&fake->cpus[1], 5);
	assert_int_equal(le64toh(record_at(fake, RECORD).steal), 5);
	set(cpu, RECORD);
	paracall_machine_remove_cpu(cpu->cpu);
	assert_ptr_equal(paracall_machine_add_cpu(fake->machine, 0, cpu), cpu->cpu);
	wait_more(cpu, 5);
	assert_int_equal(le64toh(record_at(fake, RECORD).steal), 0);
	/* The engine finds that it can't report the delay. */
	set(cpu, RECORD);
	paracall_machine_withdraw(fake->machine, PARACALL_CAN_REPORT_RUN_DELAY);
	wait_more(cpu, 5);
	assert_int_equal(le64toh(record_at(fake, RECORD).steal), 0);
	expect(cpu, THE_CALL(STA, 0, RECORD), -2, 0);
}

/*
 * ---- Loads of another state --------------------------------------------------
 */

static uint32_t sequence_at(const struct fake_machine *fake, size_t address)
{
	return le32toh(record_at(fake, address).sequence);
}

static void marks(void **state)
{
	static uint8_t saved[FAKE_MEMORY_SIZE];
	struct fake_machine *fake = *state;
	struct fake_cpu *cpu = &fake->cpus[1];

	assert_false(paracall_set_mark(cpu->cpu));
	assert_int_equal(paracall_check_mark(cpu->cpu), PARACALL_MARK_NONE);
	set(&fake->cpus[2], RECORD);
	memcpy(saved, fake->memory, sizeof(saved));
	/* Any vCPU sets it, though no time was stolen yet, and any looks for it. */
	assert_true(paracall_set_mark(cpu->cpu));
	assert_int_equal(sequence_at(fake, RECORD), 2);
	assert_int_equal(record_at(fake, RECORD).steal, 0);
	assert_int_equal(paracall_check_mark(fake->cpus[3].cpu), PARACALL_MARK_KEPT);
	/* Then the guest goes on. */
	wait_more(&fake->cpus[2], 77);
	assert_int_equal(paracall_check_mark(cpu->cpu), PARACALL_MARK_NONE);
	assert_int_equal(le64toh(record_at(fake, RECORD).steal), 77);
	assert_int_equal(sequence_at(fake, RECORD), 4);
	/* What the host writes is no load. */
	assert_true(paracall_set_mark(cpu->cpu));
	wait_more(&fake->cpus[2], 3);
	assert_int_equal(paracall_check_mark(cpu->cpu), PARACALL_MARK_NONE);
	assert_true(paracall_set_mark(cpu->cpu));
	set(&fake->cpus[2], RECORD);
	assert_int_equal(paracall_check_mark(cpu->cpu), PARACALL_MARK_NONE);
	/* Another state is. */
	assert_true(paracall_set_mark(cpu->cpu));
	memcpy(fake->memory, saved, sizeof(saved));
	assert_int_equal(paracall_check_mark(cpu->cpu), PARACALL_MARK_GONE);
	paracall_machine_loaded(fake->machine, cpu->cpu);
	wait_more(&fake->cpus[2], 1000);
	assert_false(paracall_set_mark(cpu->cpu));
	assert_memory_equal(fake->memory, saved, sizeof(saved));
}

/* A record that is given again begins at 0: what was saved before is another state still. */
static void no_mark_comes_twice(void **state)
{
	static uint8_t saved[FAKE_MEMORY_SIZE];
	struct fake_machine *fake = *state;
	struct fake_cpu *cpu = &fake->cpus[0];
	uint32_t far = htole32(UINT32_MAX - 9);

	set(cpu, RECORD);
	assert_true(paracall_set_mark(cpu->cpu));
	memcpy(saved, fake->memory, sizeof(saved));
	assert_int_equal(paracall_check_mark(cpu->cpu), PARACALL_MARK_KEPT);
	set(cpu, RECORD);
	assert_true(paracall_set_mark(cpu->cpu));
	memcpy(fake->memory, saved, sizeof(saved));
	assert_int_equal(paracall_check_mark(cpu->cpu), PARACALL_MARK_GONE);
	/* Nor do they if the guest turns the sequence back; and it goes round. */
	for (uint32_t i = 0, last = 0; i < 8; i++) {
		memcpy(fake->memory + RECORD, &far, sizeof(far));
		wait_more(cpu, 1);
		assert_true(paracall_set_mark(cpu->cpu));
		assert_int_equal(sequence_at(fake, RECORD), i ? last + 2 : 6);
		last = sequence_at(fake, RECORD);
	}
}

/* The record is as the host wrote it, and nobody is at it. */
static void what_gets_no_mark(void **state)
{
	static uint8_t before[FAKE_MEMORY_SIZE];
	struct fake_machine *fake = *state;
	struct fake_cpu *cpu = &fake->cpus[0];
	uint32_t one = htole32(1);

	/* The guest has made something else of it, or an odd sequence, which stays odd. */
	set(cpu, RECORD);
	memset(fake->memory + RECORD, 0x55, RECORD_SIZE);
	memcpy(before, fake->memory, sizeof(before));
	assert_false(paracall_set_mark(fake->cpus[1].cpu));
	assert_memory_equal(fake->memory, before, sizeof(before));
	set(cpu, RECORD);
	memcpy(fake->memory + RECORD, &one, sizeof(one));
	wait_more(cpu, 9);
	assert_false(paracall_set_mark(fake->cpus[1].cpu));
	assert_int_equal(sequence_at(fake, RECORD), 3);
	/* It was taken back, or its hart was stopped, or reset, though it did not run yet. */
	set(cpu, RECORD);
	expect(cpu, THE_CALL(STA, 0, ALL_ONES, ALL_ONES), 0, 0);
	assert_false(paracall_set_mark(fake->cpus[1].cpu));
	set(cpu, RECORD);
	expect_left(cpu, THE_CALL(PARACALL_SBI_HSM, PARACALL_SBI_HSM_HART_STOP));
	assert_false(paracall_set_mark(fake->cpus[1].cpu));
	set(cpu, RECORD);
	paracall_machine_reset(fake->machine, NULL);
	assert_false(paracall_set_mark(fake->cpus[1].cpu));
	assert_int_equal(sequence_at(fake, RECORD), 0);
}

/* The next vCPU's is as good. */
static void another_record_gets_the_mark(void **state)
{
	struct fake_machine *fake = *state;

	set(&fake->cpus[0], RECORD);
	set(&fake->cpus[3], RECORD + RECORD_SIZE);
	fake->memory[RECORD] = 6;
	assert_true(paracall_set_mark(fake->cpus[1].cpu));
	assert_int_equal(sequence_at(fake, RECORD), 6);
	assert_int_equal(sequence_at(fake, RECORD + RECORD_SIZE), 2);
	assert_int_equal(paracall_check_mark(fake->cpus[2].cpu), PARACALL_MARK_KEPT);
}

static void injection(void **state)
{
	static const struct {
		const char *name;
		int64_t value;
		struct call call;
		uint64_t a0, a1;
		unsigned int writes;
	} cases[] = {
		{ "SBI_IPI_SEND_IPI", -4, CALL(PARACALL_SBI_IPI, 0, 1, 2), -4ull, 0, 2 },
		{ "SBI_IPI_SEND_IPI", 6, CALL(PARACALL_SBI_IPI, 0, 1, 2), 0, 6, 2 },
		{ "SBI_LEGACY_CONSOLE_GETCHAR", 65, CALL(2, 0, 1, 2), 65, 2, 1 },
		{ "SBI_LEGACY_CONSOLE_GETCHAR", -1, CALL(2, 0, 1, 2), -1ull, 2, 1 },
		{ "SBI_BASE_GET_IMP_ID", 1, CALL(BASE, 1, 1, 2), 0, 1, 2 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		static struct fake_machine fake;
		struct paracall_injection injection = {
			.size = sizeof(injection),
			.rules = { {
				.size = sizeof(struct paracall_rule),
				.place = PARACALL_AT_CALL,
				.index = PARACALL_RISCV << 8 | fake_slot(cases[i].name),
				.fault = PARACALL_FAULT_RESULT,
				.value = cases[i].value,
				.first = 1,
				.last = UINT64_MAX,
				.step = 1,
				.per_million = 1000000,
			} },
			.rule_count = 1,
		};

		create_with(&fake, features_of(FAKE_CAPABILITIES), &injection);
		assert_int_equal(make(&fake.cpus[0], cases[i].call), PARACALL_SBI_DONE);
		assert_int_equal(fake.cpus[0].registers[PARACALL_RISCV_A0], cases[i].a0);
		assert_int_equal(fake.cpus[0].registers[PARACALL_RISCV_A1], cases[i].a1);
		assert_int_equal(fake.cpus[0].writes, cases[i].writes);
		/* What no rule is about is done, or left, as always. */
		expect_left(&fake.cpus[0], THE_CALL(PARACALL_SBI_TIME, 0, 1));
		expect(&fake.cpus[0], THE_CALL(BASE, PARACALL_SBI_BASE_GET_IMP_VERSION), 0,
		       0x061300);
		fake_machine_destroy(&fake);
	}
}

/* In a record: magic number, version and architecture; then the features. */
#define HEADER_SIZE 12

/*
 * A record of such a machine, whose first vCPU alone has a record of steal time. @good is
 * where its header comes from.
 */
static size_t forge(uint8_t *record, size_t room, const uint8_t *good, uint32_t features,
		    uint64_t address)
{
	struct record_writer writer = { .data = record, .room = room, .size = HEADER_SIZE };

	memcpy(record, good, HEADER_SIZE);
	record_put_plain(&writer, features);
	record_put_part(&writer, true);
	record_put_word(&writer, FAKE_CPUS);
	for (uint32_t i = 0; i < FAKE_CPUS; i++) {
		record_put_part(&writer, !i);
		record_put_word(&writer, i);
		/* It is not halted; and no call is late. */
		record_put_byte(&writer, 0);
		record_put_byte(&writer, 0);
		record_put_long(&writer, i ? UINT64_MAX : address);
	}
	return writer.size;
}

/* Of what the thread waited before only the guest's new host knows. */
static void machines_come_back(void **state)
{
	struct fake_machine *fake = *state;
	static struct fake_machine other;
	struct fake_cpu *cpu = &other.cpus[0];
	uint32_t features = features_of(FAKE_CAPABILITIES);
	uint8_t record[1024], forged[1024];
	size_t size;

	set(&fake->cpus[0], RECORD);
	size = paracall_machine_save(fake->machine, record, sizeof(record));
	assert_in_range(size, 1, sizeof(record));
	create_with(&other, features, NULL);
	cpu->run_delay = 1000;
	assert_int_equal(paracall_machine_load(other.machine, record, size), 0);
	paracall_update(cpu->cpu);
	assert_int_equal(le64toh(record_at(&other, RECORD).steal), 0);
	/* Nor what is in its memory, before it was written there. */
	assert_false(paracall_set_mark(cpu->cpu));
	wait_more(cpu, 20);
	assert_int_equal(le64toh(record_at(&other, RECORD).steal), 20);
	assert_true(paracall_set_mark(cpu->cpu));
	/* As it is saved, and then with one that nobody can have: it is not aligned. */
	assert_int_equal(forge(forged, sizeof(forged), record, features, RECORD), size);
	assert_memory_equal(forged, record, size);
	size = forge(forged, sizeof(forged), record, features, RECORD + 32);
	assert_int_equal(paracall_machine_load(other.machine, forged, size),
			 PARACALL_ERROR_RECORD);
	wait_more(cpu, 1);
	assert_int_equal(le64toh(record_at(&other, RECORD).steal), 21);
	fake_machine_destroy(&other);
	/* Nor where no steal time is offered, though the record says that there it was not. */
	create_with(&other, 0, NULL);
	size = forge(forged, sizeof(forged), record, 0, RECORD);
	assert_int_equal(paracall_machine_load(other.machine, forged, size),
			 PARACALL_ERROR_FEATURE);
	fake_machine_destroy(&other);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(discovery, create, fake_teardown),
		cmocka_unit_test_setup_teardown(the_rest_is_the_firmwares, create,
						fake_teardown),
		cmocka_unit_test_setup_teardown(unknown_functions, create, fake_teardown),
		cmocka_unit_test(features_taken_away),
		cmocka_unit_test(features_follow_the_engine),
		cmocka_unit_test_setup_teardown(refusals, create, fake_teardown),
		cmocka_unit_test_setup_teardown(steal_time, create, fake_teardown),
		cmocka_unit_test_setup_teardown(others_see_odd_sequence, create, fake_teardown),
		cmocka_unit_test_setup_teardown(records_end, create, fake_teardown),
		cmocka_unit_test_setup_teardown(marks, create, fake_teardown),
		cmocka_unit_test_setup_teardown(no_mark_comes_twice, create, fake_teardown),
		cmocka_unit_test_setup_teardown(what_gets_no_mark, create, fake_teardown),
		cmocka_unit_test_setup_teardown(another_record_gets_the_mark, create,
						fake_teardown),
		cmocka_unit_test(injection),
		cmocka_unit_test_setup_teardown(machines_come_back, create, fake_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
