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
 * Only while all vCPUs sleep the machine can have been stopped: then the next reading is
 * believed, and not only when another one agrees.
 *
 * With -icount the counter goes by instructions; then there is nothing to learn.
 */
#include "counter.h"

#include "../clock.h"
#include "../readings.h"
#include "../ticks.h"
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

/* In .registers: none, more than one; else the register's number plus 1. */
#define NO_REGISTER 0
#define MIXED 0xff

#define NANOSECONDS INT64_C(1000000000)

/* What the counter is ahead of the host's clock, in nanoseconds. */
struct bounds {
	bool is_known;
	int64_t lowest;
	int64_t highest;
};

static struct {
	/* Into which register the block that begins at that place of a page was read. */
	_Atomic(uint8_t) registers[PAGE_SIZE / SIZE];
	/* In nanoseconds; 0 until it is known. */
	_Atomic(uint64_t) period;
	/* Whoever finds it set leaves a reading unused; the next one will do. */
	atomic_flag is_learning;
	struct bounds bounds;
	/* What one reading said that contradicts them: if another agrees, it is right. */
	struct bounds doubts;
	_Atomic(bool) has_offset;
	_Atomic(int64_t) offset;
	/* The machine may have been stopped since the last reading. */
	_Atomic(bool) is_in_doubt;
} state = { .is_learning = ATOMIC_FLAG_INIT };

bool counter_is_reading(uint32_t word)
{
	uint32_t without = word & ~REGISTER_MASK;

	return (without == CNTVCT || without == CNTVCTSS || without == CNTPCT ||
		without == CNTPCTSS) &&
	       (word & REGISTER_MASK) != XZR && !paracall_qemu_engine.counts_instructions;
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

/* A machine that was stopped has another offset. One reading alone may be none. */
static void take(const struct bounds *reading)
{
	bool is_in_doubt = atomic_exchange(&state.is_in_doubt, false);

	if (!state.bounds.is_known) {
		state.bounds = *reading;
	} else if (narrow(&state.bounds, reading)) {
		state.doubts.is_known = false;
	} else if (is_in_doubt) {
		state.bounds = *reading;
		state.doubts.is_known = false;
	} else if (narrow(&state.doubts, reading)) {
		state.bounds = state.doubts;
		state.doubts.is_known = false;
	} else {
		state.doubts = *reading;
	}
	atomic_store(&state.offset,
		     state.bounds.lowest + (state.bounds.highest - state.bounds.lowest) / 2);
	atomic_store(&state.has_offset, true);
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

static void learn(struct vcpu *vcpu, uint64_t before, uint64_t counter)
{
	uint64_t after = clock_nanoseconds();
	uint64_t period = period_of(vcpu);
	struct bounds reading = { .is_known = true };
	int64_t nanoseconds;

	if (!period || atomic_flag_test_and_set(&state.is_learning))
		return;
	/* It stands still for a period. */
	nanoseconds = (int64_t)(counter * period);
	reading.lowest = nanoseconds - (int64_t)after;
	reading.highest = nanoseconds + (int64_t)period - (int64_t)before;
	take(&reading);
	atomic_flag_clear(&state.is_learning);
}

static void begin_reading(unsigned int index, void *userdata)
{
	struct vcpu *vcpu = vcpu_by_index(index);

	(void)userdata;
	if (!vcpu)
		return;
	readings_begin(vcpu);
	arm64_vcpu(vcpu)->nanoseconds_before = clock_nanoseconds();
}

/* @userdata is the block's place in its page. */
static void finish_reading(unsigned int index, void *userdata)
{
	struct vcpu *vcpu = vcpu_by_index(index);
	uint8_t number = state.registers[(uintptr_t)userdata];

	if (!vcpu)
		return;
	readings_end(vcpu);
	if (number != NO_REGISTER && number != MIXED)
		learn(vcpu, arm64_vcpu(vcpu)->nanoseconds_before,
		      register_read(vcpu, number - 1));
}

void counter_init(void)
{
	readings_init(begin_reading, finish_reading);
}

static void note_register(size_t place, uint32_t number)
{
	uint8_t none = NO_REGISTER;

	if (!atomic_compare_exchange_strong(&state.registers[place], &none, number + 1) &&
	    none != number + 1)
		atomic_store(&state.registers[place], MIXED);
}

void counter_forget(void)
{
	state.bounds.is_known = false;
	state.doubts.is_known = false;
	atomic_store(&state.has_offset, false);
}

void counter_doubt(void)
{
	atomic_store(&state.is_in_doubt, true);
}

void counter_hook_reading(struct qemu_plugin_insn *insn, uint32_t word)
{
	uint64_t next = qemu_plugin_insn_vaddr(insn) + SIZE;

	note_register(next % PAGE_SIZE / SIZE, word & REGISTER_MASK);
	readings_hook(insn);
}

void counter_hook_block(struct qemu_plugin_tb *block)
{
	size_t place = qemu_plugin_tb_vaddr(block) % PAGE_SIZE / SIZE;

	if (state.registers[place] != NO_REGISTER)
		readings_hook_next(block, (void *)place);
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
	if (!period || !atomic_load(&state.has_offset))
		return false;
	read_host(&monotonic, &realtime);
	clocks->tsc = (monotonic + (uint64_t)atomic_load(&state.offset)) / period;
	clocks->seconds = (int64_t)(realtime / NANOSECONDS);
	clocks->nanoseconds = (uint32_t)(realtime % NANOSECONDS);
	clocks->steady_nanoseconds = monotonic;
	clocks->is_paired = true;
	return true;
}
