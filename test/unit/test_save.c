/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A machine in a record: what comes back, what is refused, and what a forged one can do. */
#include "../../lib/record.h"
#include "fake_engine.h"

#include <endian.h>
#include <stdlib.h>
#include <string.h>

#define CLOCK_PAGE 0x1000
#define CLOCK_PAGE2 0x10c0
#define STEAL_PAGE 0x1040
#define ASYNC_PF_PAGE 0x1080
#define WALL_PAGE 0x2000
#define ENABLE (PARACALL_KVM_MSR_ENABLED | PARACALL_KVM_ASYNC_PF_DELIVERY_AS_INT)
#define MAP PARACALL_EPAPR_TOKEN(PARACALL_EPAPR_VENDOR_KVM, PARACALL_KVM_HC_PPC_MAP_MAGIC_PAGE)
#define MAGIC_PAGE UINT64_C(0xfffffffffffff000)

/* Larger than any of these. */
#define ROOM 8192

struct record {
	uint8_t data[ROOM];
	size_t size;
};

static struct record save(struct fake_machine *fake)
{
	struct record record;

	record.size = paracall_machine_save(fake->machine, NULL, 0);
	assert_true(record.size <= ROOM);
	/* Not a byte more is written. */
	memset(record.data, 0xa5, sizeof(record.data));
	assert_int_equal(paracall_machine_save(fake->machine, record.data, record.size),
			 record.size);
	assert_int_equal(record.data[record.size], 0xa5);
	return record;
}

static void assert_saves_as(struct fake_machine *fake, const struct record *expected)
{
	struct record record = save(fake);

	assert_int_equal(record.size, expected->size);
	assert_memory_equal(record.data, expected->data, record.size);
}

static int load(struct fake_machine *fake, const struct record *record)
{
	return paracall_machine_load(fake->machine, record->data, record->size);
}

/* It is refused like that, and changes nothing. */
static void assert_refused(struct fake_machine *fake, const struct record *record, int error)
{
	struct record before = save(fake);

	assert_int_equal(load(fake, record), error);
	assert_saves_as(fake, &before);
}

static void make(struct fake_machine *fake, enum paracall_architecture architecture)
{
	struct paracall_options options = {
		.size = sizeof(options),
		.architecture = architecture,
		.max_cpus = FAKE_CPUS,
		.features = paracall_features_available(architecture, FAKE_CAPABILITIES),
	};

	fake_machine_create(fake, &fake_engine, &options);
}

/* ---- x86 --------------------------------------------------------------------- */

/* A guest that has used all there is. */
static void use_x86(struct fake_machine *fake)
{
	struct fake_cpu *cpus = fake->cpus;

	fake->clocks = (struct paracall_clocks){ .tsc = 1000000,
						 .seconds = 1700000000,
						 .is_paired = true };
	fake_wrmsr(&cpus[0], PARACALL_KVM_MSR_WALL_CLOCK_NEW, WALL_PAGE);
	fake_wrmsr(&cpus[0], PARACALL_KVM_MSR_SYSTEM_TIME_NEW, CLOCK_PAGE | 1);
	fake_wrmsr(&cpus[0], PARACALL_KVM_MSR_MIGRATION_CONTROL, 0);
	fake_wrmsr(&cpus[1], PARACALL_KVM_MSR_STEAL_TIME, STEAL_PAGE | 1);
	fake_wrmsr(&cpus[1], PARACALL_KVM_MSR_POLL_CONTROL, 0);
	fake_wrmsr(&cpus[1], PARACALL_KVM_MSR_ASYNC_PF_INT, 0xf3);
	fake_wrmsr(&cpus[1], PARACALL_KVM_MSR_ASYNC_PF_EN, ASYNC_PF_PAGE | ENABLE);
	/* The event that comes first is taken, and then a fault is reported. */
	memset(fake->memory + ASYNC_PF_PAGE, 0, 64);
	assert_true(paracall_async_pf_begin(cpus[1].cpu));
	assert_int_equal(fake_call(&cpus[0], PARACALL_KVM_HC_MAP_GPA_RANGE, 0x4000, 2, 0x10, 0),
			 0);
	assert_int_equal(fake_call(&cpus[0], PARACALL_KVM_HC_MAP_GPA_RANGE, UINT64_C(1) << 40,
				   8, 0x10, 0),
			 0);
	assert_true(paracall_halt(cpus[2].cpu));
	assert_int_equal(fake_call(&cpus[0], PARACALL_KVM_HC_KICK_CPU, 0, 3, 0, 0), 0);
	paracall_machine_was_paused(fake->machine);
}

static bool is_private(struct fake_machine *fake, uint64_t address)
{
	return paracall_machine_is_private(fake->machine, (struct paracall_gpa){ address });
}

static void an_x86_machine_comes_back(void **state)
{
	static struct fake_machine from, to;
	struct fake_cpu *cpus = to.cpus;
	struct record record;
	uint32_t token;

	(void)state;
	make(&from, PARACALL_X86);
	make(&to, PARACALL_X86);
	use_x86(&from);
	record = save(&from);
	memcpy(to.memory, from.memory, sizeof(to.memory));
	cpus[1].run_delay = 5000000;
	assert_int_equal(load(&to, &record), 0);
	assert_saves_as(&to, &record);
	assert_int_equal(fake_rdmsr(&cpus[2], PARACALL_KVM_MSR_WALL_CLOCK_NEW), WALL_PAGE);
	assert_int_equal(fake_rdmsr(&cpus[0], PARACALL_KVM_MSR_SYSTEM_TIME_NEW),
			 CLOCK_PAGE | 1);
	assert_int_equal(fake_rdmsr(&cpus[3], PARACALL_KVM_MSR_MIGRATION_CONTROL), 0);
	assert_int_equal(fake_rdmsr(&cpus[1], PARACALL_KVM_MSR_STEAL_TIME), STEAL_PAGE | 1);
	assert_int_equal(fake_rdmsr(&cpus[1], PARACALL_KVM_MSR_POLL_CONTROL), 0);
	assert_int_equal(fake_rdmsr(&cpus[0], PARACALL_KVM_MSR_POLL_CONTROL), 1);
	assert_int_equal(fake_rdmsr(&cpus[1], PARACALL_KVM_MSR_ASYNC_PF_INT), 0xf3);
	assert_int_equal(fake_rdmsr(&cpus[1], PARACALL_KVM_MSR_ASYNC_PF_EN),
			 ASYNC_PF_PAGE | ENABLE);
	assert_true(is_private(&to, 0x5fff));
	assert_false(is_private(&to, 0x6000));
	assert_true(is_private(&to, (UINT64_C(1) << 40) + 0x7fff));
	assert_int_equal(paracall_machine_statistics(to.machine)->private_ranges, 2);
	assert_int_equal(paracall_machine_statistics(to.machine)->private_pages, 10);
	/* A kick is owed to one, and another is owed a wake-up. */
	assert_false(paracall_halt(cpus[3].cpu));
	assert_true(paracall_halt(cpus[3].cpu));
	assert_int_equal(fake_call(&cpus[0], PARACALL_KVM_HC_KICK_CPU, 0, 2, 0, 0), 0);
	assert_int_equal(cpus[2].wakes, 1);
	/* The fault that it waits for ends. */
	memset(to.memory + ASYNC_PF_PAGE, 0, 64);
	paracall_async_pf_end(cpus[1].cpu);
	memcpy(&token, to.memory + ASYNC_PF_PAGE + 4, sizeof(token));
	assert_int_equal(le32toh(token), 0x1001);
	assert_int_equal(cpus[1].interrupts, 1);
	fake_machine_destroy(&from);
	fake_machine_destroy(&to);
}

/* It ends, or is canceled, in this machine: so it counts as begun there. */
static void a_loaded_fault_is_counted(void **state)
{
	static struct fake_machine from, to;
	const struct paracall_statistics *statistics;
	struct record record;

	(void)state;
	make(&from, PARACALL_X86);
	make(&to, PARACALL_X86);
	use_x86(&from);
	record = save(&from);
	assert_int_equal(load(&to, &record), 0);
	statistics = paracall_machine_statistics(to.machine);
	assert_int_equal(statistics->cpu[1].async_pf_begun, 1);
	paracall_async_pf_cancel(to.cpus[1].cpu, 0x1001);
	assert_int_equal(statistics->cpu[1].async_pf_begun, 0);
	fake_machine_destroy(&from);
	fake_machine_destroy(&to);
}

/* What the host let the vCPU wait before is none of what was stolen from this guest. */
static void time_of_before_is_not_stolen(void **state)
{
	static struct fake_machine from, to;
	struct record record;
	uint64_t steal;

	(void)state;
	make(&from, PARACALL_X86);
	make(&to, PARACALL_X86);
	use_x86(&from);
	record = save(&from);
	to.cpus[1].run_delay = 5000000;
	assert_int_equal(load(&to, &record), 0);
	paracall_update(to.cpus[1].cpu);
	memcpy(&steal, to.memory + STEAL_PAGE, sizeof(steal));
	assert_int_equal(steal, 0);
	to.cpus[1].run_delay += 77;
	paracall_update(to.cpus[1].cpu);
	memcpy(&steal, to.memory + STEAL_PAGE, sizeof(steal));
	assert_int_equal(le64toh(steal), 77);
	fake_machine_destroy(&from);
	fake_machine_destroy(&to);
}

/* The guest's clock is where it was: its page says the same once it is written anew. */
static void a_clock_goes_on(void **state)
{
	static struct fake_machine from, to;
	struct paracall_pvclock_vcpu_time_info before, after;
	struct record record;

	(void)state;
	make(&from, PARACALL_X86);
	make(&to, PARACALL_X86);
	use_x86(&from);
	paracall_update(from.cpus[0].cpu);
	memcpy(&before, from.memory + CLOCK_PAGE, sizeof(before));
	record = save(&from);
	memcpy(to.memory, from.memory, sizeof(to.memory));
	assert_int_equal(load(&to, &record), 0);
	paracall_machine_was_paused(to.machine);
	paracall_update(to.cpus[0].cpu);
	memcpy(&after, to.memory + CLOCK_PAGE, sizeof(after));
	assert_int_equal(le32toh(after.version), le32toh(before.version) + 2);
	assert_int_equal(le64toh(after.tsc_timestamp), le64toh(before.tsc_timestamp));
	assert_int_equal(le64toh(after.system_time), le64toh(before.system_time));
	assert_int_equal(le32toh(after.tsc_to_system_mul), le32toh(before.tsc_to_system_mul));
	assert_int_equal(after.tsc_shift, before.tsc_shift);
	/* A host whose counter goes otherwise can't have it. */
	to.tsc_frequency += to.tsc_frequency / 500;
	assert_refused(&to, &record, PARACALL_ERROR_FEATURE);
	fake_machine_destroy(&from);
	fake_machine_destroy(&to);
}

static uint64_t clock_at(const struct paracall_pvclock_vcpu_time_info *page, uint64_t tsc)
{
	uint64_t ticks = tsc - le64toh(page->tsc_timestamp);

	ticks = page->tsc_shift < 0 ? ticks >> -page->tsc_shift : ticks << page->tsc_shift;
	return le64toh(page->system_time) +
	       (ticks >> 16) * le32toh(page->tsc_to_system_mul) / (1u << 16);
}

/* Its counter is another one there, and later; but what the clock says goes on. */
static void a_clock_goes_on_with_another_counter(void **state)
{
	static struct fake_machine from, to;
	struct paracall_pvclock_vcpu_time_info before, after, second;
	struct record record;

	(void)state;
	make(&from, PARACALL_X86);
	make(&to, PARACALL_X86);
	use_x86(&from);
	fake_wrmsr(&from.cpus[1], PARACALL_KVM_MSR_SYSTEM_TIME_NEW, CLOCK_PAGE2 | 1);
	paracall_update(from.cpus[0].cpu);
	memcpy(&before, from.memory + CLOCK_PAGE, sizeof(before));
	record = save(&from);
	memcpy(to.memory, from.memory, sizeof(to.memory));
	assert_int_equal(load(&to, &record), 0);
	paracall_clock_continue(to.cpus[2].cpu, UINT64_C(7000000000), UINT64_C(90000000000));
	memcpy(&after, to.memory + CLOCK_PAGE, sizeof(after));
	memcpy(&second, to.memory + CLOCK_PAGE2, sizeof(second));
	assert_int_equal(le32toh(after.version), le32toh(before.version) + 2);
	assert_true(le64toh(after.tsc_timestamp) == UINT64_C(90000000000));
	assert_in_range(le64toh(after.system_time), clock_at(&before, UINT64_C(7000000000)),
			clock_at(&before, UINT64_C(7000000000)) + 100000);
	assert_int_equal(le32toh(after.tsc_to_system_mul), le32toh(before.tsc_to_system_mul));
	assert_int_equal(after.tsc_shift, before.tsc_shift);
	assert_true(le64toh(second.tsc_timestamp) == le64toh(after.tsc_timestamp));
	assert_true(le64toh(second.system_time) == le64toh(after.system_time));
	/* It was put back: the pages are as they were. */
	paracall_clock_continue(to.cpus[2].cpu, UINT64_C(95000000000), UINT64_C(94000000000));
	memcpy(&second, to.memory + CLOCK_PAGE, sizeof(second));
	assert_int_equal(le32toh(second.version), le32toh(after.version) + 2);
	second.version = after.version;
	assert_memory_equal(&second, &after, sizeof(after));
	/* The guest's own forgery: from before its line. */
	paracall_clock_continue(to.cpus[2].cpu, 5, UINT64_C(96000000000));
	memcpy(&second, to.memory + CLOCK_PAGE, sizeof(second));
	assert_true(le64toh(second.tsc_timestamp) == le64toh(after.tsc_timestamp));
	fake_machine_destroy(&from);
	fake_machine_destroy(&to);
}

/* Nobody has a page: nothing is written. */
static void no_clock_goes_on(void **state)
{
	static const uint8_t zeros[FAKE_MEMORY_SIZE];
	static struct fake_machine fake;

	(void)state;
	make(&fake, PARACALL_X86);
	paracall_clock_continue(fake.cpus[0].cpu, 5, 10);
	assert_memory_equal(fake.memory, zeros, sizeof(zeros));
	fake_machine_destroy(&fake);
}

/* One is halted, one is kicked: both are taken for both, as after a load without a record. */
static void halts_can_be_unknown(void **state)
{
	static struct fake_machine from, to;
	struct record record;

	(void)state;
	make(&from, PARACALL_X86);
	make(&to, PARACALL_X86);
	use_x86(&from);
	record = save(&from);
	assert_int_equal(load(&to, &record), 0);
	paracall_machine_forget_halts(to.machine);
	assert_int_equal(fake_call(&to.cpus[0], PARACALL_KVM_HC_KICK_CPU, 0, 1, 0, 0), 0);
	assert_int_equal(to.cpus[1].wakes, 1);
	for (unsigned int i = 1; i < FAKE_CPUS; i++) {
		assert_false(paracall_halt(to.cpus[i].cpu));
		assert_true(paracall_halt(to.cpus[i].cpu));
	}
	fake_machine_destroy(&from);
	fake_machine_destroy(&to);
}

/* A reset that a vCPU still owes has happened before the machine is saved. */
static void an_owed_reset_is_done(void **state)
{
	static struct fake_machine fake;
	struct record fresh, record;

	(void)state;
	make(&fake, PARACALL_X86);
	fresh = save(&fake);
	fake_wrmsr(&fake.cpus[1], PARACALL_KVM_MSR_POLL_CONTROL, 0);
	paracall_machine_reset(fake.machine, NULL);
	record = save(&fake);
	assert_int_equal(record.size, fresh.size);
	assert_memory_equal(record.data, fresh.data, fresh.size);
	fake_machine_destroy(&fake);
}

static const struct paracall_injection late_kicks = {
	.size = sizeof(late_kicks),
	.rules = { {
		.size = sizeof(struct paracall_rule),
		.place = PARACALL_AT_CALL,
		.index = PARACALL_KVM_HC_KICK_CPU,
		.fault = PARACALL_FAULT_LATE,
		.value = 1000,
		.first = 1,
		.last = UINT64_MAX,
		.step = 1,
		.per_million = 1000000,
	} },
	.rule_count = 1,
};

static void a_kick_that_is_late_comes_after_all(void **state)
{
	static struct fake_machine from, to;
	struct paracall_options options = fake_options();
	struct record record;

	(void)state;
	options.injection = &late_kicks;
	fake_machine_create(&from, &fake_engine, &options);
	fake_machine_create(&to, &fake_engine, &options);
	assert_int_equal(fake_call(&from.cpus[0], PARACALL_KVM_HC_KICK_CPU, 0, 2, 0, 0), 0);
	record = save(&from);
	assert_int_equal(load(&to, &record), 0);
	assert_true(paracall_halt(to.cpus[2].cpu));
	/* Before it halts, what it owes to others is done. */
	assert_true(paracall_halt(to.cpus[0].cpu));
	assert_int_equal(to.cpus[2].wakes, 1);
	fake_machine_destroy(&to);
	/* Nobody would do it there. */
	make(&to, PARACALL_X86);
	assert_refused(&to, &record, PARACALL_ERROR_FEATURE);
	fake_machine_destroy(&from);
	fake_machine_destroy(&to);
}

static uint64_t steady_clock(void *machine)
{
	const struct fake_machine *fake = machine;

	return fake->clocks.steady_nanoseconds;
}

/* Two calls wait, and the time of the second one is no longer the one that is guessed. */
static void a_record_grows_with_time(void **state)
{
	static struct fake_machine fake;
	struct paracall_options options = fake_options();
	struct paracall_engine engine = fake_engine;
	uint8_t record[ROOM];
	size_t size;

	(void)state;
	engine.clock = steady_clock;
	options.engine_machine = &fake;
	options.injection = &late_kicks;
	fake_machine_create(&fake, &engine, &options);
	fake_call(&fake.cpus[0], PARACALL_KVM_HC_KICK_CPU, 0, 2, 0, 0);
	fake.clocks.steady_nanoseconds += 300;
	fake_call(&fake.cpus[1], PARACALL_KVM_HC_KICK_CPU, 0, 2, 0, 0);
	/* They have 300 and 600 ns left. */
	fake.clocks.steady_nanoseconds += 400;
	size = paracall_machine_save(fake.machine, NULL, 0);
	fake.clocks.steady_nanoseconds++;
	assert_true(paracall_machine_save(fake.machine, record, size) > size);
	size = paracall_machine_save(fake.machine, record, sizeof(record));
	assert_int_equal(paracall_machine_load(fake.machine, record, size), 0);
	fake_machine_destroy(&fake);
}

/* Where features are enforced such a call is unknown, so that no rule can have kept it. */
static void a_late_kick_needs_its_feature(void **state)
{
	static struct fake_machine from, to;
	struct paracall_options options = fake_options();
	struct record record;

	(void)state;
	options.injection = &late_kicks;
	options.features &= ~(1u << PARACALL_KVM_FEATURE_PV_UNHALT);
	fake_machine_create(&from, &fake_engine, &options);
	assert_int_equal(fake_call(&from.cpus[0], PARACALL_KVM_HC_KICK_CPU, 0, 2, 0, 0), 0);
	record = save(&from);
	fake_machine_create(&to, &fake_engine, &options);
	assert_int_equal(load(&to, &record), 0);
	fake_machine_destroy(&to);
	options.enforce_features = true;
	fake_machine_create(&to, &fake_engine, &options);
	assert_refused(&to, &record, PARACALL_ERROR_FEATURE);
	fake_machine_destroy(&from);
	fake_machine_destroy(&to);
}

/* ---- others ------------------------------------------------------------------- */

/* DIAGNOSE 0x258, subcode 0, at 0x2000; its result is in register 3. */
static uint64_t ask_for_token(struct fake_cpu *cpu)
{
	static const uint8_t block[40] = {
		0x02, 0x58, 0, 0, 0, 5, 0, 2, [14] = 0x30, [32] = 0x80,
	};

	memcpy(cpu->machine->memory + 0x2000, block, sizeof(block));
	cpu->registers[1] = 0x2000;
	cpu->registers[PARACALL_S390_PREFIX] = 0x4000;
	assert_int_equal(paracall_diag(cpu->cpu, 0x258, 1, 3), PARACALL_DIAG_DONE);
	return cpu->registers[3];
}

static void an_s390_machine_comes_back(void **state)
{
	static struct fake_machine from, to;
	struct record record;

	(void)state;
	make(&from, PARACALL_S390);
	make(&to, PARACALL_S390);
	assert_int_equal(ask_for_token(&from.cpus[2]), 0);
	record = save(&from);
	assert_int_equal(load(&to, &record), 0);
	assert_saves_as(&to, &record);
	assert_int_equal(ask_for_token(&to.cpus[1]), 0);
	assert_int_equal(ask_for_token(&to.cpus[2]), 8);
	fake_machine_destroy(&from);
	fake_machine_destroy(&to);
}

static void map_page(struct fake_cpu *cpu)
{
	cpu->registers[PARACALL_POWERPC_R3] = MAGIC_PAGE;
	cpu->registers[PARACALL_POWERPC_R4] = MAGIC_PAGE;
	cpu->registers[PARACALL_POWERPC_R11] = MAP;
	assert_true(paracall_epapr_hypercall(cpu->cpu, PARACALL_MODE_64BIT));
	assert_int_equal(cpu->registers[PARACALL_POWERPC_R3], PARACALL_EV_SUCCESS);
}

/* In a critical section, and with something in its scratch field. */
static void use_powerpc(struct fake_machine *fake)
{
	struct fake_cpu *cpu = &fake->cpus[1];

	cpu->registers[PARACALL_POWERPC_R1] = 0x1234;
	cpu->registers[PARACALL_POWERPC_MSR] = 0x8000;
	map_page(cpu);
	paracall_magic_page_store(cpu->cpu, 0, 8, 0x1122334455667788, PARACALL_MODE_64BIT);
	paracall_magic_page_store(cpu->cpu, 0x18, 8, 0x1234, PARACALL_MODE_64BIT);
	assert_true(paracall_magic_page_is_critical(cpu->cpu));
	assert_int_equal(cpu->registers[PARACALL_POWERPC_MSR], 0);
}

static void a_powerpc_machine_comes_back(void **state)
{
	static struct fake_machine from, to;
	struct fake_cpu *cpu = &to.cpus[1];
	struct record record;

	(void)state;
	make(&from, PARACALL_POWERPC);
	make(&to, PARACALL_POWERPC);
	use_powerpc(&from);
	record = save(&from);
	memcpy(cpu->registers, from.cpus[1].registers, sizeof(cpu->registers));
	assert_int_equal(load(&to, &record), 0);
	assert_saves_as(&to, &record);
	/* The engine sees accesses there from now on. */
	assert_true(cpu->magic_page_address == MAGIC_PAGE);
	assert_true(cpu->magic_page_effective_address == MAGIC_PAGE);
	assert_true(paracall_magic_page_is_at(cpu->cpu, MAGIC_PAGE, PARACALL_MODE_64BIT));
	assert_false(
		paracall_magic_page_is_at(to.cpus[0].cpu, MAGIC_PAGE, PARACALL_MODE_64BIT));
	assert_true(paracall_magic_page_load(cpu->cpu, 0, 8, PARACALL_MODE_64BIT) ==
		    0x1122334455667788);
	/* The section ends, and the MSR is what the guest had. */
	paracall_magic_page_store(cpu->cpu, 0x18, 8, 0, PARACALL_MODE_64BIT);
	assert_int_equal(cpu->registers[PARACALL_POWERPC_MSR], 0x8000);
	/* One that is plugged in begins with the page. */
	paracall_machine_remove_cpu(to.cpus[0].cpu);
	assert_non_null(paracall_machine_add_cpu(to.machine, 0, &to.cpus[0]));
	assert_true(paracall_magic_page_is_at(to.cpus[0].cpu, MAGIC_PAGE, PARACALL_MODE_64BIT));
	fake_machine_destroy(&from);
	fake_machine_destroy(&to);
}

/* What is stolen from a loaded vCPU is counted from now on, not what was before. */
static void let_steal(struct fake_cpu *cpu, uint64_t nanoseconds)
{
	paracall_update(cpu->cpu);
	cpu->run_delay += nanoseconds;
	paracall_update(cpu->cpu);
}

/* What vCPU 1 has registered by @use is there in another machine, with its time at @place. */
static void steal_time_comes_back(enum paracall_architecture architecture,
				  void (*use)(struct fake_machine *fake), size_t place)
{
	static struct fake_machine from, to;
	struct record record;
	uint64_t stolen;

	make(&from, architecture);
	make(&to, architecture);
	use(&from);
	record = save(&from);
	to.cpus[1].run_delay = 5000000;
	assert_int_equal(load(&to, &record), 0);
	assert_saves_as(&to, &record);
	let_steal(&to.cpus[1], 77);
	memcpy(&stolen, to.memory + place, sizeof(stolen));
	assert_int_equal(le64toh(stolen), 77);
	fake_machine_destroy(&from);
	fake_machine_destroy(&to);
}

/* Stolen time, at a place of the engine's, that the guest has asked for. */
static void use_arm64(struct fake_machine *fake)
{
	struct fake_cpu *cpu = &fake->cpus[1];

	assert_int_equal(paracall_arm64_place_stolen_time(cpu->cpu,
							  (struct paracall_gpa){ 0x3000 }),
			 0);
	cpu->registers[PARACALL_ARM64_X0] = PARACALL_PV_TIME_ST;
	assert_int_equal(paracall_smccc(cpu->cpu, PARACALL_SMCCC_HVC), PARACALL_SMCCC_DONE);
	assert_int_equal(cpu->registers[PARACALL_ARM64_X0], 0x3000);
}

static void an_arm64_machine_comes_back(void **state)
{
	(void)state;
	steal_time_comes_back(PARACALL_ARM64, use_arm64, 0x3008);
}

/* Steal time, at a place that the guest has given. */
static void use_riscv(struct fake_machine *fake)
{
	struct fake_cpu *cpu = &fake->cpus[1];

	assert_int_equal(fake_sbi(cpu, PARACALL_SBI_STA, PARACALL_SBI_STA_STEAL_TIME_SET_SHMEM,
				  0x3000, 0),
			 PARACALL_SBI_DONE);
	assert_int_equal(cpu->registers[PARACALL_RISCV_A0], 0);
}

static void a_riscv_machine_comes_back(void **state)
{
	(void)state;
	steal_time_comes_back(PARACALL_RISCV, use_riscv, 0x3008);
}

/* Steal time, where the guest has said. */
static void use_loongarch(struct fake_machine *fake)
{
	struct fake_cpu *cpu = &fake->cpus[1];

	fake_notify(cpu, 0x3000 | PARACALL_KVM_STEAL_PHYS_VALID);
	assert_int_equal(cpu->registers[PARACALL_LOONGARCH_A0], PARACALL_HCALL_SUCCESS);
}

static void a_loongarch_machine_comes_back(void **state)
{
	static struct fake_machine from, without;
	struct paracall_options options = { .size = sizeof(options),
					    .architecture = PARACALL_LOONGARCH,
					    .max_cpus = FAKE_CPUS };
	struct record record;

	(void)state;
	steal_time_comes_back(PARACALL_LOONGARCH, use_loongarch, 0x3000);
	make(&from, PARACALL_LOONGARCH);
	use_loongarch(&from);
	record = save(&from);
	fake_machine_create(&without, &fake_engine, &options);
	assert_refused(&without, &record, PARACALL_ERROR_FEATURE);
	fake_machine_destroy(&from);
	fake_machine_destroy(&without);
}

static void powerpc_engines_must_be_able_to(void **state)
{
	static struct fake_machine from, to;
	struct record record, fresh;

	(void)state;
	make(&from, PARACALL_POWERPC);
	make(&to, PARACALL_POWERPC);
	use_powerpc(&from);
	record = save(&from);
	to.cpus[1].missing = UINT64_C(1) << PARACALL_POWERPC_ESR;
	assert_refused(&to, &record, PARACALL_ERROR_FEATURE);
	to.cpus[1].missing = 0;
	fresh = save(&to);
	to.cpus[1].refuses_magic_page = true;
	assert_int_equal(load(&to, &record), PARACALL_ERROR_FEATURE);
	/* As after a reset, since it was known too late. */
	assert_saves_as(&to, &fresh);
	fake_machine_destroy(&from);
	fake_machine_destroy(&to);
}

/* ---- what does not fit --------------------------------------------------------- */

static void other_machines_are_refused(void **state)
{
	static struct fake_machine from, to;
	struct paracall_options options = fake_options();
	struct record record;

	(void)state;
	make(&from, PARACALL_X86);
	use_x86(&from);
	record = save(&from);
	make(&to, PARACALL_S390);
	assert_refused(&to, &record, PARACALL_ERROR_FEATURE);
	fake_machine_destroy(&to);
	options.features &= ~(1u << PARACALL_KVM_FEATURE_PV_UNHALT);
	fake_machine_create(&to, &fake_engine, &options);
	assert_refused(&to, &record, PARACALL_ERROR_FEATURE);
	fake_machine_destroy(&to);
	/* Of other vCPUs: one too many, and then as many, but others. */
	make(&to, PARACALL_X86);
	paracall_machine_remove_cpu(to.cpus[3].cpu);
	assert_refused(&to, &record, PARACALL_ERROR_CPU);
	paracall_machine_remove_cpu(from.cpus[2].cpu);
	record = save(&from);
	assert_refused(&to, &record, PARACALL_ERROR_CPU);
	fake_machine_destroy(&from);
	fake_machine_destroy(&to);
}

/* One that was plugged in after the machine was saved is as after a reset. */
static void more_cpus_are_enough(void **state)
{
	static struct fake_machine from, to;
	struct record record;

	(void)state;
	make(&from, PARACALL_X86);
	make(&to, PARACALL_X86);
	use_x86(&from);
	paracall_machine_remove_cpu(from.cpus[0].cpu);
	record = save(&from);
	fake_wrmsr(&to.cpus[0], PARACALL_KVM_MSR_STEAL_TIME, STEAL_PAGE | 1);
	fake_wrmsr(&to.cpus[0], PARACALL_KVM_MSR_POLL_CONTROL, 0);
	assert_true(paracall_halt(to.cpus[0].cpu));
	assert_int_equal(load(&to, &record), 0);
	assert_int_equal(fake_rdmsr(&to.cpus[0], PARACALL_KVM_MSR_STEAL_TIME), 0);
	assert_int_equal(fake_rdmsr(&to.cpus[0], PARACALL_KVM_MSR_POLL_CONTROL), 1);
	assert_int_equal(fake_rdmsr(&to.cpus[1], PARACALL_KVM_MSR_STEAL_TIME), STEAL_PAGE | 1);
	assert_int_equal(fake_call(&to.cpus[1], PARACALL_KVM_HC_KICK_CPU, 0, 0, 0, 0), 0);
	assert_int_equal(to.cpus[0].wakes, 0);
	assert_false(paracall_halt(to.cpus[0].cpu));
	assert_false(paracall_halt(to.cpus[3].cpu));
	/* Without it that machine is the saved one. */
	paracall_machine_remove_cpu(to.cpus[0].cpu);
	assert_int_equal(load(&to, &record), 0);
	assert_saves_as(&to, &record);
	fake_machine_destroy(&from);
	fake_machine_destroy(&to);
}

/* Wherever they are among the others. */
static void powerpc_cpus_that_are_plugged_in_later_have_the_page(void **state)
{
	static struct fake_machine from, to;
	struct record record;

	(void)state;
	make(&from, PARACALL_POWERPC);
	make(&to, PARACALL_POWERPC);
	use_powerpc(&from);
	paracall_machine_remove_cpu(from.cpus[0].cpu);
	paracall_machine_remove_cpu(from.cpus[3].cpu);
	record = save(&from);
	assert_int_equal(load(&to, &record), 0);
	assert_true(paracall_magic_page_is_at(to.cpus[0].cpu, MAGIC_PAGE, PARACALL_MODE_64BIT));
	assert_true(paracall_magic_page_is_at(to.cpus[1].cpu, MAGIC_PAGE, PARACALL_MODE_64BIT));
	/* This one was there, and did not map it. */
	assert_false(
		paracall_magic_page_is_at(to.cpus[2].cpu, MAGIC_PAGE, PARACALL_MODE_64BIT));
	assert_true(paracall_magic_page_is_at(to.cpus[3].cpu, MAGIC_PAGE, PARACALL_MODE_64BIT));
	fake_machine_destroy(&from);
	fake_machine_destroy(&to);
}

/* More than the guest had does no harm. */
static void more_features_are_enough(void **state)
{
	static struct fake_machine from, to;
	struct paracall_options options = fake_options();
	struct record record;

	(void)state;
	options.features = 0;
	fake_machine_create(&from, &fake_engine, &options);
	make(&to, PARACALL_X86);
	record = save(&from);
	assert_int_equal(load(&to, &record), 0);
	fake_machine_destroy(&from);
	fake_machine_destroy(&to);
}

/* What a guest could not have written where its features are enforced. */
static void registers_need_their_features(void **state)
{
	static struct fake_machine from, to;
	struct paracall_options options = fake_options();
	struct record record;

	(void)state;
	options.features = 0;
	fake_machine_create(&from, &fake_engine, &options);
	options.enforce_features = true;
	fake_machine_create(&to, &fake_engine, &options);
	fake_wrmsr(&from.cpus[1], PARACALL_KVM_MSR_STEAL_TIME, STEAL_PAGE | 1);
	record = save(&from);
	assert_refused(&to, &record, PARACALL_ERROR_FEATURE);
	fake_machine_destroy(&from);
	fake_machine_destroy(&to);
}

static void make_and_use(struct fake_machine *fake, enum paracall_architecture architecture)
{
	make(fake, architecture);
	if (architecture == PARACALL_X86)
		use_x86(fake);
	else if (architecture == PARACALL_S390)
		ask_for_token(&fake->cpus[2]);
	else if (architecture == PARACALL_ARM64)
		use_arm64(fake);
	else if (architecture == PARACALL_RISCV)
		use_riscv(fake);
	else if (architecture == PARACALL_LOONGARCH)
		use_loongarch(fake);
	else
		use_powerpc(fake);
}

static const enum paracall_architecture all[] = { PARACALL_X86,	    PARACALL_S390,
						  PARACALL_POWERPC, PARACALL_ARM64,
						  PARACALL_RISCV,   PARACALL_LOONGARCH };

static void parts_are_refused(void **state)
{
	static struct fake_machine fake;

	(void)state;
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		struct record record;

		make_and_use(&fake, all[i]);
		record = save(&fake);
		record.data[record.size++] = 0;
		assert_int_equal(load(&fake, &record), PARACALL_ERROR_RECORD);
		record.size--;
		while (record.size) {
			record.size--;
			assert_int_equal(load(&fake, &record), PARACALL_ERROR_RECORD);
		}
		fake_machine_destroy(&fake);
	}
}

/*
 * Whatever is in a record, it is refused and changes nothing, or what is loaded can be
 * saved, and is the same. Then the machine goes on.
 */
static void try_record(struct fake_machine *fake, const struct record *record,
		       const struct record *good)
{
	if (load(fake, record)) {
		assert_saves_as(fake, good);
		return;
	}
	/* Its features are the machine's own, which may be more. */
	{
		struct record loaded = save(fake);

		assert_int_equal(loaded.size, record->size);
		assert_memory_equal(loaded.data, record->data, 12);
		assert_memory_equal(loaded.data + 16, record->data + 16, loaded.size - 16);
	}
	for (unsigned int i = 0; i < FAKE_CPUS; i++)
		paracall_update(fake->cpus[i].cpu);
	assert_int_equal(load(fake, good), 0);
}

static void forged_records(void **state)
{
	static struct fake_machine fake;

	(void)state;
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		struct record good, forged;

		make_and_use(&fake, all[i]);
		good = save(&fake);
		for (size_t at = 0; at < good.size; at++) {
			for (unsigned int bit = 0; bit < 8; bit++) {
				forged = good;
				forged.data[at] ^= (uint8_t)(1u << bit);
				try_record(&fake, &forged, &good);
			}
			forged = good;
			forged.data[at] = 0xff;
			try_record(&fake, &forged, &good);
		}
		fake_machine_destroy(&fake);
	}
}

/* Fields of the record of an x86 machine that has no private memory: the machine's, */
enum {
	WALL_CLOCK,
	MIGRATION_CONTROL,
	OLD_CLOCK,
	FREQUENCY,
	TSC_TIMESTAMP,
	CLOCK_SYSTEM_TIME,
	MULTIPLIER,
	SHIFT,
	RANGES,
	CPUS,
	MACHINE_FIELDS,
};

/* and the first vCPU's. */
enum {
	INDEX = MACHINE_FIELDS,
	HALT_STATE,
	LATE_CALLS,
	ASYNC_PF_EN,
	ASYNC_PF_INT,
	STEAL_TIME,
	PV_EOI,
	POLL_CONTROL,
	SYSTEM_TIME,
	REQUESTS,
	CLOCK_JUMP,
	OWES_WAKE_ALL,
	FAULTS,
	READY,
	NEXT,
	END,
};

#define CPU_FIELDS (END - INDEX)
#define FIELDS (MACHINE_FIELDS + FAKE_CPUS * CPU_FIELDS)
#define HEADER 16

static bool begins_part(size_t field, bool *is_first)
{
	*is_first = field == 0 || field == INDEX;
	return *is_first || (field > INDEX && (field - INDEX) % CPU_FIELDS == 0);
}

static void take_apart(const struct record *record, uint64_t *fields)
{
	struct record_reader reader = { .data = record->data + HEADER,
					.left = record->size - HEADER };
	bool is_first;

	for (size_t i = 0; i < FIELDS; i++) {
		if (begins_part(i, &is_first))
			record_get_part(&reader, is_first);
		fields[i] = record_get(&reader, 8);
	}
	assert_true(record_is_done(&reader));
}

static struct record put_together(const struct record *header, const uint64_t *fields)
{
	struct record record;
	struct record_writer writer = { .data = record.data + HEADER, .room = ROOM - HEADER };
	bool is_first;

	memcpy(record.data, header->data, HEADER);
	for (size_t i = 0; i < FIELDS; i++) {
		if (begins_part(i, &is_first))
			record_put_part(&writer, is_first);
		record_put(&writer, fields[i]);
	}
	record.size = HEADER + writer.size;
	assert_true(record.size <= ROOM);
	return record;
}

/* What a guest can't write is refused by name of the error. */
static void fields_are_checked(void **state)
{
	static const struct {
		size_t field;
		uint64_t value;
		int error;
	} cases[] = {
		{ MIGRATION_CONTROL, 2, PARACALL_ERROR_RECORD },
		{ FREQUENCY, 1000, PARACALL_ERROR_FEATURE },
		{ MULTIPLIER, 1, PARACALL_ERROR_RECORD },
		{ MULTIPLIER, UINT64_C(1) << 32, PARACALL_ERROR_RECORD },
		{ RANGES, 1025, PARACALL_ERROR_RECORD },
		{ CPUS, FAKE_CPUS - 1, PARACALL_ERROR_RECORD },
		{ CPUS, FAKE_CPUS + 1, PARACALL_ERROR_CPU },
		{ INDEX, 1, PARACALL_ERROR_RECORD },
		{ HALT_STATE, 4, PARACALL_ERROR_RECORD },
		{ LATE_CALLS, 9, PARACALL_ERROR_RECORD },
		{ LATE_CALLS, 1, PARACALL_ERROR_FEATURE },
		{ ASYNC_PF_EN, 0x10, PARACALL_ERROR_RECORD },
		{ ASYNC_PF_INT, 0x100, PARACALL_ERROR_RECORD },
		{ STEAL_TIME, 2, PARACALL_ERROR_RECORD },
		{ PV_EOI, 2, PARACALL_ERROR_RECORD },
		{ POLL_CONTROL, 2, PARACALL_ERROR_RECORD },
		{ REQUESTS, 8, PARACALL_ERROR_RECORD },
		{ CLOCK_JUMP, UINT64_C(1) << 62, PARACALL_ERROR_RECORD },
		{ OWES_WAKE_ALL, 1, PARACALL_ERROR_RECORD },
		{ FAULTS, 1, PARACALL_ERROR_RECORD },
		{ NEXT, 15, PARACALL_ERROR_RECORD },
	};
	static struct fake_machine fake;
	struct record good, forged;
	uint64_t fields[FIELDS];

	(void)state;
	make(&fake, PARACALL_X86);
	good = save(&fake);
	take_apart(&good, fields);
	assert_int_equal(fields[POLL_CONTROL], 1);
	forged = put_together(&good, fields);
	assert_int_equal(load(&fake, &forged), 0);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		uint64_t before = fields[cases[i].field];

		fields[cases[i].field] = cases[i].value;
		forged = put_together(&good, fields);
		assert_refused(&fake, &forged, cases[i].error);
		fields[cases[i].field] = before;
	}
	forged = good;
	forged.data[0] = 0;
	assert_refused(&fake, &forged, PARACALL_ERROR_RECORD);
	forged = good;
	forged.data[4] = 2;
	assert_refused(&fake, &forged, PARACALL_ERROR_VERSION);
	fake_machine_destroy(&fake);
}

/* ---- its form ------------------------------------------------------------------- */

static const uint64_t values[] = {
	0,
	1,
	1,
	1,
	0x7f,
	0x80,
	UINT64_MAX,
	UINT64_MAX - 1,
	5,
	9,
	13,
	17,
	UINT64_C(1) << 63,
	0,
	UINT32_MAX,
	UINT64_C(1) << 62,
	0x40,
	3,
};

#define VALUES (sizeof(values) / sizeof(values[0]))

/* Parts are of different sizes, longer ones than all fields that are guessed. */
static size_t write_values(uint8_t *data, size_t room)
{
	struct record_writer writer = { .data = data, .room = room };

	for (unsigned int part = 0; part < 4; part++) {
		record_put_part(&writer, part % 3 == 0);
		for (unsigned int i = 0; i < 60 + part; i++)
			record_put(&writer, values[i % VALUES] + part * i);
	}
	return writer.size;
}

static void all_values_come_back(void **state)
{
	uint8_t data[ROOM] = { 0 };
	struct record_reader reader = { .data = data };

	(void)state;
	reader.left = write_values(NULL, 0);
	assert_true(reader.left < ROOM);
	assert_int_equal(write_values(data, reader.left), reader.left);
	assert_int_equal(data[reader.left], 0);
	for (unsigned int part = 0; part < 4; part++) {
		record_get_part(&reader, part % 3 == 0);
		for (unsigned int i = 0; i < 60 + part; i++)
			assert_true(record_get(&reader, 8) == values[i % VALUES] + part * i);
	}
	assert_true(record_is_done(&reader));
}

/* Other ways to write the same, and what is not whole. */
static void other_forms_are_refused(void **state)
{
	static const struct {
		uint8_t data[12];
		size_t size;
	} cases[] = {
		/* 0, which is what is guessed; 1 in two groups, 0 in two; more than 64 bits. */
		{ { 1, 0 }, 2 },
		{ { 1, 0x82, 0 }, 3 },
		{ { 1, 0x80, 0 }, 3 },
		{ { 1, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 2 }, 11 },
		{ { 1, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x81, 1 }, 12 },
		/* A field that there is not; the end is missing; there is more. */
		{ { 3, 2, 2 }, 3 },
		{ { 1 }, 1 },
		{ { 1, 0x80 }, 2 },
		{ { 0 }, 0 },
		{ { 1, 2, 0 }, 3 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct record_reader reader = { .data = cases[i].data, .left = cases[i].size };

		record_get_part(&reader, true);
		record_get(&reader, 8);
		assert_false(record_is_done(&reader));
		record_get_part(&reader, false);
		assert_false(record_is_done(&reader));
	}
}

/* The most vCPUs that x86's engines take, as a Linux has them. */
#define MANY 255
/* What an engine may have for it: QEMU's has a page, less 320 bytes, and as many ids. */
#define MANY_ROOM (4096 - 320 - 8 - MANY)

static void a_large_machine_fits_into_a_page(void **state)
{
	static struct fake_cpu cpus[MANY];
	static uint8_t record[MANY_ROOM];
	static struct fake_machine owner;
	struct paracall_options options = fake_options();
	struct paracall_machine *machine;
	size_t size;

	(void)state;
	memset(&owner, 0, sizeof(owner));
	owner.tsc_frequency = 2000000000;
	options.max_cpus = MANY;
	assert_int_equal(paracall_machine_new(&machine, &fake_engine, &options), 0);
	for (unsigned int i = 0; i < MANY; i++) {
		uint64_t own = UINT64_C(0x17fc00000) + i * UINT64_C(0x40000);

		cpus[i].machine = &owner;
		cpus[i].cpu = paracall_machine_add_cpu(machine, i, &cpus[i]);
		assert_non_null(cpus[i].cpu);
		/* Linux has the first 64 clocks in two pages, and the others elsewhere. */
		fake_wrmsr(&cpus[i], PARACALL_KVM_MSR_SYSTEM_TIME_NEW,
			   (i < 64 ? 0x2a01000 : 0x100c40000) + i % 64 * 64 + 1);
		fake_wrmsr(&cpus[i], PARACALL_KVM_MSR_STEAL_TIME, (own + 0x33080) | 1);
		fake_wrmsr(&cpus[i], PARACALL_KVM_MSR_ASYNC_PF_INT, 0xf3);
		if (i % 3)
			paracall_halt(cpus[i].cpu);
	}
	size = paracall_machine_save(machine, record, sizeof(record));
	assert_true(size <= sizeof(record));
	assert_int_equal(paracall_machine_load(machine, record, size), 0);
	assert_int_equal(fake_rdmsr(&cpus[254], PARACALL_KVM_MSR_STEAL_TIME),
			 UINT64_C(0x17fc00000) + 254 * UINT64_C(0x40000) + 0x33081);
	paracall_machine_free(machine);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_x86_machine_comes_back),
		cmocka_unit_test(a_loaded_fault_is_counted),
		cmocka_unit_test(time_of_before_is_not_stolen),
		cmocka_unit_test(a_clock_goes_on),
		cmocka_unit_test(a_clock_goes_on_with_another_counter),
		cmocka_unit_test(no_clock_goes_on),
		cmocka_unit_test(halts_can_be_unknown),
		cmocka_unit_test(an_owed_reset_is_done),
		cmocka_unit_test(a_kick_that_is_late_comes_after_all),
		cmocka_unit_test(a_record_grows_with_time),
		cmocka_unit_test(a_late_kick_needs_its_feature),
		cmocka_unit_test(an_s390_machine_comes_back),
		cmocka_unit_test(a_powerpc_machine_comes_back),
		cmocka_unit_test(an_arm64_machine_comes_back),
		cmocka_unit_test(a_riscv_machine_comes_back),
		cmocka_unit_test(a_loongarch_machine_comes_back),
		cmocka_unit_test(powerpc_engines_must_be_able_to),
		cmocka_unit_test(other_machines_are_refused),
		cmocka_unit_test(more_cpus_are_enough),
		cmocka_unit_test(powerpc_cpus_that_are_plugged_in_later_have_the_page),
		cmocka_unit_test(more_features_are_enough),
		cmocka_unit_test(registers_need_their_features),
		cmocka_unit_test(parts_are_refused),
		cmocka_unit_test(forged_records),
		cmocka_unit_test(fields_are_checked),
		cmocka_unit_test(all_values_come_back),
		cmocka_unit_test(other_forms_are_refused),
		cmocka_unit_test(a_large_machine_fits_into_a_page),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
