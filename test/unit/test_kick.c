/* SPDX-License-Identifier: GPL-2.0-or-later */
/* KICK_CPU, halts, SEND_IPI and SCHED_YIELD: who is woken, who gets what. */
#include "fake_engine.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>

static int setup(void **state)
{
	static struct fake_machine fake;

	fake.apic_id_step = 2;
	fake_machine_create(&fake, &fake_engine, NULL);
	*state = &fake;
	return 0;
}

static int64_t kick(struct fake_machine *fake, uint64_t apic_id)
{
	return fake_call(&fake->cpus[0], PARACALL_KVM_HC_KICK_CPU, 0, apic_id, 0, 0);
}

static void kick_wakes_a_halted_cpu_once(void **state)
{
	struct fake_machine *fake = *state;

	assert_true(paracall_halt(fake->cpus[1].cpu));
	assert_int_equal(kick(fake, 2), 0);
	assert_int_equal(fake->cpus[1].wakes, 1);
	assert_int_equal(fake->cpus[2].wakes, 0);
	/* It runs again: the next halt is a real one. */
	assert_true(paracall_halt(fake->cpus[1].cpu));
}

static void kick_to_a_running_cpu_is_kept_once(void **state)
{
	struct fake_machine *fake = *state;

	kick(fake, 2);
	kick(fake, 2);
	assert_int_equal(fake->cpus[1].wakes, 0);
	assert_false(paracall_halt(fake->cpus[1].cpu));
	assert_true(paracall_halt(fake->cpus[1].cpu));
}

static void interrupt_ends_a_halt(void **state)
{
	struct fake_machine *fake = *state;

	assert_true(paracall_halt(fake->cpus[1].cpu));
	paracall_resume(fake->cpus[1].cpu);
	kick(fake, 2);
	assert_int_equal(fake->cpus[1].wakes, 0);
	assert_false(paracall_halt(fake->cpus[1].cpu));
}

/* An interrupt that was taken before the halt does not use a kick up. */
static void resume_keeps_a_kick(void **state)
{
	struct fake_machine *fake = *state;

	kick(fake, 2);
	paracall_resume(fake->cpus[1].cpu);
	assert_false(paracall_halt(fake->cpus[1].cpu));
}

static void kick_by_id(void **state)
{
	static const uint64_t absent[] = { 1, 8, 254, 0x1000, UINT32_MAX };
	struct fake_machine *fake = *state;

	for (int i = 1; i < FAKE_CPUS; i++)
		assert_true(paracall_halt(fake->cpus[i].cpu));
	for (size_t i = 0; i < sizeof(absent) / sizeof(absent[0]); i++)
		assert_int_equal(kick(fake, absent[i]), 0);
	for (int i = 0; i < FAKE_CPUS; i++)
		assert_int_equal(fake->cpus[i].wakes, 0);
	assert_int_equal(kick(fake, 0x100000004), 0);
	assert_int_equal(fake->cpus[2].wakes, 1);
	/* The xAPIC's broadcast id: everybody. */
	assert_int_equal(kick(fake, 0xff), 0);
	assert_int_equal(fake->cpus[1].wakes, 1);
	assert_int_equal(fake->cpus[2].wakes, 1);
	assert_int_equal(fake->cpus[3].wakes, 1);
	assert_false(paracall_halt(fake->cpus[0].cpu));
}

/* Ids that an xAPIC can't have; those of 255 and above differ in more than 8 bits. */
static void wide_ids(void **state)
{
	static const uint32_t ids[FAKE_CPUS] = { 0, 255, 256, PARACALL_MAX_APIC_ID };
	struct fake_machine *fake = *state;

	for (int i = FAKE_CPUS - 1; i > 0; i--)
		assert_int_equal(paracall_cpu_set_apic_id(fake->cpus[i].cpu, ids[i]), 0);
	for (int i = 0; i < FAKE_CPUS; i++)
		assert_true(paracall_halt(fake->cpus[i].cpu));
	assert_int_equal(kick(fake, PARACALL_MAX_APIC_ID), 0);
	assert_int_equal(fake->cpus[3].wakes, 1);
	assert_int_equal(kick(fake, 256), 0);
	assert_int_equal(fake->cpus[2].wakes, 1);
	assert_int_equal(fake->cpus[0].wakes, 0);
	/* Still everybody; the caller runs. */
	assert_int_equal(kick(fake, 255), 0);
	assert_int_equal(fake->cpus[0].wakes, 0);
	assert_int_equal(fake->cpus[1].wakes, 1);
	assert_false(paracall_halt(fake->cpus[0].cpu));
}

/* Its halt ended, of which nobody told the library: what calls, runs. */
static void kick_of_itself_wakes_nobody(void **state)
{
	static const uint64_t ids[] = { 0, 0xff };
	struct fake_machine *fake = *state;

	for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
		assert_true(paracall_halt(fake->cpus[0].cpu));
		assert_int_equal(kick(fake, ids[i]), 0);
		assert_int_equal(fake->cpus[0].wakes, 0);
		assert_false(paracall_halt(fake->cpus[0].cpu));
	}
	assert_true(paracall_halt(fake->cpus[0].cpu));
	/* KVM's remote-read mode is a kick. */
	assert_int_equal(fake_call(&fake->cpus[0], PARACALL_KVM_HC_SEND_IPI, 1, 0, 0,
				   PARACALL_ICR_MODE_RESERVED << 8),
			 1);
	assert_int_equal(fake->cpus[0].wakes, 0);
	assert_false(paracall_halt(fake->cpus[0].cpu));
	assert_true(paracall_halt(fake->cpus[0].cpu));
}

static void reset_forgets_kicks_and_halts(void **state)
{
	struct fake_machine *fake = *state;

	kick(fake, 2);
	assert_true(paracall_halt(fake->cpus[2].cpu));
	paracall_machine_reset(fake->machine, NULL);
	assert_true(paracall_halt(fake->cpus[1].cpu));
	kick(fake, 4);
	assert_int_equal(fake->cpus[2].wakes, 0);
}

/*
 * Two threads kick each other out of halts, in turn; a lost kick would hang this. A halt may
 * also end because the wake-up of an earlier one is not over.
 */
#define ROUNDS 20000

struct player {
	struct fake_machine *fake;
	struct fake_cpu *self;
	uint64_t other;
	/* The index of the player whose turn it is. */
	uint64_t *turn;
};

static void halt_until_woken(struct fake_cpu *cpu)
{
	unsigned int wakes = __atomic_load_n(&cpu->wakes, __ATOMIC_SEQ_CST);

	if (!paracall_halt(cpu->cpu))
		return;
	while (__atomic_load_n(&cpu->wakes, __ATOMIC_SEQ_CST) == wakes)
		sched_yield();
}

static void *play(void *argument)
{
	struct player *player = argument;

	for (int i = 0; i < ROUNDS; i++) {
		while (__atomic_load_n(player->turn, __ATOMIC_SEQ_CST) == player->other)
			halt_until_woken(player->self);
		__atomic_store_n(player->turn, player->other, __ATOMIC_SEQ_CST);
		fake_call(player->self, PARACALL_KVM_HC_KICK_CPU, 0, player->other, 0, 0);
	}
	return NULL;
}

static void no_kick_is_lost_between_threads(void **state)
{
	struct fake_machine *fake = *state;
	uint64_t turn = 0;
	struct player players[2] = {
		{ .fake = fake, .self = &fake->cpus[0], .other = 2, .turn = &turn },
		{ .fake = fake, .self = &fake->cpus[1], .other = 0, .turn = &turn },
	};
	struct paracall_statistics *statistics = paracall_machine_statistics(fake->machine);
	pthread_t threads[2];

	for (int i = 0; i < 2; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, play, &players[i]), 0);
	for (int i = 0; i < 2; i++)
		assert_int_equal(pthread_join(threads[i], NULL), 0);
	assert_int_equal(paracall_statistics_total(statistics, kicks_woke) +
				 paracall_statistics_total(statistics, kicks_left),
			 2 * ROUNDS);
}

/* What the target does between a kick that finds it halted, and its wake-up. */
static struct {
	struct fake_cpu *cpu;
	struct fake_machine *fake;
	bool is_reset;
	bool is_kicked;
	unsigned int halts;
} late;

static void wake_late(void *cpu, void *target, uint32_t apic_id)
{
	if (late.cpu == target) {
		late.cpu = NULL;
		paracall_resume(late.fake->cpus[1].cpu);
		if (late.is_reset)
			paracall_machine_reset(late.fake->machine, NULL);
		late.halts = 0;
		for (int i = 0; i < 3; i++)
			late.halts += paracall_halt(late.fake->cpus[1].cpu);
		if (late.is_kicked)
			fake_call(&late.fake->cpus[2], PARACALL_KVM_HC_KICK_CPU, 0, 2, 0, 0);
	}
	fake_engine.wake(cpu, target, apic_id);
}

static void create_late(struct fake_machine *fake, bool is_kicked, bool is_reset)
{
	struct paracall_engine engine = fake_engine;

	engine.wake = wake_late;
	fake->apic_id_step = 2;
	fake_machine_create(fake, &engine, NULL);
	late.fake = fake;
	late.cpu = &fake->cpus[1];
	late.is_kicked = is_kicked;
	late.is_reset = is_reset;
}

/*
 * An interrupt comes first. A later halt that the wake-up would end, and that would be taken
 * for one that lasts, costs the next kick.
 */
static void a_late_wake_ends_no_later_halt(void **state)
{
	static struct fake_machine fake;

	(void)state;
	create_late(&fake, false, false);
	assert_true(paracall_halt(fake.cpus[1].cpu));
	assert_int_equal(kick(&fake, 2), 0);
	assert_int_equal(late.halts, 0);
	assert_int_equal(fake.cpus[1].wakes, 1);
	/* It runs. */
	assert_int_equal(kick(&fake, 2), 0);
	assert_int_equal(fake.cpus[1].wakes, 1);
	assert_false(paracall_halt(fake.cpus[1].cpu));
	assert_true(paracall_halt(fake.cpus[1].cpu));
	assert_int_equal(kick(&fake, 2), 0);
	assert_int_equal(fake.cpus[1].wakes, 2);
	fake_machine_destroy(&fake);
}

static void a_kick_during_a_wake_is_kept(void **state)
{
	static struct fake_machine fake;

	(void)state;
	create_late(&fake, true, false);
	assert_true(paracall_halt(fake.cpus[1].cpu));
	assert_int_equal(kick(&fake, 2), 0);
	assert_int_equal(fake.cpus[1].wakes, 1);
	paracall_resume(fake.cpus[1].cpu);
	assert_false(paracall_halt(fake.cpus[1].cpu));
	assert_true(paracall_halt(fake.cpus[1].cpu));
	fake_machine_destroy(&fake);
}

static void a_reset_does_not_stop_a_wake(void **state)
{
	static struct fake_machine fake;

	(void)state;
	create_late(&fake, false, true);
	assert_true(paracall_halt(fake.cpus[1].cpu));
	assert_int_equal(kick(&fake, 2), 0);
	assert_int_equal(late.halts, 0);
	assert_true(paracall_halt(fake.cpus[1].cpu));
	assert_int_equal(kick(&fake, 2), 0);
	assert_int_equal(fake.cpus[1].wakes, 2);
	fake_machine_destroy(&fake);
}

static int64_t send_ipi(struct fake_machine *fake, uint64_t low, uint64_t high, uint64_t lowest,
			uint64_t icr)
{
	return fake_call(&fake->cpus[0], PARACALL_KVM_HC_SEND_IPI, low, high, lowest, icr);
}

static void ipi_goes_to_the_set(void **state)
{
	struct fake_machine *fake = *state;

	assert_int_equal(send_ipi(fake, UINT64_MAX, UINT64_MAX, 0, 0xf1), 4);
	assert_int_equal(send_ipi(fake, 1 << 2 | 1 << 3, 0, 2, 0xf2), 1);
	assert_int_equal(fake->cpus[2].interrupts, 2);
	assert_int_equal(fake->cpus[2].interrupt.vector, 0xf2);
	assert_int_equal(fake->cpus[1].interrupts, 1);
	assert_int_equal(fake->cpus[1].interrupt.vector, 0xf1);
	assert_int_equal(send_ipi(fake, 0, 0, 0, 0xf1), 0);
	assert_int_equal(send_ipi(fake, UINT64_MAX, 0, 4096, 0xf1), 0);
	/* Ids that wrap around name no vCPU. */
	assert_int_equal(send_ipi(fake, UINT64_MAX, 0, UINT32_MAX, 0xf1), 0);
	assert_int_equal(send_ipi(fake, 0, UINT64_MAX, (uint32_t)-64, 0xf1), 4);
}

/* To ids of more than 8 bits, in both words, across the end of a cluster. */
static void ipi_to_wide_ids(void **state)
{
	static const uint32_t ids[FAKE_CPUS] = { 0, 255, 256, PARACALL_MAX_APIC_ID };
	static const struct {
		uint64_t low, high, lowest;
		int64_t result;
	} cases[] = {
		{ 1, 0, 255, 1 },
		{ 3, 0, 255, 2 },
		{ UINT64_C(1) << 63, 1, 192, 2 },
		{ 0, UINT64_MAX, 192, 1 },
		{ 0, 2, 191, 1 },
		{ UINT64_MAX, 0, PARACALL_MAX_APIC_ID - 63, 1 },
		{ UINT64_MAX, UINT64_MAX, PARACALL_MAX_APIC_ID - 127, 1 },
		{ UINT64_MAX, UINT64_MAX, PARACALL_MAX_APIC_ID + 1, 0 },
		{ UINT64_MAX, UINT64_MAX, UINT64_C(0xffffffff00000000), 1 },
		/* As KVM: a word that begins above all ids names no vCPU. */
		{ UINT64_MAX, UINT64_MAX, 0xffffffbf, 0 },
		{ UINT64_MAX, UINT64_MAX, 0xffffffc0, 1 },
		{ UINT64_MAX, UINT64_MAX, 0xffffffff, 0 },
		{ UINT64_MAX, UINT64_MAX, 0x01000000, 0 },
	};
	struct fake_machine *fake = *state;

	for (int i = FAKE_CPUS - 1; i > 0; i--)
		assert_int_equal(paracall_cpu_set_apic_id(fake->cpus[i].cpu, ids[i]), 0);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_int_equal(send_ipi(fake, cases[i].low, cases[i].high, cases[i].lowest,
					  0x40),
				 cases[i].result);
	assert_int_equal(fake->cpus[0].interrupts, 2);
	assert_int_equal(fake->cpus[1].interrupts, 3);
	assert_int_equal(fake->cpus[2].interrupts, 4);
	assert_int_equal(fake->cpus[3].interrupts, 2);
}

static void ipi_clusters_depend_on_the_mode(void **state)
{
	struct paracall_options options = fake_options();
	struct fake_machine fake = { .apic_id_step = 32 };

	(void)state;
	fake_machine_create(&fake, &fake_engine, &options);
	/* Ids 0, 32, 64, 96. */
	assert_int_equal(send_ipi(&fake, 0, 1, 0, 0x40), 1);
	assert_int_equal(fake.cpus[2].interrupts, 1);
	assert_int_equal(fake_call_in(&fake.cpus[0], 0, PARACALL_KVM_HC_SEND_IPI, 0, 1, 0,
				      0x40),
			 1);
	assert_int_equal(fake.cpus[1].interrupts, 1);
	fake_machine_destroy(&fake);
}

static void ipi_modes(void **state)
{
	static const struct {
		uint64_t icr;
		int64_t result;
	} cases[] = {
		{ PARACALL_ICR_LOGICAL | 0x40, -PARACALL_KVM_EINVAL },
		{ 1 << 18 | 0x40, -PARACALL_KVM_EINVAL },
		{ 2 << 18 | 0x40, -PARACALL_KVM_EINVAL },
		{ PARACALL_ICR_MODE_FIXED << 8 | 5, 1 },
		{ PARACALL_ICR_MODE_LOWEST << 8 | 0x40, 1 },
		{ PARACALL_ICR_MODE_SMI << 8, 1 },
		{ PARACALL_ICR_MODE_RESERVED << 8, 1 },
		{ PARACALL_ICR_MODE_NMI << 8, 1 },
		{ PARACALL_ICR_MODE_INIT << 8, 1 },
		{ PARACALL_ICR_MODE_STARTUP << 8 | 8, 1 },
		{ PARACALL_ICR_MODE_EXTINT << 8 | 0x40, 0 },
		{ PARACALL_ICR_LEVEL_TRIGGERED | 0x40, 0 },
		{ PARACALL_ICR_LEVEL_TRIGGERED | PARACALL_ICR_ASSERT | 0x40, 1 },
		{ PARACALL_ICR_LEVEL_TRIGGERED | PARACALL_ICR_MODE_INIT << 8, 0 },
		{ UINT64_C(0xffffffff00000000) | 0x40, 1 },
	};
	struct fake_machine *fake = *state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_int_equal(send_ipi(fake, 1 << 2, 0, 0, cases[i].icr), cases[i].result);
	/* KVM's remote-read mode is a kick. */
	assert_true(paracall_halt(fake->cpus[2].cpu));
	assert_int_equal(send_ipi(fake, 1 << 4, 0, 0, PARACALL_ICR_MODE_RESERVED << 8), 1);
	assert_int_equal(fake->cpus[2].wakes, 1);
}

/* Each mode by trigger and level: whether it is taken, and what the engine gets. */
static void ipi_modes_by_level(void **state)
{
	/* Bits: edge deasserted, edge asserted, level deasserted, level asserted. */
	static const struct {
		uint32_t command;
		uint32_t taken;
		bool reaches_engine;
	} cases[] = {
		{ PARACALL_ICR_MODE_FIXED << 8 | 16, 0xb, true },
		{ PARACALL_ICR_MODE_FIXED << 8 | 15, 0xb, false },
		{ PARACALL_ICR_MODE_FIXED << 8, 0xb, false },
		{ PARACALL_ICR_MODE_LOWEST << 8 | 255, 0xb, true },
		{ PARACALL_ICR_MODE_LOWEST << 8 | 5, 0xb, false },
		{ PARACALL_ICR_MODE_SMI << 8, 0xf, true },
		{ PARACALL_ICR_MODE_RESERVED << 8, 0xf, false },
		{ PARACALL_ICR_MODE_NMI << 8, 0xf, true },
		{ PARACALL_ICR_MODE_INIT << 8, 0xb, true },
		{ PARACALL_ICR_MODE_STARTUP << 8 | 1, 0xf, true },
		{ PARACALL_ICR_MODE_EXTINT << 8 | 0x40, 0, false },
	};
	struct fake_machine *fake = *state;
	struct fake_cpu *target = &fake->cpus[3];

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		for (uint32_t level = 0; level < 4; level++) {
			uint64_t icr = cases[i].command | level << 14;
			bool taken = cases[i].taken >> level & 1;

			target->interrupts = 0;
			assert_int_equal(send_ipi(fake, 1, 0, 6, icr), taken);
			assert_int_equal(target->interrupts, taken && cases[i].reaches_engine);
			if (!target->interrupts)
				continue;
			assert_int_equal(target->interrupt.delivery_mode,
					 cases[i].command >> 8);
			assert_int_equal(target->interrupt.vector, cases[i].command & 0xff);
			assert_int_equal(target->interrupt.assert_level, level & 1);
			assert_int_equal(target->interrupt.level_triggered, level >> 1);
		}
	}
}

#define ID_CHANGES 500000

/* The engine's, of vCPU 1 only: the ids under which interrupts come for it. */
static _Atomic(uint64_t) sent_to[8];

static bool note_id(void *cpu, void *target, uint32_t apic_id,
		    const struct paracall_interrupt *interrupt)
{
	(void)cpu;
	(void)target;
	(void)interrupt;
	atomic_fetch_add(&sent_to[apic_id < 8 ? apic_id : 0], 1);
	return true;
}

static _Atomic(bool) ids_are_done;

static void *send_to_six(void *argument)
{
	struct fake_cpu *sender = argument;
	unsigned int sends = 0;

	while (!atomic_load(&ids_are_done)) {
		fake_call(sender, PARACALL_KVM_HC_SEND_IPI, 1, 0, 6, 0x40);
		fake_give_way(&sends);
	}
	return NULL;
}

/* A vCPU that is found by its id is ready for what is sent to that id. */
static void no_ipi_is_lost_while_ids_change(void **state)
{
	struct paracall_engine engine = fake_engine;
	static struct fake_machine fake;
	pthread_t sender;

	(void)state;
	engine.send_interrupt = note_id;
	fake_machine_create(&fake, &engine, NULL);
	paracall_machine_remove_cpu(fake.cpus[1].cpu);
	atomic_store(&ids_are_done, false);
	assert_int_equal(pthread_create(&sender, NULL, send_to_six, &fake.cpus[0]), 0);
	for (unsigned int i = 0; i < ID_CHANGES || !atomic_load(&sent_to[6]); i++) {
		struct paracall_cpu *cpu = paracall_machine_add_cpu(fake.machine, 1, &fake);

		assert_int_equal(paracall_cpu_set_apic_id(cpu, 6), 0);
		if (i >= ID_CHANGES)
			sched_yield();
		/* Sometimes it goes, sometimes it has another id before. */
		if (i % 2)
			assert_int_equal(paracall_cpu_set_apic_id(cpu, 7), 0);
		paracall_machine_remove_cpu(cpu);
	}
	atomic_store(&ids_are_done, true);
	pthread_join(sender, NULL);
	for (unsigned int id = 0; id < 8; id++)
		assert_true(id == 6 ? sent_to[id] : !sent_to[id]);
	fake_machine_destroy(&fake);
}

/* The shortest way of a call counts on it that the engine can. */
static void an_engine_can_cease_to_wake(void **state)
{
	struct fake_machine *fake = *state;

	assert_int_equal(fake_call(&fake->cpus[0], PARACALL_KVM_HC_KICK_CPU, 0, 1, 0, 0), 0);
	paracall_machine_withdraw(fake->machine, PARACALL_CAN_REPORT_RUN_DELAY);
	assert_int_equal(fake_call(&fake->cpus[0], PARACALL_KVM_HC_KICK_CPU, 0, 1, 0, 0), 0);
	paracall_machine_withdraw(fake->machine, PARACALL_CAN_WAKE);
	assert_true(paracall_halt(fake->cpus[2].cpu));
	assert_int_equal(fake_call(&fake->cpus[0], PARACALL_KVM_HC_KICK_CPU, 0, 2, 0, 0),
			 -PARACALL_KVM_ENOSYS);
	assert_int_equal(fake->cpus[2].wakes, 0);
	assert_int_equal(fake_call(&fake->cpus[0], PARACALL_KVM_HC_VAPIC_POLL_IRQ, 0, 0, 0, 0),
			 0);
}

static void yield_is_a_hint(void **state)
{
	static const uint64_t ids[] = { 0, 2, 7, 0xff, 0x100000004, UINT64_MAX };
	struct fake_machine *fake = *state;

	for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++)
		assert_int_equal(fake_call(&fake->cpus[0], PARACALL_KVM_HC_SCHED_YIELD, ids[i],
					   0, 0, 0),
				 0);
	assert_int_equal(fake->cpus[0].yields, 0);
	assert_int_equal(fake->cpus[1].yields, 1);
	assert_int_equal(fake->cpus[2].yields, 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, fake_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(kick_wakes_a_halted_cpu_once),
		TEST(kick_to_a_running_cpu_is_kept_once),
		TEST(interrupt_ends_a_halt),
		TEST(resume_keeps_a_kick),
		TEST(kick_by_id),
		TEST(wide_ids),
		TEST(kick_of_itself_wakes_nobody),
		TEST(reset_forgets_kicks_and_halts),
		TEST(no_kick_is_lost_between_threads),
		cmocka_unit_test(a_late_wake_ends_no_later_halt),
		cmocka_unit_test(a_kick_during_a_wake_is_kept),
		cmocka_unit_test(a_reset_does_not_stop_a_wake),
		TEST(ipi_goes_to_the_set),
		TEST(ipi_clusters_depend_on_the_mode),
		TEST(ipi_to_wide_ids),
		TEST(ipi_modes),
		TEST(ipi_modes_by_level),
		cmocka_unit_test(no_ipi_is_lost_while_ids_change),
		TEST(an_engine_can_cease_to_wake),
		TEST(yield_is_a_hint),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
