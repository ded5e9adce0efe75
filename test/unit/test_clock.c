/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * kvmclock, the wall clock and CLOCK_PAIRING: what the guest reads, how it sees
 * it change, and when it is left alone.
 */
#include "fake_engine.h"

#include "../../lib/x86/clock.h"

#include <endian.h>
#include <pthread.h>
#include <string.h>

#define PAGE 0x1000
#define WALL_PAGE 0x2000
#define PAIRING_PAGE 0x3000
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

#define SYSTEM_TIME PARACALL_KVM_MSR_SYSTEM_TIME_NEW
#define SYSTEM_TIME_OLD PARACALL_KVM_MSR_SYSTEM_TIME
#define WALL_CLOCK PARACALL_KVM_MSR_WALL_CLOCK_NEW
#define STABLE PARACALL_PVCLOCK_TSC_STABLE
#define STOPPED PARACALL_PVCLOCK_GUEST_STOPPED

/* Each vCPU has 64 bytes. */
static uint64_t address_of(int cpu)
{
	return PAGE + 64 * cpu;
}

static struct paracall_pvclock_vcpu_time_info *page_of(struct fake_machine *fake, int cpu)
{
	return (struct paracall_pvclock_vcpu_time_info *)(fake->memory + address_of(cpu));
}

static void register_clock(struct fake_machine *fake, int cpu, uint32_t msr)
{
	fake_wrmsr(&fake->cpus[cpu], msr, address_of(cpu) | 1);
}

/*
 * ---- Conversion ------------------------------------------------------------
 */

static void multiplier_and_shift(void **state)
{
	static const struct {
		uint64_t frequency;
		struct clock_scale scale;
	} cases[] = {
		{ 1000000000, { 0x80000000, 1 } },
		{ 2000000000, { 0x80000000, 0 } },
		{ 2400000000, { 0xd5555555, -1 } },
		{ 3000000000, { 0xaaaaaaaa, -1 } },
		{ UINT64_C(5000000000), { 0xcccccccc, -2 } },
		{ 24000000, { 0xa6aaaaaa, 6 } },
		{ 1000000, { 0xfa000000, 10 } },
		{ 2599998000, { 0xc4ec58b2, -1 } },
		{ UINT64_C(1) << 32, { 0xee6b2800, -2 } },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct clock_scale scale = paracall_clock_scale(cases[i].frequency);

		assert_int_equal(scale.multiplier, cases[i].scale.multiplier);
		assert_int_equal(scale.shift, cases[i].scale.shift);
	}
}

/* Any frequency ends, and gives a multiplier to divide by. */
static void any_frequency(void **state)
{
	(void)state;
	assert_true(paracall_clock_scale(0).multiplier);
	for (unsigned int bit = 0; bit < 64; bit++) {
		uint64_t power = UINT64_C(1) << bit;

		assert_true(paracall_clock_scale(power).multiplier);
		assert_true(paracall_clock_scale(power - 1).multiplier);
		assert_true(paracall_clock_scale(power + power / 3).multiplier);
	}
	assert_true(paracall_clock_scale(UINT64_MAX).multiplier);
}

/* pvclock-abi.h's formula, the product taken in two halves. */
static uint64_t convert(struct clock_scale scale, uint64_t ticks)
{
	uint64_t low;

	ticks = scale.shift < 0 ? ticks >> -scale.shift : ticks << scale.shift;
	low = (ticks & UINT32_MAX) * scale.multiplier >> 32;
	return (ticks >> 32) * scale.multiplier + low;
}

static void nanoseconds_by_the_formula(void **state)
{
	static const uint64_t ticks[] = { 0,
					  1,
					  999,
					  2400000000,
					  UINT32_MAX,
					  UINT64_C(1) << 32,
					  UINT64_C(0x123456789abcdef),
					  UINT64_C(1) << 62 };
	static const uint64_t frequencies[] = { 24000000, 1000000000, 2400000000,
						UINT64_C(5000000000) };

	(void)state;
	for (size_t i = 0; i < COUNT(frequencies); i++) {
		struct clock_scale scale = paracall_clock_scale(frequencies[i]);
		uint64_t day = 86400 * frequencies[i];

		for (size_t j = 0; j < COUNT(ticks); j++)
			assert_int_equal(paracall_clock_nanoseconds(scale, ticks[j]),
					 convert(scale, ticks[j]));
		/* A day is one, to a part in 2^31. */
		assert_in_range(paracall_clock_nanoseconds(scale, day),
				UINT64_C(86400000000000) - 86400000000000 / 0x80000000 - 1,
				UINT64_C(86400000000000));
	}
}

/*
 * ---- kvmclock --------------------------------------------------------------
 */

static void expect_page(const struct paracall_pvclock_vcpu_time_info *page, uint32_t version,
			uint8_t flags)
{
	const struct paracall_pvclock_vcpu_time_info expected = {
		.version = htole32(version),
		.tsc_to_system_mul = htole32(0xd5555555),
		.tsc_shift = -1,
		.flags = flags,
	};

	assert_memory_equal(page, &expected, sizeof(expected));
}

/* All of it, at once, and the same for all vCPUs. */
static void registering_writes_the_page(void **state)
{
	struct fake_machine *fake = *state;

	memset(fake->memory, 0xa5, sizeof(fake->memory));
	for (int i = 0; i < FAKE_CPUS; i++) {
		page_of(fake, i)->version = 0;
		page_of(fake, i)->flags = 0;
		register_clock(fake, i, SYSTEM_TIME);
		expect_page(page_of(fake, i), 2, STABLE);
		/* And nothing after it. */
		for (size_t j = 32; j < 64; j++)
			assert_int_equal(fake->memory[address_of(i) + j], 0xa5);
	}
	assert_int_equal(fake->memory[PAGE - 1], 0xa5);
}

/* The time-stamp counter's frequency is asked of the engine, once is enough. */
static void other_frequencies(void **state)
{
	struct fake_machine *fake = *state;

	fake->tsc_frequency = 1000000;
	register_clock(fake, 0, SYSTEM_TIME);
	assert_int_equal(le32toh(page_of(fake, 0)->tsc_to_system_mul), 0xfa000000);
	assert_int_equal(page_of(fake, 0)->tsc_shift, 10);
}

/* Each change, as an observer sees it. */
static struct {
	size_t address, size;
	uint8_t copies[8][64];
	size_t count;
} seen;

static void observe(struct fake_machine *fake)
{
	assert_true(seen.count < COUNT(seen.copies));
	memcpy(seen.copies[seen.count++], fake->memory + seen.address, seen.size);
}

static void watch(struct fake_machine *fake, size_t address, size_t size)
{
	seen.address = address;
	seen.size = size;
	seen.count = 0;
	fake->after_write = observe;
}

static const struct {
	uint32_t before, meanwhile, after;
} versions[] = {
	{ 0, 1, 2 },	      { 1, 3, 4 }, { 2, 3, 4 }, { UINT32_MAX - 1, UINT32_MAX, 0 },
	{ UINT32_MAX, 1, 2 },
};

/* The version comes first in both structures. */
static void expect_steps(uint32_t meanwhile, uint32_t after, const void *before,
			 const void *now)
{
	static const struct {
		bool is_new, is_over;
	} steps[] = { { false, false }, { true, false }, { true, true } };

	assert_int_equal(seen.count, COUNT(steps));
	for (size_t i = 0; i < COUNT(steps); i++) {
		uint32_t version;

		memcpy(&version, seen.copies[i], sizeof(version));
		assert_int_equal(le32toh(version), steps[i].is_over ? after : meanwhile);
		assert_memory_equal(seen.copies[i] + 4,
				    (const uint8_t *)(steps[i].is_new ? now : before) + 4,
				    seen.size - 4);
	}
}

static void the_version_is_odd_meanwhile(void **state)
{
	struct fake_machine *fake = *state;
	struct paracall_pvclock_vcpu_time_info *page = page_of(fake, 1);
	struct paracall_pvclock_vcpu_time_info before;

	for (size_t i = 0; i < COUNT(versions); i++) {
		memset(&before, 0x5a, sizeof(before));
		before.flags = 0;
		before.version = htole32(versions[i].before);
		*page = before;
		watch(fake, address_of(1), sizeof(*page));
		register_clock(fake, 1, SYSTEM_TIME);
		expect_steps(versions[i].meanwhile, versions[i].after, &before, page);
		expect_page(page, versions[i].after, STABLE);
	}
}

static void a_pause_is_reported_once(void **state)
{
	struct fake_machine *fake = *state;

	for (int i = 0; i < 3; i++)
		register_clock(fake, i, SYSTEM_TIME);
	paracall_machine_was_paused(fake->machine);
	paracall_machine_was_paused(fake->machine);
	/* Not before their own threads get to it. */
	expect_page(page_of(fake, 0), 2, STABLE);
	for (int i = 0; i < FAKE_CPUS; i++)
		paracall_update(fake->cpus[i].cpu);
	for (int i = 0; i < 3; i++)
		expect_page(page_of(fake, i), 4, STABLE | STOPPED);
	/* The guest clears it; nothing sets it again. */
	page_of(fake, 0)->flags = STABLE;
	for (int i = 0; i < FAKE_CPUS; i++)
		paracall_update(fake->cpus[i].cpu);
	expect_page(page_of(fake, 0), 4, STABLE);
	expect_page(page_of(fake, 1), 4, STABLE | STOPPED);
	/* The last vCPU's clock did not run then. */
	register_clock(fake, 3, SYSTEM_TIME);
	paracall_update(fake->cpus[3].cpu);
	expect_page(page_of(fake, 3), 2, STABLE);
}

/* The guest has not seen the flag yet: it stays, whatever else is written. */
static void the_host_never_clears_the_pause(void **state)
{
	struct fake_machine *fake = *state;

	page_of(fake, 1)->flags = STOPPED | 0x80;
	register_clock(fake, 1, SYSTEM_TIME);
	expect_page(page_of(fake, 1), 2, STABLE | STOPPED);
	register_clock(fake, 0, SYSTEM_TIME_OLD);
	paracall_update(fake->cpus[1].cpu);
	expect_page(page_of(fake, 1), 4, STOPPED);
}

/* arch/x86/kvm/x86.c, kvm_write_system_time: it is the first vCPU that counts. */
static void the_old_register_is_not_stable(void **state)
{
	struct fake_machine *fake = *state;

	for (int i = 0; i < FAKE_CPUS; i++)
		register_clock(fake, i, SYSTEM_TIME);
	register_clock(fake, 1, SYSTEM_TIME_OLD);
	expect_page(page_of(fake, 1), 4, STABLE);
	register_clock(fake, 0, SYSTEM_TIME_OLD);
	expect_page(page_of(fake, 0), 4, 0);
	expect_page(page_of(fake, 1), 4, STABLE);
	for (int i = 1; i < FAKE_CPUS; i++)
		paracall_update(fake->cpus[i].cpu);
	expect_page(page_of(fake, 1), 6, 0);
	expect_page(page_of(fake, 2), 4, 0);
	expect_page(page_of(fake, 3), 4, 0);
	/* One that comes later. */
	register_clock(fake, 3, SYSTEM_TIME);
	expect_page(page_of(fake, 3), 6, 0);
	/* And back. */
	register_clock(fake, 0, SYSTEM_TIME);
	paracall_update(fake->cpus[2].cpu);
	expect_page(page_of(fake, 0), 6, STABLE);
	expect_page(page_of(fake, 2), 6, STABLE);
}

/* Also by a first vCPU that only switches its clock off. */
static void the_old_register_of_a_clock_that_is_off(void **state)
{
	struct fake_machine *fake = *state;

	register_clock(fake, 1, SYSTEM_TIME);
	fake_wrmsr(&fake->cpus[0], SYSTEM_TIME_OLD, 0);
	paracall_update(fake->cpus[1].cpu);
	expect_page(page_of(fake, 1), 4, 0);
	paracall_machine_reset(fake->machine, NULL);
	register_clock(fake, 1, SYSTEM_TIME);
	expect_page(page_of(fake, 1), 6, STABLE);
}

static void expect_untouched(struct fake_machine *fake)
{
	memset(fake->memory, 0xa5, sizeof(fake->memory));
	paracall_machine_was_paused(fake->machine);
	for (int i = 0; i < FAKE_CPUS; i++)
		paracall_update(fake->cpus[i].cpu);
	for (size_t i = 0; i < sizeof(fake->memory); i++)
		assert_int_equal(fake->memory[i], 0xa5);
}

/* Of the vCPU whose page is just being written to another one's thread wants something. */
static void update_another(struct fake_machine *fake)
{
	paracall_update(fake->cpus[1].cpu);
}

/*
 * An engine may hold a lock of its own there, which the writer waits for: so this
 * one does not wait for the writer.
 */
static void an_update_waits_for_nobody(void **state)
{
	struct fake_machine *fake = *state;

	register_clock(fake, 0, SYSTEM_TIME);
	register_clock(fake, 1, SYSTEM_TIME);
	paracall_machine_was_paused(fake->machine);
	fake->after_write = update_another;
	register_clock(fake, 0, SYSTEM_TIME);
	fake->after_write = NULL;
	expect_page(page_of(fake, 1), 2, STABLE);
	/* It is not forgotten either. */
	paracall_update(fake->cpus[1].cpu);
	expect_page(page_of(fake, 1), 4, STABLE | STOPPED);
}

static void remove_the_first(struct fake_machine *fake)
{
	fake->after_write = NULL;
	paracall_machine_remove_cpu(fake->cpus[0].cpu);
}

/* Nor does the removal of a vCPU. What was begun ends where it began. */
static void a_removal_waits_for_nobody(void **state)
{
	struct fake_machine *fake = *state;

	memset(fake->memory, 0xa5, PAGE);
	register_clock(fake, 0, SYSTEM_TIME);
	register_clock(fake, 1, SYSTEM_TIME);
	/* The second writes to both pages, to the first one's first. */
	fake->after_write = remove_the_first;
	paracall_clock_jump(fake->cpus[1].cpu, 5);
	paracall_update(fake->cpus[1].cpu);
	assert_null(paracall_machine_find_cpu(fake->machine, 0));
	assert_int_equal(le32toh(page_of(fake, 0)->version), 4);
	assert_int_equal(le64toh(page_of(fake, 0)->system_time), 5);
	for (size_t i = 0; i < PAGE; i++)
		assert_int_equal(fake->memory[i], 0xa5);
	paracall_clock_jump(fake->cpus[1].cpu, 5);
	paracall_update(fake->cpus[1].cpu);
	assert_int_equal(le32toh(page_of(fake, 0)->version), 4);
	assert_int_equal(le32toh(page_of(fake, 1)->version), 6);
}

static void a_page_given_up_is_left_alone(void **state)
{
	struct fake_machine *fake = *state;

	expect_untouched(fake);
	for (int i = 0; i < FAKE_CPUS; i++) {
		register_clock(fake, i, SYSTEM_TIME);
		fake_wrmsr(&fake->cpus[i], SYSTEM_TIME, address_of(i));
	}
	expect_untouched(fake);
	for (int i = 0; i < FAKE_CPUS; i++) {
		register_clock(fake, i, SYSTEM_TIME);
		paracall_cpu_reset(fake->cpus[i].cpu);
	}
	expect_untouched(fake);
	for (int i = 0; i < FAKE_CPUS; i++)
		register_clock(fake, i, SYSTEM_TIME_OLD);
	paracall_machine_reset(fake->machine, NULL);
	expect_untouched(fake);
}

/* The vCPU itself may be long in coming: arch/x86/kvm/x86.c, kvmclock_reset. */
static void an_init_takes_the_page_away(void **state)
{
	struct fake_machine *fake = *state;

	register_clock(fake, 0, SYSTEM_TIME);
	register_clock(fake, 1, SYSTEM_TIME);
	assert_int_equal(fake_call(&fake->cpus[0], PARACALL_KVM_HC_SEND_IPI, 1, 0, 1,
				   PARACALL_ICR_MODE_INIT << PARACALL_ICR_MODE_SHIFT |
					   PARACALL_ICR_ASSERT),
			 1);
	paracall_clock_jump(fake->cpus[0].cpu, 5);
	paracall_update(fake->cpus[0].cpu);
	assert_int_equal(le64toh(page_of(fake, 0)->system_time), 5);
	expect_page(page_of(fake, 1), 2, STABLE);
}

/* What another vCPU asked for before a reset is not done after it. */
static void a_reset_forgets_what_was_asked(void **state)
{
	struct fake_machine *fake = *state;

	register_clock(fake, 1, SYSTEM_TIME);
	paracall_machine_was_paused(fake->machine);
	paracall_cpu_reset(fake->cpus[1].cpu);
	register_clock(fake, 1, SYSTEM_TIME);
	paracall_update(fake->cpus[1].cpu);
	expect_page(page_of(fake, 1), 4, STABLE);
}

static void a_page_that_moves(void **state)
{
	struct fake_machine *fake = *state;

	register_clock(fake, 1, SYSTEM_TIME);
	fake_wrmsr(&fake->cpus[1], SYSTEM_TIME, address_of(2) | 1);
	paracall_machine_was_paused(fake->machine);
	paracall_update(fake->cpus[1].cpu);
	expect_page(page_of(fake, 1), 2, STABLE);
	expect_page(page_of(fake, 2), 4, STABLE | STOPPED);
}

/* No error, no effect: kvm_write_system_time ignores the result. */
static void addresses_that_do_not_work(void **state)
{
	static const uint64_t addresses[] = {
		/* Across a page's end, though all of it is memory. */
		PAGE + 0x1000 - 30,    PAGE + 0x1000 - 2,    FAKE_MEMORY_SIZE,
		FAKE_MEMORY_SIZE - 30, UINT64_C(0xfee00300), UINT64_C(1) << 62,
		UINT64_MAX - 1,	       UINT64_MAX - 31,
	};
	struct fake_machine *fake = *state;

	for (size_t i = 0; i < COUNT(addresses); i++) {
		memset(fake->memory, 0xa5, sizeof(fake->memory));
		fake_wrmsr(&fake->cpus[1], SYSTEM_TIME, addresses[i] | 1);
		assert_int_equal(fake_rdmsr(&fake->cpus[1], SYSTEM_TIME), addresses[i] | 1);
		expect_untouched(fake);
	}
}

/* Only bit 0 is not part of the address. */
static void addresses_that_work(void **state)
{
	static const uint64_t addresses[] = { 0, PAGE + 2, PAGE + 0x1000 - 32,
					      FAKE_MEMORY_SIZE - 32 };
	struct fake_machine *fake = *state;
	struct paracall_pvclock_vcpu_time_info page;

	for (size_t i = 0; i < COUNT(addresses); i++) {
		fake_wrmsr(&fake->cpus[1], SYSTEM_TIME, addresses[i] | 1);
		memcpy(&page, fake->memory + addresses[i], sizeof(page));
		expect_page(&page, 2, STABLE);
	}
}

static void counters(void **state)
{
	struct fake_machine *fake = *state;
	const struct paracall_cpu_statistics *cpu =
		&paracall_machine_statistics(fake->machine)->cpu[1];

	register_clock(fake, 1, SYSTEM_TIME);
	assert_int_equal(cpu->clock_updates, 1);
	paracall_machine_was_paused(fake->machine);
	paracall_update(fake->cpus[1].cpu);
	paracall_update(fake->cpus[1].cpu);
	assert_int_equal(cpu->clock_updates, 2);
	assert_int_equal(cpu->clock_pauses, 1);
	fake_wrmsr(&fake->cpus[1], WALL_CLOCK, WALL_PAGE);
	assert_int_equal(cpu->clock_updates, 3);
}

/*
 * ---- Wall clock ------------------------------------------------------------
 */

static struct paracall_pvclock_wall_clock *wall(struct fake_machine *fake)
{
	return (struct paracall_pvclock_wall_clock *)(fake->memory + WALL_PAGE);
}

/* 2400000000 Hz: 10.5 s after the counter was 0 it is 1800000000.25 s since 1970. */
static void set_clocks(struct fake_machine *fake)
{
	fake->clocks.tsc = UINT64_C(25200000000);
	fake->clocks.seconds = 1800000000;
	fake->clocks.nanoseconds = 250000000;
}

static void expect_epoch(struct fake_machine *fake)
{
	const uint64_t expected = UINT64_C(1799999989750000000);
	uint64_t epoch =
		le32toh(wall(fake)->sec) * UINT64_C(1000000000) + le32toh(wall(fake)->nsec);

	/* The multiplier has 31 bits at the least. */
	assert_in_range(epoch, expected, expected + 10);
	assert_in_range(le32toh(wall(fake)->nsec), 0, 999999999);
}

static void the_wall_clock_is_when_the_clock_began(void **state)
{
	static const uint32_t msrs[] = { WALL_CLOCK, PARACALL_KVM_MSR_WALL_CLOCK };
	struct fake_machine *fake = *state;

	set_clocks(fake);
	for (size_t i = 0; i < COUNT(msrs); i++) {
		memset(fake->memory, 0, sizeof(fake->memory));
		fake_wrmsr(&fake->cpus[1], msrs[i], WALL_PAGE);
		expect_epoch(fake);
		assert_int_equal(le32toh(wall(fake)->version), 2);
	}
	/* It and the clock at that time give the time of day, whatever pages say. */
	memset(fake->memory, 0xa5, sizeof(fake->memory));
	fake_wrmsr(&fake->cpus[2], WALL_CLOCK, WALL_PAGE);
	expect_epoch(fake);
	assert_int_equal(fake->memory[WALL_PAGE - 1], 0xa5);
	assert_int_equal(fake->memory[WALL_PAGE + 12], 0xa5);
}

static void the_wall_clock_s_version_is_odd_meanwhile(void **state)
{
	struct fake_machine *fake = *state;
	struct paracall_pvclock_wall_clock before;

	set_clocks(fake);
	for (size_t i = 0; i < COUNT(versions); i++) {
		before = (struct paracall_pvclock_wall_clock){ htole32(versions[i].before), 77,
							       88 };
		*wall(fake) = before;
		watch(fake, WALL_PAGE, sizeof(before));
		fake_wrmsr(&fake->cpus[1], WALL_CLOCK, WALL_PAGE);
		expect_steps(versions[i].meanwhile, versions[i].after, &before, wall(fake));
		expect_epoch(fake);
	}
}

/* Written when it is asked for, and never again. */
static void the_wall_clock_is_written_once(void **state)
{
	struct fake_machine *fake = *state;

	set_clocks(fake);
	fake_wrmsr(&fake->cpus[1], WALL_CLOCK, WALL_PAGE);
	expect_untouched(fake);
}

static void wall_clock_addresses(void **state)
{
	static const uint64_t none[] = {
		0,	    FAKE_MEMORY_SIZE, FAKE_MEMORY_SIZE - 3, UINT64_C(0xfee00300),
		UINT64_MAX, UINT64_MAX - 3
	};
	struct fake_machine *fake = *state;

	set_clocks(fake);
	for (size_t i = 0; i < COUNT(none); i++) {
		memset(fake->memory, 0xa5, sizeof(fake->memory));
		fake_wrmsr(&fake->cpus[1], WALL_CLOCK, none[i]);
		assert_int_equal(fake_rdmsr(&fake->cpus[1], WALL_CLOCK), none[i]);
		for (size_t j = 0; j < sizeof(fake->memory); j++)
			assert_int_equal(fake->memory[j], 0xa5);
	}
	/* No bit of it is a flag, and it may cross the end of a page. */
	memset(fake->memory, 0, sizeof(fake->memory));
	fake_wrmsr(&fake->cpus[1], WALL_CLOCK, WALL_PAGE - 5);
	memmove(wall(fake), fake->memory + WALL_PAGE - 5, sizeof(*wall(fake)));
	expect_epoch(fake);
	assert_int_equal(le32toh(wall(fake)->version), 2);
}

static void no_wall_clock_without_clocks(void **state)
{
	struct fake_machine *fake = *state;

	fake->has_no_clocks = true;
	fake_wrmsr(&fake->cpus[1], WALL_CLOCK, WALL_PAGE);
	assert_int_equal(le32toh(wall(fake)->version), 0);
	assert_int_equal(le32toh(wall(fake)->sec), 0);
}

/*
 * ---- CLOCK_PAIRING ---------------------------------------------------------
 */

static int64_t pair(struct fake_machine *fake, uint64_t address, uint64_t type)
{
	return fake_call(&fake->cpus[1], PARACALL_KVM_HC_CLOCK_PAIRING, address, type, 0, 0);
}

static void pairing(void **state)
{
	struct fake_machine *fake = *state;
	const struct paracall_kvm_clock_pairing expected = {
		.sec = (int64_t)htole64(1800000000),
		.nsec = (int64_t)htole64(250000000),
		.tsc = htole64(25200000000),
	};

	set_clocks(fake);
	memset(fake->memory, 0xa5, sizeof(fake->memory));
	assert_int_equal(pair(fake, PAIRING_PAGE, 0), 0);
	assert_memory_equal(fake->memory + PAIRING_PAGE, &expected, sizeof(expected));
	for (size_t i = 0; i < sizeof(fake->memory); i++)
		if (i < PAIRING_PAGE || i >= PAIRING_PAGE + 64)
			assert_int_equal(fake->memory[i], 0xa5);
	/* Any place will do. */
	assert_int_equal(pair(fake, PAIRING_PAGE - 33, 0), 0);
	assert_memory_equal(fake->memory + PAIRING_PAGE - 33, &expected, sizeof(expected));
}

static void pairing_refused(void **state)
{
	static const uint64_t none[] = { FAKE_MEMORY_SIZE, UINT64_C(0xfee00300), UINT64_MAX,
					 UINT64_MAX - 62 };
	struct fake_machine *fake = *state;

	memset(fake->memory, 0xa5, sizeof(fake->memory));
	for (size_t i = 0; i < COUNT(none); i++) {
		assert_int_equal(pair(fake, none[i], 0), -PARACALL_KVM_EFAULT);
		/* The type is looked at first, */
		assert_int_equal(pair(fake, none[i], 1), -PARACALL_KVM_EOPNOTSUPP);
	}
	assert_int_equal(pair(fake, PAIRING_PAGE, 1), -PARACALL_KVM_EOPNOTSUPP);
	assert_int_equal(pair(fake, PAIRING_PAGE, UINT64_C(1) << 32), -PARACALL_KVM_EOPNOTSUPP);
	/* then the clocks, then the address. */
	fake->clocks.is_paired = false;
	assert_int_equal(pair(fake, PAIRING_PAGE, 0), -PARACALL_KVM_EOPNOTSUPP);
	assert_int_equal(pair(fake, UINT64_MAX, 0), -PARACALL_KVM_EOPNOTSUPP);
	fake->clocks.is_paired = true;
	fake->has_no_clocks = true;
	assert_int_equal(pair(fake, PAIRING_PAGE, 0), -PARACALL_KVM_EOPNOTSUPP);
	for (size_t i = 0; i < sizeof(fake->memory); i++)
		assert_int_equal(fake->memory[i], 0xa5);
}

/* As far as there is memory it is written, as KVM does: page by page. */
static void what_is_before_the_end_of_memory_is_written(void **state)
{
	static const uint8_t zeros[35];
	struct fake_machine *fake = *state;
	const uint8_t *end = fake->memory + FAKE_MEMORY_SIZE;
	uint64_t seconds = htole64(1800000000);

	set_clocks(fake);
	memset(fake->memory, 0xa5, sizeof(fake->memory));
	assert_int_equal(pair(fake, FAKE_MEMORY_SIZE - 63, 0), -PARACALL_KVM_EFAULT);
	assert_int_equal(end[-64], 0xa5);
	assert_memory_equal(end - 63, &seconds, sizeof(seconds));
	assert_memory_equal(end - 35, zeros, sizeof(zeros));

	memset(fake->memory, 0, sizeof(fake->memory));
	fake_wrmsr(&fake->cpus[0], WALL_CLOCK, FAKE_MEMORY_SIZE - 8);
	assert_int_equal(end[-8], 2);
	assert_int_not_equal(end[-4], 0);
	memset(fake->memory, 0, sizeof(fake->memory));
	fake_wrmsr(&fake->cpus[0], WALL_CLOCK, FAKE_MEMORY_SIZE - 3);
	assert_memory_equal(end - 3, zeros, 3);
}

/*
 * ---- Threads ---------------------------------------------------------------
 */

#define ROUNDS 3000

/* One page for all: the contents are the guest's problem, but nothing breaks. */
static void *register_and_unregister(void *argument)
{
	struct fake_cpu *cpu = argument;

	for (int i = 0; i < ROUNDS; i++) {
		fake_wrmsr(cpu, i % 3 ? SYSTEM_TIME : SYSTEM_TIME_OLD, PAGE | 1);
		fake_wrmsr(cpu, PARACALL_KVM_MSR_STEAL_TIME, (PAGE + 64) | 1);
		fake_wrmsr(cpu, WALL_CLOCK, WALL_PAGE);
		cpu->run_delay++;
		paracall_update(cpu->cpu);
		paracall_adjust_clock(cpu->cpu, cpu->machine->clocks.tsc);
		paracall_halt(cpu->cpu);
		fake_wrmsr(cpu, SYSTEM_TIME, 0);
		fake_wrmsr(cpu, PARACALL_KVM_MSR_STEAL_TIME, 0);
		if (i % 16 == 0)
			paracall_cpu_reset(cpu->cpu);
	}
	return NULL;
}

static void *pause_again_and_again(void *argument)
{
	struct fake_cpu *cpu = argument;

	register_clock(cpu->machine, 3, SYSTEM_TIME);
	for (int i = 0; i < ROUNDS; i++) {
		if (i % 4 == 0)
			paracall_machine_was_paused(cpu->machine->machine);
		paracall_update(cpu->cpu);
		paracall_adjust_clock(cpu->cpu, cpu->machine->clocks.tsc);
	}
	return NULL;
}

static void threads_meet_in_one_page(void **state)
{
	struct fake_machine *fake = *state;
	pthread_t threads[FAKE_CPUS];

	set_clocks(fake);
	for (int i = 0; i < FAKE_CPUS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL,
						i == 3 ? pause_again_and_again
						       : register_and_unregister,
						&fake->cpus[i]),
				 0);
	for (int i = 0; i < FAKE_CPUS; i++)
		assert_int_equal(pthread_join(threads[i], NULL), 0);
	/* The page that was its vCPU's own. */
	for (int i = 0; i < FAKE_CPUS; i++)
		paracall_update(fake->cpus[i].cpu);
	assert_int_equal(page_of(fake, 3)->flags & STOPPED, STOPPED);
	assert_int_equal(le32toh(page_of(fake, 3)->version) % 2, 0);
	/* Of the updates those that would have had to wait came later, or together. */
	assert_true(le32toh(page_of(fake, 3)->version) >= 4);
	/* The others gave theirs up. */
	expect_page(page_of(fake, 0), le32toh(page_of(fake, 0)->version),
		    page_of(fake, 0)->flags);
	fake_wrmsr(&fake->cpus[3], SYSTEM_TIME, 0);
	expect_untouched(fake);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fake_setup, fake_teardown)

/*
 * ---- A counter that does not go evenly --------------------------------------
 */

#define TICKS_PER_MICROSECOND 2400

/* The counter and the host's clock advance; by a hundredth more ticks if it creeps. */
static void pass_time(struct fake_machine *fake, uint64_t microseconds, bool creeps)
{
	uint64_t ticks = microseconds * TICKS_PER_MICROSECOND;

	fake->clocks.tsc += creeps ? ticks + ticks / 100 : ticks;
	fake->clocks.steady_nanoseconds += microseconds * 1000;
}

static uint64_t guest_time(struct fake_machine *fake, int cpu)
{
	const struct paracall_pvclock_vcpu_time_info *page = page_of(fake, cpu);
	struct clock_scale scale = { le32toh(page->tsc_to_system_mul), page->tsc_shift };

	assert_int_equal(le32toh(page->version) % 2, 0);
	assert_true(fake->clocks.tsc >= le64toh(page->tsc_timestamp));
	return le64toh(page->system_time) +
	       convert(scale, fake->clocks.tsc - le64toh(page->tsc_timestamp));
}

/* All pages say the same; returns how far the guest is ahead of the host. */
static int64_t guest_is_ahead(struct fake_machine *fake)
{
	uint64_t time = guest_time(fake, 0);

	for (int i = 1; i < FAKE_CPUS; i++)
		assert_int_equal(guest_time(fake, i), time);
	return (int64_t)(time - fake->clocks.steady_nanoseconds);
}

static void begin_clocks(struct fake_machine *fake)
{
	for (int i = 0; i < FAKE_CPUS; i++)
		register_clock(fake, i, SYSTEM_TIME);
	pass_time(fake, 1000000, false);
	paracall_adjust_clock(fake->cpus[0].cpu, fake->clocks.tsc);
}

static void an_even_counter_is_left_alone(void **state)
{
	struct fake_machine *fake = *state;

	begin_clocks(fake);
	for (int i = 0; i < 100; i++) {
		pass_time(fake, 4000, false);
		paracall_adjust_clock(fake->cpus[i % FAKE_CPUS].cpu, fake->clocks.tsc);
	}
	assert_int_equal(le32toh(page_of(fake, 0)->version), 2);
	assert_in_range(guest_is_ahead(fake) + 100, 0, 200);
}

/* Nobody can say afterwards that it was corrected, but by the version. */
static void a_creeping_counter_is_followed(void **state)
{
	struct fake_machine *fake = *state;
	struct paracall_pvclock_vcpu_time_info first;
	uint64_t last = 0;
	uint64_t now;

	fake->clocks_go_on = true;
	begin_clocks(fake);
	first = *page_of(fake, 0);
	for (int i = 0; i < 1000; i++) {
		pass_time(fake, 4000, true);
		now = guest_time(fake, i % FAKE_CPUS);
		assert_true(now > last);
		paracall_adjust_clock(fake->cpus[i % FAKE_CPUS].cpu, fake->clocks.tsc);
		last = guest_time(fake, i % FAKE_CPUS);
		assert_true(last >= now);
		assert_int_equal(le32toh(page_of(fake, 0)->tsc_to_system_mul),
				 le32toh(first.tsc_to_system_mul));
		assert_int_equal(page_of(fake, 0)->tsc_shift, first.tsc_shift);
		/* 4 s of creep alone would be 40 ms. */
		assert_in_range(guest_is_ahead(fake) + 1000000, 0, 2000000);
	}
	assert_true(le32toh(page_of(fake, 0)->version) > 2);
	for (int i = 0; i < 200; i++) {
		pass_time(fake, 4000, false);
		paracall_adjust_clock(fake->cpus[0].cpu, fake->clocks.tsc);
	}
	/* It does not swing. */
	assert_in_range(guest_is_ahead(fake) + 2500, 0, 5000);
}

/* Far ahead, it stands still by and by: readers wait for a tenth of a millisecond. */
static void a_clock_far_ahead_stands_still_in_parts(void **state)
{
	struct fake_machine *fake = *state;
	uint64_t began, now;

	fake->clocks_go_on = true;
	begin_clocks(fake);
	fake->clocks.tsc += 1000 * TICKS_PER_MICROSECOND;
	for (int i = 0; i < 10; i++) {
		began = fake->clocks.steady_nanoseconds;
		now = guest_time(fake, 0);
		paracall_adjust_clock(fake->cpus[0].cpu, fake->clocks.tsc);
		assert_in_range(fake->clocks.steady_nanoseconds - began, 50000, 150000);
		/* No more than the readings of the clocks before the pages were closed. */
		assert_in_range(guest_time(fake, 0) - now, 0, 5000);
	}
	assert_in_range(guest_is_ahead(fake) + 20000, 0, 40000);
}

/* A host's clock that stands still is not waited for forever. */
static void a_clock_without_time_is_left_alone(void **state)
{
	struct fake_machine *fake = *state;
	uint64_t before;

	begin_clocks(fake);
	fake->clocks.tsc += 1000 * TICKS_PER_MICROSECOND;
	before = guest_time(fake, 0);
	paracall_adjust_clock(fake->cpus[0].cpu, fake->clocks.tsc);
	assert_in_range(guest_time(fake, 0) - before, 0, 1);
}

/* One that is behind jumps, at once. */
static void a_clock_behind_makes_a_step(void **state)
{
	struct fake_machine *fake = *state;
	uint32_t multiplier;

	begin_clocks(fake);
	multiplier = le32toh(page_of(fake, 0)->tsc_to_system_mul);
	fake->clocks.steady_nanoseconds += 500000;
	paracall_adjust_clock(fake->cpus[0].cpu, fake->clocks.tsc);
	assert_in_range(guest_is_ahead(fake) + 100, 0, 200);
	assert_int_equal(le32toh(page_of(fake, 0)->tsc_to_system_mul), multiplier);
}

/* The host's clock is read before the guest's counter: what it gave is in the future. */
static void a_wrong_reading_does_no_harm(void **state)
{
	struct fake_machine *fake = *state;

	begin_clocks(fake);
	fake->clocks.steady_nanoseconds += 500000;
	paracall_adjust_clock(fake->cpus[0].cpu, fake->clocks.tsc + 100000000);
	assert_true(le32toh(page_of(fake, 0)->version) > 2);
	assert_in_range(guest_is_ahead(fake) + 100, 0, 200);
}

static void register_the_second(struct fake_machine *fake)
{
	fake->while_measuring = NULL;
	register_clock(fake, 1, SYSTEM_TIME);
}

/* That may take long. */
static void nobody_waits_for_the_frequency(void **state)
{
	struct fake_machine *fake = *state;

	fake->while_measuring = register_the_second;
	register_clock(fake, 0, SYSTEM_TIME);
	expect_page(page_of(fake, 0), 2, STABLE);
	expect_page(page_of(fake, 1), 2, STABLE);
}

/* What a pause took is not made up for. */
static void a_pause_is_no_creep(void **state)
{
	struct fake_machine *fake = *state;
	int64_t ahead;

	begin_clocks(fake);
	fake->clocks.steady_nanoseconds += 100000000;
	paracall_machine_was_paused(fake->machine);
	paracall_adjust_clock(fake->cpus[0].cpu, fake->clocks.tsc);
	ahead = guest_is_ahead(fake);
	assert_int_equal(ahead / 1000000, -100);
	for (int i = 0; i < 100; i++) {
		pass_time(fake, 4000, false);
		paracall_adjust_clock(fake->cpus[0].cpu, fake->clocks.tsc);
	}
	assert_in_range(guest_is_ahead(fake) - ahead + 100, 0, 200);
}

/* Pages that were given back are not touched by it. */
static void adjusting_spares_other_pages(void **state)
{
	struct fake_machine *fake = *state;

	fake->clocks_go_on = true;
	begin_clocks(fake);
	fake_wrmsr(&fake->cpus[1], SYSTEM_TIME, address_of(1));
	memset(page_of(fake, 1), 0x5a, sizeof(*page_of(fake, 1)));
	for (int i = 0; i < 10; i++) {
		pass_time(fake, 4000, true);
		paracall_adjust_clock(fake->cpus[0].cpu, fake->clocks.tsc);
	}
	assert_true(le32toh(page_of(fake, 2)->version) > 2);
	for (size_t i = 0; i < sizeof(*page_of(fake, 1)); i++)
		assert_int_equal(fake->memory[address_of(1) + i], 0x5a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(multiplier_and_shift),
		cmocka_unit_test_setup_teardown(an_even_counter_is_left_alone, fake_setup,
						fake_teardown),
		cmocka_unit_test_setup_teardown(a_creeping_counter_is_followed, fake_setup,
						fake_teardown),
		cmocka_unit_test_setup_teardown(a_pause_is_no_creep, fake_setup, fake_teardown),
		TEST(a_clock_far_ahead_stands_still_in_parts),
		TEST(a_clock_without_time_is_left_alone),
		TEST(a_clock_behind_makes_a_step),
		TEST(a_wrong_reading_does_no_harm),
		TEST(nobody_waits_for_the_frequency),
		cmocka_unit_test_setup_teardown(adjusting_spares_other_pages, fake_setup,
						fake_teardown),
		cmocka_unit_test(any_frequency),
		cmocka_unit_test(nanoseconds_by_the_formula),
		TEST(registering_writes_the_page),
		TEST(other_frequencies),
		TEST(the_version_is_odd_meanwhile),
		TEST(a_pause_is_reported_once),
		TEST(the_host_never_clears_the_pause),
		TEST(the_old_register_is_not_stable),
		TEST(the_old_register_of_a_clock_that_is_off),
		TEST(an_update_waits_for_nobody),
		TEST(a_removal_waits_for_nobody),
		TEST(a_page_given_up_is_left_alone),
		TEST(an_init_takes_the_page_away),
		TEST(a_reset_forgets_what_was_asked),
		TEST(a_page_that_moves),
		TEST(addresses_that_do_not_work),
		TEST(addresses_that_work),
		TEST(counters),
		TEST(the_wall_clock_is_when_the_clock_began),
		TEST(the_wall_clock_s_version_is_odd_meanwhile),
		TEST(the_wall_clock_is_written_once),
		TEST(wall_clock_addresses),
		TEST(no_wall_clock_without_clocks),
		TEST(pairing),
		TEST(pairing_refused),
		TEST(what_is_before_the_end_of_memory_is_written),
		TEST(threads_meet_in_one_page),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
