/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * KVM's registers: what can be read, what is refused, whose they are, and how
 * they change. What they set in motion has tests of its own.
 */
#include "fake_engine.h"

#include <pthread.h>
#include <string.h>

#define REGISTERS 11
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Whose a register is. */
enum owner {
	VCPU,
	/* And INIT leaves it alone. */
	VCPU_KEEPS,
	/* All vCPUs have the same. */
	MACHINE,
};

/* In order of number. */
static const struct {
	const char *name;
	uint32_t number;
	unsigned int feature;
	enum owner owner;
	uint64_t at_reset;
	/* To be written, and what is read then. */
	uint64_t written;
	uint64_t read;
} registers[REGISTERS] = {
	{ "WALL_CLOCK", 0x11, 0, MACHINE, 0, 0x1000, 0x1000 },
	{ "SYSTEM_TIME", 0x12, 0, VCPU, 0, 0x1041, 0x1041 },
	{ "WALL_CLOCK_NEW", 0x4b564d00, 3, MACHINE, 0, 0x1080, 0x1080 },
	{ "SYSTEM_TIME_NEW", 0x4b564d01, 3, VCPU, 0, 0x10c1, 0x10c1 },
	{ "ASYNC_PF_EN", 0x4b564d02, 4, VCPU, 0, 0x110f, 0x110f },
	{ "STEAL_TIME", 0x4b564d03, 5, VCPU, 0, 0x1141, 0x1141 },
	{ "PV_EOI_EN", 0x4b564d04, 6, VCPU, 0, 0x1185, 0x1185 },
	{ "POLL_CONTROL", 0x4b564d05, 12, VCPU_KEEPS, 1, 0, 0 },
	{ "ASYNC_PF_INT", 0x4b564d06, 14, VCPU, 0, 0xf3, 0xf3 },
	{ "ASYNC_PF_ACK", 0x4b564d07, 14, VCPU, 0, 1, 0 },
	{ "MIGRATION_CONTROL", 0x4b564d08, 17, MACHINE, 1, 0, 0 },
};

static void the_table_is_the_document_s(void **state)
{
	(void)state;
	assert_int_equal(paracall_msr_count(), REGISTERS);
	assert_null(paracall_msr_info(REGISTERS));
	for (size_t i = 0; i < REGISTERS; i++) {
		const struct paracall_msr_info *info = paracall_msr_info(i);

		assert_string_equal(info->name, registers[i].name);
		assert_int_equal(info->number, registers[i].number);
		assert_int_equal(info->feature, 1 << registers[i].feature);
		assert_non_null(info->purpose);
		assert_true(paracall_msr_is_ours(info->number));
	}
}

static void assert_at_reset(struct fake_cpu *cpu)
{
	for (size_t i = 0; i < REGISTERS; i++)
		assert_int_equal(fake_rdmsr(cpu, registers[i].number), registers[i].at_reset);
}

static void values_at_the_beginning(void **state)
{
	struct fake_machine *fake = *state;

	for (size_t i = 0; i < FAKE_CPUS; i++)
		assert_at_reset(&fake->cpus[i]);
}

/* The old numbers stand for the same registers as the new ones. */
static void values_are_read_back(void **state)
{
	struct fake_machine *fake = *state;

	for (size_t i = 0; i < REGISTERS; i++) {
		fake_wrmsr(&fake->cpus[1], registers[i].number, registers[i].written);
		assert_int_equal(fake_rdmsr(&fake->cpus[1], registers[i].number),
				 registers[i].read);
	}
	assert_int_equal(fake_rdmsr(&fake->cpus[1], PARACALL_KVM_MSR_WALL_CLOCK), 0x1080);
	assert_int_equal(fake_rdmsr(&fake->cpus[1], PARACALL_KVM_MSR_SYSTEM_TIME), 0x10c1);
	fake_wrmsr(&fake->cpus[1], PARACALL_KVM_MSR_SYSTEM_TIME, 0x2000);
	assert_int_equal(fake_rdmsr(&fake->cpus[1], PARACALL_KVM_MSR_SYSTEM_TIME_NEW), 0x2000);
}

static void some_are_the_vcpu_s_some_the_machine_s(void **state)
{
	struct fake_machine *fake = *state;

	for (size_t i = 0; i < REGISTERS; i++) {
		uint64_t before = fake_rdmsr(&fake->cpus[2], registers[i].number);

		fake_wrmsr(&fake->cpus[1], registers[i].number, registers[i].written);
		assert_int_equal(fake_rdmsr(&fake->cpus[2], registers[i].number),
				 registers[i].owner == MACHINE ? registers[i].read : before);
	}
}

static void write_all(struct fake_cpu *cpu)
{
	for (size_t i = 0; i < REGISTERS; i++)
		fake_wrmsr(cpu, registers[i].number, registers[i].written);
}

static void reset_of_the_machine(void **state)
{
	struct fake_machine *fake = *state;

	for (size_t i = 0; i < FAKE_CPUS; i++)
		write_all(&fake->cpus[i]);
	paracall_machine_reset(fake->machine, NULL);
	for (size_t i = 0; i < FAKE_CPUS; i++)
		assert_at_reset(&fake->cpus[i]);
}

#define ROUNDS 2000

static void *use_registers(void *argument)
{
	struct fake_cpu *cpu = argument;

	for (int i = 0; i < ROUNDS; i++) {
		write_all(cpu);
		paracall_update(cpu->cpu);
		paracall_async_pf_begin(cpu->cpu);
		paracall_async_pf_end(cpu->cpu);
	}
	return NULL;
}

/* A guest can make one happen while its other vCPUs run. For the sanitizers. */
static void reset_while_others_run(void **state)
{
	struct fake_machine *fake = *state;
	pthread_t threads[FAKE_CPUS];

	for (size_t i = 1; i < FAKE_CPUS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, use_registers,
						&fake->cpus[i]),
				 0);
	for (int i = 0; i < ROUNDS; i++)
		paracall_machine_reset(fake->machine, NULL);
	for (size_t i = 1; i < FAKE_CPUS; i++)
		assert_int_equal(pthread_join(threads[i], NULL), 0);
	paracall_machine_reset(fake->machine, NULL);
	for (size_t i = 0; i < FAKE_CPUS; i++)
		assert_at_reset(&fake->cpus[i]);
}

/* arch/x86/kvm/x86.c, kvm_vcpu_reset: not POLL_CONTROL, nothing of the machine's. */
static void reset_of_a_vcpu(void **state)
{
	struct fake_machine *fake = *state;
	size_t last_wall_clock = 2;

	write_all(&fake->cpus[1]);
	write_all(&fake->cpus[2]);
	paracall_cpu_reset(fake->cpus[1].cpu);
	paracall_cpu_reset(fake->cpus[3].cpu);
	assert_int_equal(fake_rdmsr(&fake->cpus[3], PARACALL_KVM_MSR_POLL_CONTROL), 1);
	for (size_t i = last_wall_clock; i < REGISTERS; i++) {
		assert_int_equal(fake_rdmsr(&fake->cpus[1], registers[i].number),
				 registers[i].owner != VCPU ? registers[i].read
							    : registers[i].at_reset);
		assert_int_equal(fake_rdmsr(&fake->cpus[2], registers[i].number),
				 registers[i].read);
	}
}

static void assert_refused(struct fake_cpu *cpu, uint32_t number, uint64_t value)
{
	assert_int_equal(paracall_wrmsr(cpu->cpu, number, value), PARACALL_MSR_FAULT);
}

static const struct {
	uint32_t number;
	uint64_t value;
} refused[] = {
	{ PARACALL_KVM_MSR_ASYNC_PF_EN, 0x10 },
	{ PARACALL_KVM_MSR_ASYNC_PF_EN, 0x20 },
	{ PARACALL_KVM_MSR_ASYNC_PF_EN, 0x1000 | 0x30 | 9 },
	{ PARACALL_KVM_MSR_STEAL_TIME, 0x02 },
	{ PARACALL_KVM_MSR_STEAL_TIME, 0x04 },
	{ PARACALL_KVM_MSR_STEAL_TIME, 0x08 },
	{ PARACALL_KVM_MSR_STEAL_TIME, 0x10 },
	{ PARACALL_KVM_MSR_STEAL_TIME, 0x20 },
	{ PARACALL_KVM_MSR_STEAL_TIME, 0x1021 },
	/* Not aligned, for enabling and for disabling. */
	{ PARACALL_KVM_MSR_PV_EOI_EN, 0x1002 },
	{ PARACALL_KVM_MSR_PV_EOI_EN, 0x1003 },
	{ PARACALL_KVM_MSR_PV_EOI_EN, 0x2 },
	/* No memory. */
	{ PARACALL_KVM_MSR_PV_EOI_EN, FAKE_MEMORY_SIZE | 1 },
	{ PARACALL_KVM_MSR_PV_EOI_EN, UINT64_C(0xfffffffffffffffd) },
	{ PARACALL_KVM_MSR_POLL_CONTROL, 2 },
	{ PARACALL_KVM_MSR_POLL_CONTROL, 3 },
	{ PARACALL_KVM_MSR_POLL_CONTROL, UINT64_C(1) << 63 },
	{ PARACALL_KVM_MSR_ASYNC_PF_INT, 0x100 },
	{ PARACALL_KVM_MSR_ASYNC_PF_INT, UINT64_C(0xf3) << 32 },
	{ PARACALL_KVM_MSR_ASYNC_PF_INT, UINT64_MAX },
	{ PARACALL_KVM_MSR_MIGRATION_CONTROL, 2 },
	{ PARACALL_KVM_MSR_MIGRATION_CONTROL, UINT64_C(1) << 32 },
};

/* What is refused changes nothing. */
static void reserved_bits_and_bad_addresses(void **state)
{
	struct fake_machine *fake = *state;
	struct fake_cpu *cpu = &fake->cpus[0];
	static uint8_t before[FAKE_MEMORY_SIZE];

	write_all(cpu);
	memcpy(before, fake->memory, sizeof(before));
	for (size_t i = 0; i < COUNT(refused); i++) {
		uint64_t value = fake_rdmsr(cpu, refused[i].number);

		assert_refused(cpu, refused[i].number, refused[i].value);
		assert_int_equal(fake_rdmsr(cpu, refused[i].number), value);
	}
	assert_memory_equal(fake->memory, before, sizeof(before));
	/* Where an address is not to be used, none is looked at. */
	fake_wrmsr(cpu, PARACALL_KVM_MSR_PV_EOI_EN, UINT64_C(0xfffffffffffffffc));
	fake_wrmsr(cpu, PARACALL_KVM_MSR_ASYNC_PF_EN, UINT64_C(0xffffffffffffffc0));
	fake_wrmsr(cpu, PARACALL_KVM_MSR_ASYNC_PF_EN, UINT64_C(0xffffffffffffffc1));
	fake_wrmsr(cpu, PARACALL_KVM_MSR_ASYNC_PF_ACK, UINT64_C(0xfffffffffffffffe));
}

static void numbers_that_are_none(void **state)
{
	static const uint32_t others[] = {
		0,     0x10,	   0x13,       0x1b,	   0x80e,
		0x111, 0x4b564cff, 0x4b564e00, 0xc0000080, UINT32_MAX
	};
	struct fake_machine *fake = *state;
	struct paracall_cpu *cpu = fake->cpus[0].cpu;
	uint64_t value = 7;

	for (uint32_t number = 0x4b564d09; number <= PARACALL_KVM_MSR_LAST; number++) {
		assert_true(paracall_msr_is_ours(number));
		assert_int_equal(paracall_rdmsr(cpu, number, &value), PARACALL_MSR_FAULT);
		assert_int_equal(paracall_wrmsr(cpu, number, 0), PARACALL_MSR_FAULT);
	}
	for (size_t i = 0; i < COUNT(others); i++) {
		assert_false(paracall_msr_is_ours(others[i]));
		assert_int_equal(paracall_rdmsr(cpu, others[i], &value), PARACALL_MSR_NOT_OURS);
		assert_int_equal(paracall_wrmsr(cpu, others[i], 0), PARACALL_MSR_NOT_OURS);
	}
	assert_int_equal(value, 7);
}

static void create(struct fake_machine *fake, uint32_t features, bool enforce_features)
{
	struct paracall_options options = fake_options();

	options.features = features;
	options.enforce_features = enforce_features;
	fake_machine_create(fake, &fake_engine, &options);
}

static bool is_there(struct fake_cpu *cpu, uint32_t number, uint64_t value)
{
	enum paracall_msr_outcome outcome = paracall_wrmsr(cpu->cpu, number, value);

	assert_int_equal(paracall_rdmsr(cpu->cpu, number, &value), outcome);
	assert_int_not_equal(outcome, PARACALL_MSR_NOT_OURS);
	return outcome == PARACALL_MSR_DONE;
}

/* KVM_CAP_ENFORCE_PV_FEATURE_CPUID: each register has its bit. */
static void enforced_features(void **state)
{
	uint32_t available = paracall_features_available(PARACALL_X86, FAKE_CAPABILITIES);
	static struct fake_machine fake;

	(void)state;
	for (unsigned int bit = 0; bit < 32; bit++) {
		create(&fake, UINT32_C(1) << bit & available, true);
		for (size_t i = 0; i < REGISTERS; i++) {
			uint64_t value = registers[i].written;

			/* That one bit is another feature's. */
			if (registers[i].number == PARACALL_KVM_MSR_ASYNC_PF_EN)
				value = 1;
			assert_int_equal(is_there(&fake.cpus[0], registers[i].number, value),
					 available >> bit & 1 && registers[i].feature == bit);
		}
		fake_machine_destroy(&fake);
	}
}

/* As in KVM by default. What user space alone would answer needs its bit. */
static void features_that_are_not_enforced(void **state)
{
	static struct fake_machine fake;

	(void)state;
	create(&fake, 0, false);
	for (size_t i = 0; i < REGISTERS; i++)
		assert_int_equal(is_there(&fake.cpus[0], registers[i].number,
					  registers[i].written),
				 registers[i].number != PARACALL_KVM_MSR_MIGRATION_CONTROL);
	fake_machine_destroy(&fake);
}

static void enforced_features_of_async_pf(void **state)
{
	const uint32_t event = 1 << PARACALL_KVM_FEATURE_ASYNC_PF;
	const uint32_t number = PARACALL_KVM_MSR_ASYNC_PF_EN;
	static struct fake_machine fake;

	(void)state;
	create(&fake, event, true);
	fake_wrmsr(&fake.cpus[0], number, 0x1003);
	assert_refused(&fake.cpus[0], number, 0x1008);
	assert_refused(&fake.cpus[0], number, 0x1009);
	assert_refused(&fake.cpus[0], number, 0x1004);
	fake_machine_destroy(&fake);
	create(&fake, event | 1 << PARACALL_KVM_FEATURE_ASYNC_PF_INT, true);
	fake_wrmsr(&fake.cpus[0], number, 0x1009);
	assert_refused(&fake.cpus[0], number, 0x100d);
	fake_machine_destroy(&fake);
}

/* The registers if the engine lacks what they need. */
static void lesser_engines(void **state)
{
	struct paracall_options options = fake_options();
	struct paracall_engine engine = fake_engine;
	static struct fake_machine fake;
	static const uint8_t nothing[FAKE_MEMORY_SIZE];

	(void)state;
	options.features = 0;
	engine.capabilities = 0;
	fake_machine_create(&fake, &engine, &options);
	fake.cpus[0].run_delay = 5;
	fake_wrmsr(&fake.cpus[0], PARACALL_KVM_MSR_SYSTEM_TIME_NEW, 0x1001);
	fake_wrmsr(&fake.cpus[0], PARACALL_KVM_MSR_WALL_CLOCK_NEW, 0x1000);
	assert_int_equal(fake_rdmsr(&fake.cpus[0], PARACALL_KVM_MSR_SYSTEM_TIME), 0x1001);
	assert_int_equal(fake_rdmsr(&fake.cpus[0], PARACALL_KVM_MSR_WALL_CLOCK), 0x1000);
	/* KVM's without scheduler statistics, and without a local APIC. */
	assert_refused(&fake.cpus[0], PARACALL_KVM_MSR_STEAL_TIME, 0x1001);
	assert_refused(&fake.cpus[0], PARACALL_KVM_MSR_STEAL_TIME, 0);
	assert_refused(&fake.cpus[0], PARACALL_KVM_MSR_ASYNC_PF_EN, 0x1009);
	assert_refused(&fake.cpus[0], PARACALL_KVM_MSR_ASYNC_PF_EN, 0x1000);
	fake_wrmsr(&fake.cpus[0], PARACALL_KVM_MSR_ASYNC_PF_EN, 0);
	assert_refused(&fake.cpus[0], PARACALL_KVM_MSR_ASYNC_PF_INT, 0xf3);
	assert_refused(&fake.cpus[0], PARACALL_KVM_MSR_ASYNC_PF_INT, 0);
	assert_refused(&fake.cpus[0], PARACALL_KVM_MSR_PV_EOI_EN, 0x1001);
	fake_wrmsr(&fake.cpus[0], PARACALL_KVM_MSR_PV_EOI_EN, 0x1000);
	paracall_machine_was_paused(fake.machine);
	paracall_update(fake.cpus[0].cpu);
	assert_memory_equal(fake.memory, nothing, sizeof(nothing));
	fake_machine_destroy(&fake);
}

/* Whatever a guest writes: an answer, and not a byte outside what it names. */
static void any_value(void **state)
{
	static const uint64_t addresses[] = {
		0,
		1,
		0xfff,
		0x1fff,
		FAKE_MEMORY_SIZE - 4,
		FAKE_MEMORY_SIZE - 1,
		FAKE_MEMORY_SIZE,
		UINT64_C(0xfee00300),
		UINT64_C(0x7fffffffffffffff),
		UINT64_C(0xffffffffffffffc0),
		UINT64_C(0xffffffffffffffe0),
		UINT64_C(0xfffffffffffffff0),
		UINT64_MAX - 1,
		UINT64_MAX,
	};
	struct fake_machine *fake = *state;

	for (size_t i = 0; i < REGISTERS; i++) {
		for (size_t j = 0; j < 64 * COUNT(addresses); j++) {
			uint64_t value = addresses[j / 64] ^ (j & 63);

			memset(fake->memory, 0xa5, sizeof(fake->memory));
			fake->cpus[0].run_delay += 5;
			paracall_wrmsr(fake->cpus[0].cpu, registers[i].number, value);
			paracall_machine_was_paused(fake->machine);
			paracall_update(fake->cpus[0].cpu);
			for (size_t k = 0; k < FAKE_MEMORY_SIZE; k++)
				if (fake->memory[k] != 0xa5 &&
				    (k < (value & ~UINT64_C(63)) || k >= value + 64))
					fail_msg("register %s, value %llx: byte %zx is changed",
						 registers[i].name, (unsigned long long)value,
						 k);
		}
		paracall_machine_reset(fake->machine, NULL);
	}
}

static void counters(void **state)
{
	struct fake_machine *fake = *state;
	const struct paracall_cpu_statistics *cpu =
		&paracall_machine_statistics(fake->machine)->cpu[1];

	for (size_t i = 0; i < REGISTERS; i++) {
		uint64_t faults = 0;
		uint64_t writes = 0;

		for (size_t j = 0; j < COUNT(refused); j++) {
			if (refused[j].number != registers[i].number)
				continue;
			assert_refused(&fake->cpus[1], refused[j].number, refused[j].value);
			faults++;
			writes++;
		}
		fake_wrmsr(&fake->cpus[1], registers[i].number, registers[i].written);
		writes++;
		assert_int_equal(cpu->msrs[i].writes, writes);
		assert_int_equal(cpu->msrs[i].faults, faults);
		assert_int_equal(cpu->msrs[i].reads, 0);
		fake_rdmsr(&fake->cpus[1], registers[i].number);
		assert_int_equal(cpu->msrs[i].reads, 1);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fake_setup, fake_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_table_is_the_document_s),
		TEST(values_at_the_beginning),
		TEST(values_are_read_back),
		TEST(some_are_the_vcpu_s_some_the_machine_s),
		TEST(reset_of_the_machine),
		TEST(reset_while_others_run),
		TEST(reset_of_a_vcpu),
		TEST(reserved_bits_and_bad_addresses),
		TEST(numbers_that_are_none),
		cmocka_unit_test(enforced_features),
		cmocka_unit_test(features_that_are_not_enforced),
		cmocka_unit_test(enforced_features_of_async_pf),
		cmocka_unit_test(lesser_engines),
		TEST(any_value),
		TEST(counters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
