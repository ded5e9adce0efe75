/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Records that the guest gives up while they are written. A vCPU registers its records, has
 * them updated, and gives them up, while the others do the same and correct the clock, which
 * writes to the pages of all. From then on the memory is the guest's alone.
 */
#include "fake_engine.h"

#include <endian.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>

/* At least, and at most if the others write nothing to a vCPU's page. */
#define ROUNDS 200
#define MOST_ROUNDS 20000
#define UPDATES 8
/* Of a record that is not there: the others finish meanwhile what they are at. */
#define LATER_UPDATES 32

#define PAGE_SIZE 0x1000
/* Where in its vCPU's page each is. */
#define CLOCK 0
#define STEAL 0x100
#define FAULTS 0x200

#define THE_GUEST_S 0xa5a5a5a5

struct guest {
	enum paracall_architecture architecture;
	void (*enroll)(struct fake_cpu *cpu, uint64_t page);
	/* In the ways that the architecture has, by their number. */
	void (*give_up)(struct fake_cpu *cpu, uint64_t page, unsigned int way);
	unsigned int ways;
	bool has_clock;
};

static const struct guest *guest;
static struct fake_machine fake;
static _Thread_local uint32_t random_state;
/* Whose records were written after they were given up, as a bit each. */
static uint32_t spoiled;
/* Writes to a page by another vCPU than its own. */
static uint32_t foreign_writes;
static bool is_over;

static uint32_t draw(uint32_t below)
{
	return fake_draw(&random_state, below);
}

static uint32_t number_of(const struct fake_cpu *cpu)
{
	return (uint32_t)(cpu - fake.cpus);
}

static uint64_t page_of(const struct fake_cpu *cpu)
{
	return PAGE_SIZE * (number_of(cpu) + UINT64_C(1));
}

/* ---- the engine -------------------------------------------------------------- */

static bool write_memory(void *context, struct paracall_gpa address, const void *data,
			 size_t size)
{
	struct fake_cpu *cpu = context;

	if (address.value / PAGE_SIZE != page_of(cpu) / PAGE_SIZE)
		__atomic_fetch_add(&foreign_writes, 1, __ATOMIC_RELAXED);
	/* Between what was decided and what is written. */
	if (!draw(4))
		sched_yield();
	return fake_engine.write_memory(context, address, data, size);
}

/* The counter is 20 us uneven, so that the clock has to be corrected all the time. */
static bool read_clocks(void *context, struct paracall_clocks *clocks)
{
	static _Atomic(uint64_t) microseconds;
	uint64_t now = ++microseconds;

	(void)context;
	clocks->steady_nanoseconds = now * 1000;
	clocks->tsc = (now + 100 + draw(20)) * (fake.tsc_frequency / 1000000);
	clocks->is_paired = true;
	return true;
}

static uint64_t run_delay(void *context)
{
	struct fake_cpu *cpu = context;

	return cpu->run_delay += 1000;
}

/* ---- the guests -------------------------------------------------------------- */

static uint32_t *word_at(uint64_t address)
{
	return (uint32_t *)(fake.memory + address);
}

static void put_word(uint64_t address, uint32_t value)
{
	__atomic_store_n(word_at(address), value, __ATOMIC_RELAXED);
}

/* By no call of the guest's: so all architectures have these. */
static void give_up_by_host(struct fake_cpu *cpu, unsigned int way)
{
	if (way)
		fake_replug(cpu);
	else
		paracall_machine_reset(fake.machine, cpu->cpu);
}

static void enroll_x86(struct fake_cpu *cpu, uint64_t page)
{
	paracall_wrmsr(cpu->cpu,
		       draw(2) ? PARACALL_KVM_MSR_SYSTEM_TIME_NEW
			       : PARACALL_KVM_MSR_SYSTEM_TIME,
		       (page + CLOCK) | PARACALL_KVM_MSR_ENABLED);
	paracall_wrmsr(cpu->cpu, PARACALL_KVM_MSR_STEAL_TIME,
		       (page + STEAL) | PARACALL_KVM_MSR_ENABLED);
	put_word(page + FAULTS, 0);
	put_word(page + FAULTS + 4, 0);
	paracall_wrmsr(cpu->cpu, PARACALL_KVM_MSR_ASYNC_PF_INT, 0xf3);
	paracall_wrmsr(cpu->cpu, PARACALL_KVM_MSR_ASYNC_PF_EN,
		       (page + FAULTS) | PARACALL_KVM_MSR_ENABLED |
			       PARACALL_KVM_ASYNC_PF_DELIVERY_AS_INT);
	/* The first call reports that all tasks wake; a second event waits for an update. */
	put_word(page + FAULTS + 4, 0);
	paracall_async_pf_begin(cpu->cpu);
	put_word(page + FAULTS, 0);
	put_word(page + FAULTS + 4, 1);
	paracall_async_pf_end(cpu->cpu);
}

/* A vCPU that is removed does not wait for who writes its clock: see engine.h. */
static void give_up_x86(struct fake_cpu *cpu, uint64_t page, unsigned int way)
{
	switch (way) {
	case 0:
		paracall_wrmsr(cpu->cpu, PARACALL_KVM_MSR_SYSTEM_TIME, 0);
		paracall_wrmsr(cpu->cpu, PARACALL_KVM_MSR_STEAL_TIME, 0);
		paracall_wrmsr(cpu->cpu, PARACALL_KVM_MSR_ASYNC_PF_EN, 0);
		break;
	case 1:
		paracall_wrmsr(cpu->cpu, PARACALL_KVM_MSR_SYSTEM_TIME_NEW, page + CLOCK);
		paracall_wrmsr(cpu->cpu, PARACALL_KVM_MSR_STEAL_TIME, page + STEAL);
		paracall_wrmsr(cpu->cpu, PARACALL_KVM_MSR_ASYNC_PF_EN, page + FAULTS);
		break;
	case 2:
		paracall_cpu_reset(cpu->cpu);
		break;
	default:
		give_up_by_host(cpu, 0);
	}
}

static void call_smccc(struct fake_cpu *cpu, uint32_t function)
{
	cpu->registers[PARACALL_ARM64_X0] = function;
	paracall_smccc(cpu->cpu, PARACALL_SMCCC_HVC);
}

static void enroll_arm64(struct fake_cpu *cpu, uint64_t page)
{
	paracall_arm64_place_stolen_time(cpu->cpu, (struct paracall_gpa){ page + STEAL });
	call_smccc(cpu, PARACALL_PV_TIME_ST);
}

/* No call of arm64's takes a record back; its host can. */
static void give_up_arm64(struct fake_cpu *cpu, uint64_t page, unsigned int way)
{
	(void)page;
	if (way < 2)
		give_up_by_host(cpu, way);
	else
		paracall_arm64_place_stolen_time(cpu->cpu,
						 (struct paracall_gpa){ FAKE_MEMORY_SIZE });
}

static void set_shmem(struct fake_cpu *cpu, uint64_t low, uint64_t high)
{
	fake_sbi(cpu, PARACALL_SBI_STA, PARACALL_SBI_STA_STEAL_TIME_SET_SHMEM, low, high);
}

static void enroll_riscv(struct fake_cpu *cpu, uint64_t page)
{
	set_shmem(cpu, page + STEAL, 0);
}

static void give_up_riscv(struct fake_cpu *cpu, uint64_t page, unsigned int way)
{
	(void)page;
	if (way < 2)
		give_up_by_host(cpu, way);
	else if (way == 2)
		paracall_cpu_reset(cpu->cpu);
	else
		set_shmem(cpu, PARACALL_SBI_SHMEM_DISABLE, PARACALL_SBI_SHMEM_DISABLE);
}

static void enroll_loongarch(struct fake_cpu *cpu, uint64_t page)
{
	fake_notify(cpu, (page + STEAL) | PARACALL_KVM_STEAL_PHYS_VALID);
}

static void give_up_loongarch(struct fake_cpu *cpu, uint64_t page, unsigned int way)
{
	if (way < 2)
		give_up_by_host(cpu, way);
	else if (way == 2)
		paracall_cpu_reset(cpu->cpu);
	else
		fake_notify(cpu, page + STEAL);
}

static const struct guest x86 = { PARACALL_X86, enroll_x86, give_up_x86, 4, true };
static const struct guest arm64 = { PARACALL_ARM64, enroll_arm64, give_up_arm64, 3, false };
static const struct guest riscv = { PARACALL_RISCV, enroll_riscv, give_up_riscv, 4, false };
static const struct guest loongarch = { PARACALL_LOONGARCH, enroll_loongarch, give_up_loongarch,
					4, false };

/* ---- what they do ------------------------------------------------------------ */

static void update(struct fake_cpu *cpu)
{
	struct paracall_clocks clocks = { .size = sizeof(clocks) };

	paracall_update(cpu->cpu);
	if (!guest->has_clock)
		return;
	read_clocks(cpu, &clocks);
	paracall_adjust_clock(cpu->cpu, clocks.tsc);
}

static void take_back(uint64_t page)
{
	for (uint64_t i = 0; i < PAGE_SIZE; i += 4)
		put_word(page + i, THE_GUEST_S);
}

static bool is_all(uint64_t page, uint32_t value)
{
	for (uint64_t i = 0; i < PAGE_SIZE; i += 4)
		if (__atomic_load_n(word_at(page + i), __ATOMIC_RELAXED) != value)
			return false;
	return true;
}

static void live(struct fake_cpu *cpu, unsigned int way)
{
	uint64_t page = page_of(cpu);

	guest->enroll(cpu, page);
	for (int i = 0; i < UPDATES; i++)
		update(cpu);
	guest->give_up(cpu, page, way);
	take_back(page);
	for (int i = 0; i < LATER_UPDATES; i++) {
		update(cpu);
		sched_yield();
	}
	if (!is_all(page, THE_GUEST_S))
		__atomic_fetch_or(&spoiled, 1u << number_of(cpu), __ATOMIC_RELAXED);
}

/* How often the threads meet is up to the host's scheduler. */
static bool have_met(void)
{
	return !guest->has_clock ||
	       __atomic_load_n(&foreign_writes, __ATOMIC_RELAXED) >= ROUNDS;
}

static void *run(void *argument)
{
	struct fake_cpu *cpu = argument;

	random_state = number_of(cpu) + 1;
	for (unsigned int i = 0; i < ROUNDS || (!have_met() && i < MOST_ROUNDS); i++)
		live(cpu, draw(guest->ways));
	return NULL;
}

static void *pause_again_and_again(void *argument)
{
	(void)argument;
	while (!__atomic_load_n(&is_over, __ATOMIC_ACQUIRE)) {
		paracall_machine_was_paused(fake.machine);
		sched_yield();
	}
	return NULL;
}

static void run_threads(void)
{
	pthread_t threads[FAKE_CPUS];
	pthread_t pauser;

	is_over = false;
	assert_int_equal(pthread_create(&pauser, NULL, pause_again_and_again, NULL), 0);
	for (int i = 0; i < FAKE_CPUS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, run, &fake.cpus[i]), 0);
	for (int i = 0; i < FAKE_CPUS; i++)
		assert_int_equal(pthread_join(threads[i], NULL), 0);
	__atomic_store_n(&is_over, true, __ATOMIC_RELEASE);
	assert_int_equal(pthread_join(pauser, NULL), 0);
}

static void create(const struct guest *of)
{
	struct paracall_options options = fake_options();
	struct paracall_engine engine = fake_engine;

	engine.write_memory = write_memory;
	engine.read_clocks = read_clocks;
	engine.run_delay = run_delay;
	options.architecture = of->architecture;
	options.features = paracall_features_available(of->architecture, FAKE_CAPABILITIES);
	fake_machine_create(&fake, &engine, &options);
	guest = of;
	spoiled = 0;
	foreign_writes = 0;
	random_state = 1;
}

static void while_it_is_written(void **state)
{
	const struct paracall_statistics *statistics;

	create(*state);
	run_threads();
	assert_int_equal(spoiled, 0);
	/* What a register of 0 would name. */
	assert_true(is_all(0, 0));
	/* They were written, and the clocks' by others, too. */
	statistics = paracall_machine_statistics(fake.machine);
	for (int i = 0; i < FAKE_CPUS; i++) {
		assert_true(statistics->cpu[i].steal_updates >= ROUNDS);
		assert_true(guest->has_clock ? statistics->cpu[i].async_pf_begun : true);
	}
	assert_true(guest->has_clock ? foreign_writes >= ROUNDS : !foreign_writes);
	fake_machine_destroy(&fake);
}

static void expect_unchanged(const uint8_t *before)
{
	for (int i = 0; i < FAKE_CPUS; i++) {
		update(&fake.cpus[i]);
		assert_false(paracall_set_mark(fake.cpus[i].cpu));
		assert_memory_equal(fake.memory, before, FAKE_MEMORY_SIZE);
	}
}

/* In each way, and nobody else is there. The guest leaves the record as it is. */
static void before_it_is_written(void **state)
{
	static uint8_t before[FAKE_MEMORY_SIZE];

	create(*state);
	for (unsigned int way = 0; way < guest->ways; way++) {
		struct fake_cpu *cpu = &fake.cpus[way % FAKE_CPUS];

		guest->enroll(cpu, page_of(cpu));
		update(cpu);
		guest->give_up(cpu, page_of(cpu), way);
		memcpy(before, fake.memory, FAKE_MEMORY_SIZE);
		expect_unchanged(before);
	}
	fake_machine_destroy(&fake);
}

/* A machine is reset by one vCPU; the others' records are not theirs any more either. */
static void when_another_one_resets(void **state)
{
	create(*state);
	for (int i = 0; i < FAKE_CPUS; i++) {
		guest->enroll(&fake.cpus[i], page_of(&fake.cpus[i]));
		update(&fake.cpus[i]);
	}
	paracall_machine_reset(fake.machine, fake.cpus[0].cpu);
	for (int i = 0; i < FAKE_CPUS; i++)
		take_back(page_of(&fake.cpus[i]));
	for (int i = 0; i < FAKE_CPUS; i++) {
		update(&fake.cpus[i]);
		update(&fake.cpus[i]);
		assert_true(is_all(page_of(&fake.cpus[i]), THE_GUEST_S));
	}
	fake_machine_destroy(&fake);
}

#define TEST(function, guest) \
	{ \
		.name = #function ", " #guest, .test_func = function, \
		.initial_state = (void *)&(guest) \
	}
#define TESTS(guest) \
	TEST(before_it_is_written, guest), TEST(when_another_one_resets, guest), \
		TEST(while_it_is_written, guest)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TESTS(x86),
		TESTS(arm64),
		TESTS(riscv),
		TESTS(loongarch),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
