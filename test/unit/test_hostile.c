/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An engine that does in its functions all that doc/engines.md allows: it sleeps, takes
 * one big lock, and calls back. Four vCPUs' threads, and one that is none of them. A lost
 * kick or a deadlock hangs this; ThreadSanitizer sees the rest.
 */
#include "fake_engine.h"

#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <time.h>

#define ROUNDS 250
#define SLEEP_ONE_IN 64

static struct fake_machine fake;
/* As QEMU's: one lock for all devices and memory, taken again by who has it. */
static pthread_mutex_t big_lock = PTHREAD_MUTEX_INITIALIZER;
static _Thread_local unsigned int depth;
static _Thread_local uint32_t chance = 1;
/* The first vCPU is done; then all are. */
static bool is_over;
static uint64_t called_back;

static uint32_t draw(uint32_t below)
{
	chance = chance * 1664525 + 1013904223;
	return (chance >> 8) % below;
}

static void take_big_lock(void)
{
	if (!depth++)
		pthread_mutex_lock(&big_lock);
}

static void leave_big_lock(void)
{
	if (!--depth)
		pthread_mutex_unlock(&big_lock);
}

static void nap(void)
{
	const struct timespec time = { .tv_nsec = 20000 };

	nanosleep(&time, NULL);
}

static void dawdle(void)
{
	if (!draw(SLEEP_ONE_IN))
		nap();
	else if (!draw(32))
		sched_yield();
}

/* What may be called from inside any function of the engine. */
static void call_any(void)
{
	struct paracall_statistics *statistics = paracall_machine_statistics(fake.machine);

	paracall_machine_is_private(fake.machine, (struct paracall_gpa){ 0x1000 });
	paracall_cpu_set_apic_id(fake.cpus[draw(FAKE_CPUS)].cpu, PARACALL_MAX_APIC_ID + 1);
	if (!draw(16))
		paracall_machine_was_paused(fake.machine);
	if (!draw(16))
		paracall_statistics_total(statistics, halts);
	__atomic_fetch_add(&called_back, 1, __ATOMIC_RELAXED);
}

static void be_hostile(void)
{
	dawdle();
	call_any();
	take_big_lock();
	dawdle();
}

/* Where the vCPU's own part of the library may be called, too; not from in there again. */
static void be_more_hostile(struct fake_cpu *cpu)
{
	static _Thread_local bool is_inside;
	struct paracall_cpuid leaf;

	be_hostile();
	if (is_inside)
		return;
	is_inside = true;
	paracall_resume(cpu->cpu);
	paracall_cpuid(cpu->cpu, PARACALL_KVM_CPUID_FEATURES, &leaf);
	paracall_update(cpu->cpu);
	is_inside = false;
}

static uint64_t read_register(void *cpu, unsigned int number)
{
	uint64_t value;

	be_hostile();
	value = fake_engine.read_register(cpu, number);
	leave_big_lock();
	return value;
}

static void write_register(void *cpu, unsigned int number, uint64_t value)
{
	be_hostile();
	fake_engine.write_register(cpu, number, value);
	leave_big_lock();
}

static void wake(void *cpu, void *target, uint32_t apic_id)
{
	be_more_hostile(cpu);
	fake_engine.wake(cpu, target, apic_id);
	leave_big_lock();
}

static bool send_interrupt(void *cpu, void *target, uint32_t apic_id,
			   const struct paracall_interrupt *interrupt)
{
	bool is_taken;

	be_more_hostile(cpu);
	is_taken = fake_engine.send_interrupt(cpu, target, apic_id, interrupt);
	leave_big_lock();
	return is_taken;
}

static void yield_to(void *cpu, void *target)
{
	be_more_hostile(cpu);
	fake_engine.yield_to(cpu, target);
	leave_big_lock();
}

static bool read_memory(void *cpu, struct paracall_gpa address, void *data, size_t size)
{
	bool is_good;

	be_hostile();
	is_good = fake_engine.read_memory(cpu, address, data, size);
	leave_big_lock();
	return is_good;
}

static bool write_memory(void *cpu, struct paracall_gpa address, const void *data, size_t size)
{
	bool is_good;

	be_hostile();
	is_good = fake_engine.write_memory(cpu, address, data, size);
	leave_big_lock();
	return is_good;
}

static uint64_t tsc_frequency(void *cpu)
{
	uint64_t frequency;

	be_hostile();
	frequency = fake_engine.x86->tsc_frequency(cpu);
	leave_big_lock();
	return frequency;
}

static bool read_clocks(void *cpu, struct paracall_clocks *clocks)
{
	bool is_good;

	be_hostile();
	is_good = fake_engine.read_clocks(cpu, clocks);
	leave_big_lock();
	return is_good;
}

static uint64_t run_delay(void *cpu)
{
	uint64_t nanoseconds;

	be_hostile();
	((struct fake_cpu *)cpu)->run_delay += 1000;
	nanoseconds = fake_engine.run_delay(cpu);
	leave_big_lock();
	return nanoseconds;
}

static int64_t map_gpa_range(void *cpu, struct paracall_gpa address, uint64_t pages,
			     uint64_t attributes)
{
	(void)cpu;
	(void)address;
	(void)pages;
	(void)attributes;
	be_hostile();
	leave_big_lock();
	return 0;
}

/* What a vCPU in user space does when it takes an interrupt: with the big lock held. */
static void take_interrupt(struct fake_cpu *cpu)
{
	take_big_lock();
	paracall_resume(cpu->cpu);
	paracall_update(cpu->cpu);
	paracall_adjust_clock(cpu->cpu, 0);
	leave_big_lock();
}

static void ask(struct fake_cpu *cpu, uint32_t number)
{
	uint64_t page = 0x1000 * (number + 1);
	uint64_t value;

	switch (draw(12)) {
	case 0:
		paracall_wrmsr(cpu->cpu, PARACALL_KVM_MSR_SYSTEM_TIME_NEW, page | 1);
		break;
	case 1:
		paracall_wrmsr(cpu->cpu, PARACALL_KVM_MSR_STEAL_TIME, (page + 0x100) | 1);
		break;
	case 2:
		paracall_wrmsr(cpu->cpu, PARACALL_KVM_MSR_ASYNC_PF_INT, 0xf3);
		paracall_wrmsr(cpu->cpu, PARACALL_KVM_MSR_ASYNC_PF_EN, (page + 0x200) | 9);
		paracall_async_pf_begin(cpu->cpu);
		paracall_async_pf_end(cpu->cpu);
		break;
	case 3:
		paracall_rdmsr(cpu->cpu, PARACALL_KVM_MSR_SYSTEM_TIME_NEW, &value);
		break;
	case 4:
		fake_call(cpu, PARACALL_KVM_HC_SEND_IPI, 0xf, 0, 0, 0x40);
		break;
	case 5:
		/* An INIT, to itself: its clock's page is not written any more. */
		fake_call(cpu, PARACALL_KVM_HC_SEND_IPI, 1ull << number, 0, 0, 0x500);
		break;
	case 6:
		fake_call(cpu, PARACALL_KVM_HC_SCHED_YIELD, (number + 1) % FAKE_CPUS, 0, 0, 0);
		break;
	case 7:
		fake_call(cpu, PARACALL_KVM_HC_CLOCK_PAIRING, page + 0x300, 0, 0, 0);
		break;
	case 8:
		fake_call(cpu, PARACALL_KVM_HC_MAP_GPA_RANGE, page, 1, draw(2) ? 0x10 : 0, 0);
		break;
	case 9:
		paracall_wrmsr(cpu->cpu, PARACALL_KVM_MSR_WALL_CLOCK_NEW, page + 0x400);
		break;
	default:
		take_interrupt(cpu);
	}
}

/*
 * Each kicks the next one before it halts. So one of them is always awake, or a kick is
 * waiting for it, until a kick is lost.
 */
static void halt_until_woken(struct fake_cpu *cpu)
{
	unsigned int wakes = __atomic_load_n(&cpu->wakes, __ATOMIC_SEQ_CST);

	if (!paracall_halt(cpu->cpu))
		return;
	while (__atomic_load_n(&cpu->wakes, __ATOMIC_SEQ_CST) == wakes)
		nap();
}

static void *run(void *argument)
{
	uint32_t number = (uint32_t)(uintptr_t)argument;
	struct fake_cpu *cpu = &fake.cpus[number];

	chance = number + 1;
	for (int i = 0; i < ROUNDS && !__atomic_load_n(&is_over, __ATOMIC_ACQUIRE); i++) {
		ask(cpu, number);
		fake_call(cpu, PARACALL_KVM_HC_KICK_CPU, 0, (number + 1) % FAKE_CPUS, 0, 0);
		halt_until_woken(cpu);
	}
	__atomic_store_n(&is_over, true, __ATOMIC_RELEASE);
	/* So that the others see it. */
	fake_call(cpu, PARACALL_KVM_HC_KICK_CPU, 0, (number + 1) % FAKE_CPUS, 0, 0);
	return NULL;
}

static void *look_on(void *argument)
{
	(void)argument;
	while (!__atomic_load_n(&is_over, __ATOMIC_ACQUIRE)) {
		call_any();
		nap();
	}
	return NULL;
}

static void sleeps_locks_and_calls_back(void **state)
{
	struct paracall_engine engine = fake_engine;
	struct paracall_x86_engine x86 = *fake_engine.x86;
	pthread_t threads[FAKE_CPUS + 1];

	(void)state;
	engine.read_register = read_register;
	engine.write_register = write_register;
	engine.wake = wake;
	engine.send_interrupt = send_interrupt;
	engine.yield_to = yield_to;
	engine.read_memory = read_memory;
	engine.write_memory = write_memory;
	x86.tsc_frequency = tsc_frequency;
	x86.map_gpa_range = map_gpa_range;
	engine.x86 = &x86;
	engine.read_clocks = read_clocks;
	engine.run_delay = run_delay;
	fake_machine_create(&fake, &engine, NULL);
	fake.clocks_go_on = true;
	for (uintptr_t i = 0; i < FAKE_CPUS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, run, (void *)i), 0);
	assert_int_equal(pthread_create(&threads[FAKE_CPUS], NULL, look_on, NULL), 0);
	for (int i = 0; i <= FAKE_CPUS; i++)
		assert_int_equal(pthread_join(threads[i], NULL), 0);
	print_message("# %llu calls from inside the engine's functions\n",
		      (unsigned long long)called_back);
	assert_true(called_back > ROUNDS);
	fake_machine_destroy(&fake);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sleeps_locks_and_calls_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
