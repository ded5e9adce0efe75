/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Another state of the machine is loaded: how that is found out, and what is left. */
#include "fake_engine.h"

#include <endian.h>
#include <string.h>

#define PAGE 0x1000
#define STEAL_PAGE 0x2000
#define EOI_WORD 0x3000
#define OTHER_PAGE 0x4000

#define SYSTEM_TIME PARACALL_KVM_MSR_SYSTEM_TIME_NEW

static int setup(void **state)
{
	static struct fake_machine fake;

	memset(&fake, 0, sizeof(fake));
	fake.apic_id_step = 2;
	fake_machine_create(&fake, &fake_engine, NULL);
	*state = &fake;
	return 0;
}

static uint64_t address_of(int cpu)
{
	return PAGE + 64 * cpu;
}

static struct paracall_pvclock_vcpu_time_info *page_of(struct fake_machine *fake, int cpu)
{
	return (struct paracall_pvclock_vcpu_time_info *)(fake->memory + address_of(cpu));
}

static void register_clocks(struct fake_machine *fake)
{
	for (int i = 0; i < FAKE_CPUS; i++)
		fake_wrmsr(&fake->cpus[i], SYSTEM_TIME, address_of(i) | 1);
}

static enum paracall_mark check(struct fake_machine *fake)
{
	return paracall_check_mark(fake->cpus[2].cpu);
}

static bool set(struct fake_machine *fake)
{
	return paracall_set_mark(fake->cpus[1].cpu);
}

/* ---- marks ---- */

static void no_page_no_mark(void **state)
{
	static const uint8_t zeros[FAKE_MEMORY_SIZE];
	struct fake_machine *fake = *state;

	assert_false(set(fake));
	assert_int_equal(check(fake), PARACALL_MARK_NONE);
	assert_memory_equal(fake->memory, zeros, sizeof(zeros));
}

static void mark_is_an_update_that_changes_nothing(void **state)
{
	struct fake_machine *fake = *state;
	struct paracall_pvclock_vcpu_time_info before;

	register_clocks(fake);
	before = *page_of(fake, 0);
	assert_true(set(fake));
	assert_int_equal(check(fake), PARACALL_MARK_KEPT);
	assert_int_equal(le32toh(page_of(fake, 0)->version), le32toh(before.version) + 2);
	before.version = htole32(le32toh(before.version) + 2);
	assert_memory_equal(page_of(fake, 0), &before, sizeof(before));
}

static void older_state_has_not_got_it(void **state)
{
	static uint8_t saved[FAKE_MEMORY_SIZE];
	struct fake_machine *fake = *state;

	register_clocks(fake);
	assert_true(set(fake));
	memcpy(saved, fake->memory, sizeof(saved));
	/* Saved and loaded with nothing in between it is the same. */
	assert_int_equal(check(fake), PARACALL_MARK_KEPT);
	assert_true(set(fake));
	memcpy(fake->memory, saved, sizeof(saved));
	assert_int_equal(check(fake), PARACALL_MARK_GONE);
}

static void other_guest_has_not_got_it(void **state)
{
	struct fake_machine *fake = *state;

	register_clocks(fake);
	assert_true(set(fake));
	memset(fake->memory, 0, FAKE_MEMORY_SIZE);
	assert_int_equal(check(fake), PARACALL_MARK_GONE);
}

/* It puts back the flag that says that it was stopped. */
static void guest_may_change_the_flags(void **state)
{
	struct fake_machine *fake = *state;

	register_clocks(fake);
	assert_true(set(fake));
	page_of(fake, 0)->flags ^= PARACALL_PVCLOCK_GUEST_STOPPED;
	assert_int_equal(check(fake), PARACALL_MARK_KEPT);
}

static void what_the_host_writes_is_no_load(void **state)
{
	struct fake_machine *fake = *state;

	register_clocks(fake);
	assert_true(set(fake));
	fake_wrmsr(&fake->cpus[0], SYSTEM_TIME, address_of(0) | 1);
	assert_int_equal(check(fake), PARACALL_MARK_NONE);
	assert_true(set(fake));
	paracall_machine_was_paused(fake->machine);
	paracall_update(fake->cpus[0].cpu);
	assert_int_equal(check(fake), PARACALL_MARK_NONE);
	assert_true(set(fake));
	fake_wrmsr(&fake->cpus[0], SYSTEM_TIME, 0);
	memset(page_of(fake, 0), 0xff, sizeof(*page_of(fake, 0)));
	assert_int_equal(check(fake), PARACALL_MARK_NONE);
}

/* What stands there is not the host's; a guest can do so. */
static void page_that_was_overwritten_gets_no_mark(void **state)
{
	struct paracall_pvclock_vcpu_time_info filled;
	struct fake_machine *fake = *state;

	fake_wrmsr(&fake->cpus[0], SYSTEM_TIME, address_of(0) | 1);
	memset(&filled, 0x55, sizeof(filled));
	*page_of(fake, 0) = filled;
	assert_false(set(fake));
	assert_memory_equal(page_of(fake, 0), &filled, sizeof(filled));
	assert_int_equal(check(fake), PARACALL_MARK_NONE);
}

static void reset_takes_marks_away(void **state)
{
	struct fake_machine *fake = *state;

	register_clocks(fake);
	assert_true(set(fake));
	paracall_machine_reset(fake->machine, NULL);
	memset(fake->memory, 0, FAKE_MEMORY_SIZE);
	assert_int_equal(check(fake), PARACALL_MARK_NONE);
	assert_false(set(fake));
}

/* ---- after a load ---- */

/* Everything that ever writes into pages is asked to. */
static void nothing_foreign_is_written(void **state)
{
	static uint8_t loaded[FAKE_MEMORY_SIZE];
	struct fake_machine *fake = *state;

	register_clocks(fake);
	for (int i = 0; i < FAKE_CPUS; i++) {
		fake_wrmsr(&fake->cpus[i], PARACALL_KVM_MSR_STEAL_TIME,
			   (STEAL_PAGE + 64 * i) | 1);
		fake_wrmsr(&fake->cpus[i], PARACALL_KVM_MSR_PV_EOI_EN, (EOI_WORD + 4 * i) | 1);
	}
	paracall_machine_was_paused(fake->machine);
	memset(loaded, 0xa5, sizeof(loaded));
	memcpy(fake->memory, loaded, sizeof(loaded));
	paracall_machine_loaded(fake->machine, fake->cpus[1].cpu);
	for (int i = 0; i < FAKE_CPUS; i++) {
		fake->cpus[i].run_delay += 1000000;
		paracall_update(fake->cpus[i].cpu);
		paracall_adjust_clock(fake->cpus[i].cpu, fake->clocks.tsc);
		paracall_machine_was_paused(fake->machine);
		paracall_update(fake->cpus[i].cpu);
		set(fake);
		assert_int_equal(fake_rdmsr(&fake->cpus[i], SYSTEM_TIME), 0);
		assert_int_equal(fake_rdmsr(&fake->cpus[i], PARACALL_KVM_MSR_STEAL_TIME), 0);
		assert_int_equal(fake_rdmsr(&fake->cpus[i], PARACALL_KVM_MSR_PV_EOI_EN), 0);
	}
	assert_memory_equal(fake->memory, loaded, sizeof(loaded));
	/* What the guest registers from here on is served. */
	fake_wrmsr(&fake->cpus[0], SYSTEM_TIME, OTHER_PAGE | 1);
	assert_memory_not_equal(fake->memory + OTHER_PAGE, loaded,
				sizeof(struct paracall_pvclock_vcpu_time_info));
}

static int64_t kick(struct fake_machine *fake, uint64_t apic_id)
{
	return fake_call(&fake->cpus[0], PARACALL_KVM_HC_KICK_CPU, 0, apic_id, 0, 0);
}

/* It may sleep, or be about to, or have been kicked before: each is served. */
static void kick_after_a_load_wakes_and_is_kept(void **state)
{
	struct fake_machine *fake = *state;

	paracall_machine_loaded(fake->machine, fake->cpus[0].cpu);
	kick(fake, 2);
	assert_int_equal(fake->cpus[1].wakes, 1);
	assert_false(paracall_halt(fake->cpus[1].cpu));
	assert_true(paracall_halt(fake->cpus[1].cpu));
	kick(fake, 2);
	assert_int_equal(fake->cpus[1].wakes, 2);
	assert_true(paracall_halt(fake->cpus[1].cpu));
}

static void first_halt_after_a_load_ends(void **state)
{
	struct fake_machine *fake = *state;

	assert_true(paracall_halt(fake->cpus[2].cpu));
	paracall_machine_loaded(fake->machine, fake->cpus[0].cpu);
	for (int i = 1; i < FAKE_CPUS; i++) {
		assert_false(paracall_halt(fake->cpus[i].cpu));
		assert_true(paracall_halt(fake->cpus[i].cpu));
	}
}

/* That one runs, alone or among all. */
static void kick_of_itself_after_a_load_wakes_nobody(void **state)
{
	static const uint64_t ids[] = { 0, 0xff };
	struct fake_machine *fake = *state;

	for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
		paracall_machine_loaded(fake->machine, fake->cpus[0].cpu);
		kick(fake, ids[i]);
		assert_int_equal(fake->cpus[0].wakes, 0);
		assert_int_equal(fake->cpus[1].wakes, i);
		assert_false(paracall_halt(fake->cpus[0].cpu));
		assert_true(paracall_halt(fake->cpus[0].cpu));
	}
}

/* It has not used up what may have been there. */
static void interrupt_after_a_load(void **state)
{
	struct fake_machine *fake = *state;

	paracall_machine_loaded(fake->machine, fake->cpus[0].cpu);
	paracall_resume(fake->cpus[1].cpu);
	kick(fake, 2);
	assert_int_equal(fake->cpus[1].wakes, 0);
	assert_false(paracall_halt(fake->cpus[1].cpu));
	assert_true(paracall_halt(fake->cpus[1].cpu));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(no_page_no_mark, setup, fake_teardown),
		cmocka_unit_test_setup_teardown(mark_is_an_update_that_changes_nothing, setup,
						fake_teardown),
		cmocka_unit_test_setup_teardown(older_state_has_not_got_it, setup,
						fake_teardown),
		cmocka_unit_test_setup_teardown(other_guest_has_not_got_it, setup,
						fake_teardown),
		cmocka_unit_test_setup_teardown(guest_may_change_the_flags, setup,
						fake_teardown),
		cmocka_unit_test_setup_teardown(what_the_host_writes_is_no_load, setup,
						fake_teardown),
		cmocka_unit_test_setup_teardown(page_that_was_overwritten_gets_no_mark, setup,
						fake_teardown),
		cmocka_unit_test_setup_teardown(reset_takes_marks_away, setup, fake_teardown),
		cmocka_unit_test_setup_teardown(nothing_foreign_is_written, setup,
						fake_teardown),
		cmocka_unit_test_setup_teardown(kick_after_a_load_wakes_and_is_kept, setup,
						fake_teardown),
		cmocka_unit_test_setup_teardown(kick_of_itself_after_a_load_wakes_nobody, setup,
						fake_teardown),
		cmocka_unit_test_setup_teardown(first_halt_after_a_load_ends, setup,
						fake_teardown),
		cmocka_unit_test_setup_teardown(interrupt_after_a_load, setup, fake_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
