/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Asynchronous page faults: the one event that there is, "wake all that wait",
 * which comes when they are enabled.
 */
#include "fake_engine.h"

#include <endian.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#define PAGE 0x1040
#define VECTOR 0xf3
#define ENABLE (PARACALL_KVM_MSR_ENABLED | PARACALL_KVM_ASYNC_PF_DELIVERY_AS_INT)
#define ASYNC_PF_EN PARACALL_KVM_MSR_ASYNC_PF_EN
#define ASYNC_PF_INT PARACALL_KVM_MSR_ASYNC_PF_INT
#define ASYNC_PF_ACK PARACALL_KVM_MSR_ASYNC_PF_ACK

static int setup(void **state)
{
	static struct fake_machine fake;

	fake_machine_create(&fake, &fake_engine, NULL);
	fake_wrmsr(&fake.cpus[1], ASYNC_PF_INT, VECTOR);
	*state = &fake;
	return 0;
}

static uint32_t *token(struct fake_machine *fake)
{
	return (uint32_t *)(fake->memory + PAGE + 4);
}

static void expect_events(struct fake_machine *fake, unsigned int count)
{
	for (int i = 0; i < FAKE_CPUS; i++)
		assert_int_equal(fake->cpus[i].interrupts, i == 1 ? count : 0);
}

/* The token is there when the interrupt comes, and nothing else is written. */
static void enabling_wakes_all(void **state)
{
	struct fake_machine *fake = *state;
	struct fake_cpu *cpu = &fake->cpus[1];

	memset(fake->memory, 0xa5, sizeof(fake->memory));
	*token(fake) = 0;
	fake_wrmsr(cpu, ASYNC_PF_EN, PAGE | ENABLE);
	expect_events(fake, 1);
	assert_int_equal(*token(fake), PARACALL_KVM_ASYNC_PF_WAKE_ALL);
	assert_int_equal(cpu->interrupt.vector, VECTOR);
	assert_int_equal(cpu->interrupt.delivery_mode, PARACALL_ICR_MODE_FIXED);
	assert_false(cpu->interrupt.level_triggered);
	for (size_t i = 0; i < sizeof(fake->memory); i++)
		if (i < PAGE + 4 || i >= PAGE + 8)
			assert_int_equal(fake->memory[i], 0xa5);
	/* Once. */
	*token(fake) = 0;
	fake_wrmsr(cpu, ASYNC_PF_ACK, 1);
	paracall_update(cpu->cpu);
	expect_events(fake, 1);
	assert_int_equal(*token(fake), 0);
	/* Once more for each time that they are enabled. */
	fake_wrmsr(cpu, ASYNC_PF_EN, PAGE | ENABLE | PARACALL_KVM_ASYNC_PF_SEND_ALWAYS);
	expect_events(fake, 2);
}

static void without_the_interrupt_bit_nothing_comes(void **state)
{
	struct fake_machine *fake = *state;

	fake_wrmsr(&fake->cpus[1], ASYNC_PF_EN, PAGE | 1);
	fake_wrmsr(&fake->cpus[1], ASYNC_PF_EN, PAGE | 7);
	fake_wrmsr(&fake->cpus[1], ASYNC_PF_EN, PAGE | PARACALL_KVM_ASYNC_PF_DELIVERY_AS_INT);
	fake_wrmsr(&fake->cpus[1], ASYNC_PF_ACK, 1);
	paracall_update(fake->cpus[1].cpu);
	expect_events(fake, 0);
	assert_int_equal(*token(fake), 0);
}

/* The guest has not taken the last one: it waits. */
static void a_full_slot(void **state)
{
	struct fake_machine *fake = *state;
	struct fake_cpu *cpu = &fake->cpus[1];

	*token(fake) = 77;
	fake_wrmsr(cpu, ASYNC_PF_EN, PAGE | ENABLE);
	paracall_update(cpu->cpu);
	fake_wrmsr(cpu, ASYNC_PF_ACK, 1);
	expect_events(fake, 0);
	assert_int_equal(*token(fake), 77);
	*token(fake) = 0;
	/* Only bit 0 says so. */
	fake_wrmsr(cpu, ASYNC_PF_ACK, UINT64_C(0xfffffffffffffffe));
	expect_events(fake, 0);
	fake_wrmsr(cpu, ASYNC_PF_ACK, 1);
	expect_events(fake, 1);
	assert_int_equal(*token(fake), PARACALL_KVM_ASYNC_PF_WAKE_ALL);
}

/* Also without the guest's saying so, if it empties the slot. */
static void a_slot_that_becomes_free(void **state)
{
	struct fake_machine *fake = *state;

	*token(fake) = 77;
	fake_wrmsr(&fake->cpus[1], ASYNC_PF_EN, PAGE | ENABLE);
	*token(fake) = 0;
	paracall_update(fake->cpus[1].cpu);
	expect_events(fake, 1);
}

static void an_apic_that_takes_no_interrupts(void **state)
{
	struct fake_machine *fake = *state;
	struct fake_cpu *cpu = &fake->cpus[1];

	cpu->refuses_interrupts = true;
	fake_wrmsr(cpu, ASYNC_PF_EN, PAGE | ENABLE);
	assert_int_equal(*token(fake), 0);
	paracall_update(cpu->cpu);
	assert_int_equal(*token(fake), 0);
	cpu->refuses_interrupts = false;
	paracall_update(cpu->cpu);
	expect_events(fake, 1);
	assert_int_equal(*token(fake), PARACALL_KVM_ASYNC_PF_WAKE_ALL);
	paracall_update(cpu->cpu);
	expect_events(fake, 1);
}

static void owe_an_event(struct fake_machine *fake)
{
	*token(fake) = 77;
	fake_wrmsr(&fake->cpus[1], ASYNC_PF_EN, PAGE | ENABLE);
	*token(fake) = 0;
}

static void expect_nothing_owed(struct fake_machine *fake)
{
	*token(fake) = 0;
	fake_wrmsr(&fake->cpus[1], ASYNC_PF_ACK, 1);
	paracall_update(fake->cpus[1].cpu);
	expect_events(fake, 0);
	assert_int_equal(*token(fake), 0);
	/* Not even later, by a half-way enabling. */
	fake_wrmsr(&fake->cpus[1], ASYNC_PF_EN, PAGE | 1);
	paracall_update(fake->cpus[1].cpu);
	expect_events(fake, 0);
}

/* What was to come is dropped. */
static void disabling(void **state)
{
	struct fake_machine *fake = *state;

	owe_an_event(fake);
	fake_wrmsr(&fake->cpus[1], ASYNC_PF_EN, 0);
	expect_nothing_owed(fake);
	owe_an_event(fake);
	paracall_cpu_reset(fake->cpus[1].cpu);
	expect_nothing_owed(fake);
	owe_an_event(fake);
	paracall_machine_reset(fake->machine, NULL);
	expect_nothing_owed(fake);
}

/* KVM has taken the value by then: kvm_pv_enable_async_pf. */
static void addresses_that_are_no_memory(void **state)
{
	static const uint64_t addresses[] = { FAKE_MEMORY_SIZE, UINT64_C(0xfee00300) & ~63ull,
					      UINT64_C(1) << 62, UINT64_C(0xffffffffffffffc0) };
	struct fake_machine *fake = *state;
	struct fake_cpu *cpu = &fake->cpus[1];

	for (size_t i = 0; i < sizeof(addresses) / sizeof(addresses[0]); i++) {
		assert_int_equal(paracall_wrmsr(cpu->cpu, ASYNC_PF_EN, addresses[i] | ENABLE),
				 PARACALL_MSR_FAULT);
		assert_int_equal(fake_rdmsr(cpu, ASYNC_PF_EN), addresses[i] | ENABLE);
		fake_wrmsr(cpu, ASYNC_PF_ACK, 1);
		paracall_update(cpu->cpu);
	}
	expect_events(fake, 0);
	fake_wrmsr(cpu, ASYNC_PF_EN, (FAKE_MEMORY_SIZE - 64) | ENABLE);
	expect_events(fake, 1);
}

/* Vector 0 is what a guest gets that names none first. */
static void the_vector_is_the_one_at_that_time(void **state)
{
	struct fake_machine *fake = *state;
	struct fake_cpu *cpu = &fake->cpus[1];

	owe_an_event(fake);
	fake_wrmsr(cpu, ASYNC_PF_INT, 0x40);
	paracall_update(cpu->cpu);
	assert_int_equal(cpu->interrupt.vector, 0x40);
	fake_wrmsr(&fake->cpus[2], ASYNC_PF_EN, 0x2000 | ENABLE);
	assert_int_equal(fake->cpus[2].interrupts, 1);
	assert_int_equal(fake->cpus[2].interrupt.vector, 0);
}

/* ---- while the interrupt is sent ---------------------------------------------- */

static struct fake_machine meanwhile;
/* What another vCPU's thread does then. */
static void *(*other_thread)(void *);
static bool is_refused;

static void *reset_machine(void *argument)
{
	paracall_machine_reset(meanwhile.machine, meanwhile.cpus[0].cpu);
	return argument;
}

static void *take_event(void *argument)
{
	*token(&meanwhile) = 0;
	return argument;
}

static bool send_interrupt(void *context, void *target, uint32_t apic_id,
			   const struct paracall_interrupt *interrupt)
{
	struct fake_cpu *cpu = context;
	void *(*act)(void *) = other_thread;
	pthread_t thread;

	other_thread = NULL;
	if (act) {
		assert_int_equal(pthread_create(&thread, NULL, act, NULL), 0);
		assert_int_equal(pthread_join(thread, NULL), 0);
		paracall_update(cpu->cpu);
	}
	return !is_refused && fake_engine.send_interrupt(context, target, apic_id, interrupt);
}

static struct fake_cpu *begin_meanwhile(void)
{
	struct paracall_engine engine = fake_engine;

	engine.send_interrupt = send_interrupt;
	other_thread = NULL;
	is_refused = false;
	fake_machine_create(&meanwhile, &engine, NULL);
	fake_wrmsr(&meanwhile.cpus[1], ASYNC_PF_INT, VECTOR);
	return &meanwhile.cpus[1];
}

static void enable_and_take(struct fake_cpu *cpu)
{
	fake_wrmsr(cpu, ASYNC_PF_EN, PAGE | ENABLE);
	*token(&meanwhile) = 0;
}

/* The guest takes it, so that it can take another. */
static uint32_t begin_fault(struct fake_cpu *cpu)
{
	uint32_t begun = paracall_async_pf_begin(cpu->cpu);

	assert_true(begun);
	memset(meanwhile.memory + PAGE, 0, 4);
	return begun;
}

static void expect_good_record(void)
{
	size_t size = paracall_machine_save(meanwhile.machine, NULL, 0);
	uint8_t *record = malloc(size);

	assert_non_null(record);
	assert_int_equal(paracall_machine_save(meanwhile.machine, record, size), size);
	assert_int_equal(paracall_machine_load(meanwhile.machine, record, size), 0);
	free(record);
}

static void a_reset_while_a_fault_ends(void **state)
{
	struct fake_cpu *cpu = begin_meanwhile();
	const struct paracall_cpu_statistics *statistics =
		&paracall_machine_statistics(meanwhile.machine)->cpu[1];

	(void)state;
	enable_and_take(cpu);
	begin_fault(cpu);
	other_thread = reset_machine;
	paracall_async_pf_end(cpu->cpu);
	assert_int_equal(statistics->async_pf_begun, 1);
	assert_int_equal(statistics->async_pf_ended, 0);
	expect_good_record();
	fake_machine_destroy(&meanwhile);
}

/* What was the guest's page is not written any more, nor is what is at 0. */
static void a_reset_while_it_is_refused(void **state)
{
	struct fake_cpu *cpu = begin_meanwhile();

	(void)state;
	memset(meanwhile.memory, 0xa5, sizeof(meanwhile.memory));
	*token(&meanwhile) = 0;
	is_refused = true;
	other_thread = reset_machine;
	fake_wrmsr(cpu, ASYNC_PF_EN, PAGE | ENABLE);
	for (int i = 0; i < PAGE; i++)
		assert_int_equal(meanwhile.memory[i], 0xa5);
	expect_good_record();
	fake_machine_destroy(&meanwhile);
}

/* It may come twice; but no other is taken for it. */
static void an_event_that_is_taken_at_once(void **state)
{
	struct fake_cpu *cpu = begin_meanwhile();
	uint32_t first, second;

	(void)state;
	enable_and_take(cpu);
	first = begin_fault(cpu);
	second = begin_fault(cpu);
	other_thread = take_event;
	paracall_async_pf_end(cpu->cpu);
	assert_int_equal(le32toh(*token(&meanwhile)), first);
	*token(&meanwhile) = 0;
	paracall_update(cpu->cpu);
	assert_int_equal(le32toh(*token(&meanwhile)), second);
	expect_good_record();
	fake_machine_destroy(&meanwhile);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, fake_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(enabling_wakes_all),
		TEST(without_the_interrupt_bit_nothing_comes),
		TEST(a_full_slot),
		TEST(a_slot_that_becomes_free),
		TEST(an_apic_that_takes_no_interrupts),
		TEST(disabling),
		TEST(addresses_that_are_no_memory),
		TEST(the_vector_is_the_one_at_that_time),
		cmocka_unit_test(a_reset_while_a_fault_ends),
		cmocka_unit_test(a_reset_while_it_is_refused),
		cmocka_unit_test(an_event_that_is_taken_at_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
