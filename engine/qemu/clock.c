/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * QEMU makes the guest's time-stamp counter from the host's own counter, plus
 * an offset that only changes while the machine is stopped. No function gives
 * a plugin that offset, but each reading by the guest does: the host's counter
 * before and after it are bounds. Many readings make them narrow.
 *
 * When a stopped machine continues, its counter continues where it was: the offset
 * has become smaller, and is below the known bounds.
 *
 * It also creeps up, by a little: QEMU gives no vCPU less than another has read
 * before. Where the counters of the host's processors differ, or are read out of
 * order, it adds the difference to the offset, permanently.
 *
 * With -icount the counter is QEMU's virtual time in nanoseconds.
 */
#include "clock.h"

#include "replay.h"
#include "ticks.h"

#include <stdatomic.h>
#include <time.h>

#define NANOSECONDS UINT64_C(1000000000)

/* The host's counter is measured for this long at least, in nanoseconds. */
#define SHORTEST_MEASUREMENT (NANOSECONDS / 20)

/* Differences between the counters of the host's processors, in parts of a second. */
#define TOLERANCE_PARTS 1000000

/* The offset is smaller by this part of a second: the machine was stopped. */
#define PAUSE_PARTS 1000

/* An instant on two clocks. */
struct instant {
	uint64_t ticks;
	uint64_t nanoseconds;
};

static struct {
	bool counts_instructions;
	/* By the clock that nobody slews: KVM's multiplier is the counter's own frequency. */
	struct instant loaded;
	/* When the machine began to run. */
	struct instant began;
	/* The frequency that the guest gets, once it was requested. */
	_Atomic(uint64_t) frequency;
	/* Good enough for everything else, and available before the first instruction. */
	_Atomic(uint64_t) rough_frequency;
	/* Guest's counter minus host's; wraps around. */
	_Atomic(uint64_t) offset;
	_Atomic(bool) has_offset;
	/* A thread that finds it set drops its reading; the next one will do. */
	atomic_flag is_learning;
	/* The last reading, and the host's counter after it. */
	uint64_t last_tsc;
	uint64_t last_after;
	uint64_t lowest_offset;
	uint64_t highest_offset;
	/* These are of another state; then the last reading, and the host's counter after it. */
	_Atomic(bool) is_void;
	uint64_t candidate_tsc;
	uint64_t candidate_after;
} state = { .is_learning = ATOMIC_FLAG_INIT };

uint64_t clock_coarse_nanoseconds(void)
{
	return host_nanoseconds(CLOCK_MONOTONIC_COARSE);
}

bool clock_has_ticked(uint64_t *last)
{
	uint64_t before = *last;

	*last = clock_coarse_nanoseconds();
	return *last != before;
}

uint64_t clock_nanoseconds(void)
{
	return host_nanoseconds(CLOCK_MONOTONIC);
}

uint64_t clock_ticks(void)
{
	return host_ticks();
}

/* Both clocks at one instant: of several @tries the one that took least. */
static struct instant read_instant(clockid_t clock, int tries)
{
	struct instant best = { .ticks = 0 };
	uint64_t shortest = UINT64_MAX;

	for (int i = 0; i < tries; i++) {
		uint64_t before = clock_ticks();
		uint64_t nanoseconds = host_nanoseconds(clock);
		uint64_t took = clock_ticks() - before;

		if (took < shortest) {
			shortest = took;
			best = (struct instant){ before + took / 2, nanoseconds };
		}
	}
	return best;
}

/* For an instant that may cost more, since it is to be exact. */
#define MANY_TRIES 64
#define FEW_TRIES 8

void clock_init(bool counts_instructions)
{
	state.counts_instructions = counts_instructions;
	state.loaded = read_instant(CLOCK_MONOTONIC_RAW, MANY_TRIES);
}

bool clock_can_learn(void)
{
	return !state.counts_instructions;
}

static void sleep_until(uint64_t nanoseconds)
{
	struct timespec then = {
		.tv_sec = nanoseconds / NANOSECONDS,
		.tv_nsec = nanoseconds % NANOSECONDS,
	};

	clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &then, NULL);
}

#define LONGEST_DELAY_OF_ALL (NANOSECONDS / 100)

void clock_delay(void *context, uint64_t nanoseconds)
{
	(void)context;
	if (paracall_qemu_engine.is_single_threaded && nanoseconds > LONGEST_DELAY_OF_ALL)
		nanoseconds = LONGEST_DELAY_OF_ALL;
	sleep_until(clock_nanoseconds() + nanoseconds);
}

/* The longer ago the plugin was loaded the better it gets: 0.05 us in 50 ms are 1 ppm. */
static uint64_t measure_frequency(void)
{
	struct instant now = read_instant(CLOCK_MONOTONIC_RAW, MANY_TRIES);
	uint64_t passed = now.nanoseconds - state.loaded.nanoseconds;

	if (passed < SHORTEST_MEASUREMENT) {
		sleep_until(clock_nanoseconds() + SHORTEST_MEASUREMENT - passed);
		now = read_instant(CLOCK_MONOTONIC_RAW, MANY_TRIES);
		passed = now.nanoseconds - state.loaded.nanoseconds;
	}
	return (uint64_t)((double)(now.ticks - state.loaded.ticks) * NANOSECONDS / passed);
}

/* All callers use the first caller's measurement. */
static uint64_t measure_once(_Atomic(uint64_t) *result)
{
	uint64_t frequency = atomic_load(result);
	uint64_t none = 0;

	if (frequency)
		return frequency;
	frequency = state.counts_instructions ? NANOSECONDS : measure_frequency();
	return atomic_compare_exchange_strong(result, &none, frequency) ? frequency : none;
}

uint64_t clock_tsc_frequency(void *context)
{
	(void)context;
	return measure_once(&state.frequency);
}

static uint64_t rough_frequency(void)
{
	return measure_once(&state.rough_frequency);
}

void clock_begin(void)
{
	state.began = read_instant(CLOCK_REALTIME, FEW_TRIES);
	if (replay_is_on())
		state.began.nanoseconds = replay_realtime();
	/* The counter may have begun long before the first instruction, on a busy host. */
	state.last_after = state.loaded.ticks;
	/* If the plugin was not loaded long ago it sleeps: now no vCPU waits for another. */
	rough_frequency();
}

static int64_t tolerance(void)
{
	return (int64_t)(rough_frequency() / TOLERANCE_PARTS);
}

/* Negative if @a is below @b; they wrap around. */
static int64_t difference(uint64_t a, uint64_t b)
{
	return (int64_t)(a - b);
}

static void set_bounds(uint64_t lowest, uint64_t highest)
{
	int64_t width = difference(highest, lowest);

	state.lowest_offset = lowest;
	state.highest_offset = highest;
	/* What was guessed too high is seen later by the guest, but still in its call. */
	atomic_store(&state.offset,
		     lowest + (uint64_t)(width < tolerance() ? width : tolerance()));
	atomic_store(&state.has_offset, true);
}

static void take_bounds(uint64_t lowest, uint64_t highest)
{
	int64_t smaller = difference(state.lowest_offset, highest);

	if (!atomic_load(&state.has_offset) || smaller > tolerance() ||
	    difference(lowest, state.highest_offset) > 0) {
		if (atomic_load(&state.has_offset) &&
		    smaller > (int64_t)(rough_frequency() / PAUSE_PARTS))
			paracall_machine_was_paused(paracall_qemu_engine.machine);
		set_bounds(lowest, highest);
	} else if (smaller <= 0) {
		set_bounds(difference(lowest, state.lowest_offset) > 0 ? lowest
								       : state.lowest_offset,
			   difference(highest, state.highest_offset) < 0
				   ? highest
				   : state.highest_offset);
	}
}

void clock_loaded(void)
{
	if (!state.began.ticks)
		clock_begin();
	atomic_store(&state.is_void, true);
}

/* The offset may have crept up since the last reading, by less than so much of a second. */
#define CREEP_PARTS 10000

uint64_t clock_most(void)
{
	if (state.counts_instructions || !atomic_load(&state.has_offset) ||
	    atomic_load(&state.is_void))
		return 0;
	return clock_ticks() + state.highest_offset + rough_frequency() / CREEP_PARTS;
}

/* QEMU's cpu_ticks_prev (system/cpu-timers.c): a load leaves it as it is. */
uint64_t clock_least(void)
{
	return state.counts_instructions ? 0 : state.last_tsc;
}

/* Of a reading when the host's counter was @after, and a later one. */
static bool goes_on(uint64_t tsc, uint64_t after, uint64_t later_tsc, uint64_t later_after)
{
	uint64_t passed = later_after - after;
	uint64_t most = passed + passed / 8 + rough_frequency() / 8;

	return later_tsc >= tsc && later_tsc - tsc <= most;
}

/* After a load two readings have to agree. */
static bool is_new_beginning(uint64_t tsc, uint64_t after)
{
	bool is_good = state.candidate_after &&
		       goes_on(state.candidate_tsc, state.candidate_after, tsc, after);

	state.candidate_tsc = tsc;
	state.candidate_after = is_good ? 0 : after;
	if (!is_good)
		return false;
	atomic_store(&state.is_void, false);
	atomic_store(&state.has_offset, false);
	return true;
}

/*
 * The counter never goes back, nor much faster than the host's. Else it's an old
 * reading, by a vCPU which had to wait for the host since; or it is none at all,
 * but what another path of the kernel to the same address had in the registers.
 */
static bool is_plausible(uint64_t tsc, uint64_t after)
{
	if (atomic_load_explicit(&state.is_void, memory_order_relaxed)
		    ? !is_new_beginning(tsc, after)
		    : !goes_on(state.last_tsc, state.last_after, tsc, after))
		return false;
	state.last_tsc = tsc;
	state.last_after = after;
	return true;
}

bool clock_learn(uint64_t before, uint64_t tsc)
{
	uint64_t after = clock_ticks();
	bool is_taken;

	if (atomic_flag_test_and_set(&state.is_learning))
		return false;
	is_taken = is_plausible(tsc, after);
	if (is_taken)
		take_bounds(tsc - after, tsc - before);
	atomic_flag_clear(&state.is_learning);
	return is_taken;
}

static void set_realtime(struct paracall_clocks *clocks, uint64_t nanoseconds)
{
	clocks->seconds = nanoseconds / NANOSECONDS;
	clocks->nanoseconds = nanoseconds % NANOSECONDS;
}

/* The steady clock at an instant that is just over. */
static uint64_t steady_at(uint64_t ticks)
{
	struct instant now = read_instant(CLOCK_MONOTONIC, FEW_TRIES);

	return now.nanoseconds - (now.ticks - ticks) * NANOSECONDS / rough_frequency();
}

bool clock_read(void *context, struct paracall_clocks *clocks)
{
	struct instant now;

	(void)context;
	if (state.counts_instructions) {
		set_realtime(clocks, state.began.nanoseconds);
		return true;
	}
	now = read_instant(CLOCK_REALTIME, FEW_TRIES);
	clocks->is_paired = atomic_load(&state.has_offset) && !atomic_load(&state.is_void);
	/* A guest that never read its counter: it began with the machine. */
	clocks->tsc = clocks->is_paired ? now.ticks + atomic_load(&state.offset)
					: now.ticks - state.began.ticks;
	set_realtime(clocks, now.nanoseconds);
	clocks->steady_nanoseconds = steady_at(now.ticks);
	return true;
}
