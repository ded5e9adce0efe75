/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * QEMU makes the guest's counter from the host's monotonic clock, plus an offset that
 * changes only while the machine is stopped (target/arm/helper.c, gt_get_countervalue).
 * It counts periods of whole nanoseconds: at 24 MHz 41, though 41.7 would be right.
 * No function gives a plugin the counter or the offset, but each reading by the guest
 * does: the host's clock before and after it are bounds. Many readings make them narrow.
 * Which are looked at, and how, is in ../readings.c. Without an EL2 of the guest's the
 * physical and the virtual counter are the same.
 *
 * Only the kernel's readings count. A program in user mode could have a block that was
 * translated before it can follow a reading, and so is not looked at, change the register.
 * Hence a reading is also bound to the address after it. Another path of the kernel may lead
 * there, too; then the time between is short, or what was read must be plausible.
 *
 * Only while all vCPUs sleep the machine can have been stopped: then the next reading is
 * believed, and not only when another one agrees.
 *
 * With -icount the counter goes by instructions; then there is nothing to learn.
 */
#include "counter.h"

#include "../clock.h"
#include "../readings.h"
#include "../ticks.h"
#include "calls.h"
#include "registers.h"
#include "state.h"

/*
 * mrs x0, CNTVCT_EL0, and CNTPCT_EL0; with FEAT_ECV CNTVCTSS_EL0, and CNTPCTSS_EL0. The
 * register is in the low bits.
 */
#define CNTVCT 0xd53be040u
#define CNTVCTSS 0xd53be0c0u
#define CNTPCT 0xd53be020u
#define CNTPCTSS 0xd53be0a0u
#define REGISTER_MASK 0x1fu
#define XZR 31

#define PAGE_SIZE 4096
#define SIZE 4

/* A reading's place in its page, and above it the register. */
#define PLACE_BITS 12

#define NANOSECONDS UINT64_C(1000000000)

/* No machine runs for longer, so all sums and differences of two times have a sign. */
#define LONGEST_NANOSECONDS (UINT64_C(1) << 61)

/* What took longer says too little, unless nothing is known; in nanoseconds. */
#define LONGEST_READING 10000

/* A kernel that runs reads the counter more often; in nanoseconds. */
#define FRESH (NANOSECONDS / 4)

/* What the counter is ahead of the host's clock, in nanoseconds. */
struct bounds {
	bool is_known;
	int64_t lowest;
	int64_t highest;
};

static struct {
	/* Whether a block that follows a reading begins at that place in a page. */
	_Atomic(bool) follows[PAGE_SIZE / SIZE];
	/* In nanoseconds; 0 until it is known. */
	_Atomic(uint64_t) period;
	/* When the plugin was loaded; and the counter may be ahead of that. */
	uint64_t loaded_nanoseconds;
	_Atomic(bool) has_other_origin;
	/* Where one thread runs all vCPUs: a callback may get another one than the last. */
	struct reading single_reading;
	/* Whoever finds it set leaves a reading unused; the next one will do. */
	atomic_flag is_learning;
	struct bounds bounds;
	/* What one reading said that contradicts them: if another agrees, it is right. */
	struct bounds doubts;
	_Atomic(bool) has_offset;
	_Atomic(int64_t) offset;
	/* When a reading last agreed with it; the machine may have been stopped since. */
	_Atomic(uint64_t) learned_nanoseconds;
	_Atomic(bool) is_in_doubt;
} state = { .is_learning = ATOMIC_FLAG_INIT };

bool counter_is_reading(uint32_t word)
{
	uint32_t without = word & ~REGISTER_MASK;

	return (without == CNTVCT || without == CNTVCTSS || without == CNTPCT ||
		without == CNTPCTSS) &&
	       (word & REGISTER_MASK) != XZR && engine_offers(PARACALL_KVM_FEATURE_PTP);
}

static int64_t larger(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

static int64_t smaller(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

/* Makes @bounds narrower by @other; false if they contradict each other. */
static bool narrow(struct bounds *bounds, const struct bounds *other)
{
	int64_t lowest = larger(bounds->lowest, other->lowest);
	int64_t highest = smaller(bounds->highest, other->highest);

	if (!bounds->is_known || lowest > highest)
		return false;
	bounds->lowest = lowest;
	bounds->highest = highest;
	return true;
}

/* A machine that was stopped has a smaller offset. Else one reading alone may be none. */
static void take(const struct bounds *reading)
{
	bool is_behind = reading->highest < state.bounds.lowest;

	if (!state.bounds.is_known || (is_behind && atomic_load(&state.is_in_doubt))) {
		state.bounds = *reading;
	} else if (!narrow(&state.bounds, reading)) {
		if (!narrow(&state.doubts, reading)) {
			state.doubts = *reading;
			return;
		}
		state.bounds = state.doubts;
	}
	state.doubts.is_known = false;
	atomic_store(&state.offset,
		     state.bounds.lowest + (state.bounds.highest - state.bounds.lowest) / 2);
	atomic_store(&state.has_offset, true);
	atomic_store(&state.learned_nanoseconds, clock_nanoseconds());
	atomic_store(&state.is_in_doubt, false);
}

/*
 * The machine was not stopped since a reading. With one thread for all vCPUs QEMU does not
 * say that it may have been: then not for long.
 */
static bool is_certain(void)
{
	if (!atomic_load(&state.has_offset))
		return false;
	if (paracall_qemu_engine.reports_idle)
		return !atomic_load(&state.is_in_doubt);
	return clock_nanoseconds() - atomic_load(&state.learned_nanoseconds) < FRESH;
}

/* target/arm/cpu.c, gt_cntfrq_period_ns. */
static uint64_t period_of(struct vcpu *vcpu)
{
	uint64_t period = atomic_load_explicit(&state.period, memory_order_relaxed);
	uint64_t frequency = period ? 0 : register_read(vcpu, ARM64_CNTFRQ);

	if (frequency) {
		period = frequency < NANOSECONDS ? NANOSECONDS / frequency : 1;
		atomic_store_explicit(&state.period, period, memory_order_relaxed);
	}
	return period;
}

void counter_begin(struct vcpu *vcpu)
{
	period_of(vcpu);
}

/* Of a machine that began in this process the counter began at 0, after the plugin. */
static bool is_possible(uint64_t counter, uint64_t period, uint64_t after)
{
	if (counter > LONGEST_NANOSECONDS / period)
		return false;
	return atomic_load(&state.has_other_origin) ||
	       counter * period <= after - state.loaded_nanoseconds;
}

/* Than what is known: else nothing would be, on a host that is slow. */
static bool is_narrower(const struct bounds *reading)
{
	return !state.bounds.is_known ||
	       reading->highest - reading->lowest < state.bounds.highest - state.bounds.lowest;
}

static void learn(struct vcpu *vcpu, uint64_t before, uint64_t counter)
{
	uint64_t after = clock_nanoseconds();
	uint64_t period = period_of(vcpu);
	struct bounds reading = { .is_known = true };

	if (!period || !is_possible(counter, period, after) ||
	    atomic_flag_test_and_set(&state.is_learning))
		return;
	/* It stands still for a period. */
	reading.lowest = (int64_t)(counter * period) - (int64_t)after;
	reading.highest = (int64_t)(counter * period + period) - (int64_t)before;
	if (after - before <= LONGEST_READING || is_narrower(&reading))
		take(&reading);
	atomic_flag_clear(&state.is_learning);
}

static struct reading *reading_of(struct vcpu *vcpu)
{
	return paracall_qemu_engine.is_single_threaded ? &state.single_reading
						       : &arm64_vcpu(vcpu)->reading;
}

/* @userdata: see counter_hook_reading(). */
static void begin_reading(unsigned int index, void *userdata)
{
	struct vcpu *vcpu = vcpu_by_index(index);
	struct reading *reading;

	if (!vcpu)
		return;
	reading = reading_of(vcpu);
	readings_begin(vcpu);
	reading->destination = (uintptr_t)userdata >> PLACE_BITS;
	reading->next_pc = arm64_site_pc(vcpu, userdata) + SIZE;
	reading->nanoseconds = clock_nanoseconds();
}

static void finish_reading(unsigned int index, void *userdata)
{
	struct vcpu *vcpu = vcpu_by_index(index);
	struct reading *reading;

	(void)userdata;
	if (!vcpu)
		return;
	reading = reading_of(vcpu);
	readings_end(vcpu);
	if (register_read(vcpu, ARM64_PC) == reading->next_pc)
		learn(vcpu, reading->nanoseconds, register_read(vcpu, reading->destination));
	if (paracall_qemu_engine.reports_idle && period_of(vcpu) && !is_certain())
		readings_want(vcpu);
}

void counter_init(void)
{
	state.loaded_nanoseconds = clock_nanoseconds();
	readings_init(begin_reading, finish_reading);
}

void counter_forget(void)
{
	atomic_store(&state.has_other_origin, true);
	state.bounds.is_known = false;
	state.doubts.is_known = false;
	atomic_store(&state.has_offset, false);
}

void counter_doubt(void)
{
	atomic_store(&state.is_in_doubt, true);
}

/* What it had read is older than the stop. */
void counter_resume(struct vcpu *vcpu)
{
	if (!engine_offers(PARACALL_KVM_FEATURE_PTP))
		return;
	readings_end(vcpu);
	if (atomic_load_explicit(&state.is_in_doubt, memory_order_relaxed))
		readings_want(vcpu);
}

void counter_refresh(struct vcpu *vcpu)
{
	if (!paracall_qemu_engine.reports_idle)
		readings_want(vcpu);
}

static size_t place_of(uint64_t address)
{
	return address % PAGE_SIZE / SIZE;
}

void counter_hook_reading(struct qemu_plugin_insn *insn, uint32_t word)
{
	uint64_t address = qemu_plugin_insn_vaddr(insn);
	uint64_t site = address % PAGE_SIZE | (uint64_t)(word & REGISTER_MASK) << PLACE_BITS;

	atomic_store(&state.follows[place_of(address + SIZE)], true);
	readings_hook(insn, (void *)(uintptr_t)site);
}

bool counter_may_follow(uint64_t address)
{
	return atomic_load_explicit(&state.follows[place_of(address)], memory_order_relaxed);
}

/* The host's clocks at one instant: of several tries the one that took least. */
#define TRIES 8

static void read_host(uint64_t *monotonic, uint64_t *realtime)
{
	uint64_t shortest = UINT64_MAX;

	for (int i = 0; i < TRIES; i++) {
		uint64_t before = clock_nanoseconds();
		uint64_t now = host_nanoseconds(CLOCK_REALTIME);
		uint64_t took = clock_nanoseconds() - before;

		if (took < shortest) {
			shortest = took;
			*monotonic = before + took / 2;
			*realtime = now;
		}
	}
}

bool counter_read(void *context, struct paracall_clocks *clocks)
{
	uint64_t period = period_of(context);
	uint64_t monotonic = 0;
	uint64_t realtime = 0;

	/* Who asks once may ask again, and the next answer be a better one. */
	readings_want(context);
	if (!period || !is_certain())
		return false;
	read_host(&monotonic, &realtime);
	clocks->tsc = (monotonic + (uint64_t)atomic_load(&state.offset)) / period;
	clocks->seconds = (int64_t)(realtime / NANOSECONDS);
	clocks->nanoseconds = (uint32_t)(realtime % NANOSECONDS);
	clocks->steady_nanoseconds = monotonic;
	clocks->is_paired = true;
	return true;
}
