/* SPDX-License-Identifier: BSD-2-Clause */
#include "common/spin.h"

#include "common/spinners.h"
#include "common/test.h"
#include "runtime.h"

#define LIMIT_MS 300000
/* The CPU that works, and how much. */
#define WORKER 1
#define WORK 20000000u
/* How often another CPU has to be seen to make progress. */
#define MOVES 10
/* This many looks for one move mean that the CPUs take turns on the host. */
#define TURNS 1000
/*
 * A whole turn has millions of looks, and on Paracall the host runs another CPU after at most
 * 4096 hints.
 */
#define ENOUGH 20000
/* After so many the time is looked at. */
#define LOOKS 1000
/* At most: the host may have run other processes in place of the CPUs. */
#define TRIES 3

uint64_t spin_looks(spin_hint *hint, uint32_t moves, uint32_t limit_ms)
{
	uint64_t begin = clock_now(), looks = 0;

	for (uint32_t move = 0; move < moves; move++) {
		uint32_t target = 1 + move % (cpu_count - 1);
		uint32_t before = spinner_count(target);

		while (spinner_count(target) == before) {
			hint(target);
			looks++;
			if (looks % LOOKS == 0 &&
			    !check(clock_nanoseconds(clock_now() - begin) <
					   limit_ms * 1000000ul,
				   "move %u of %u after %u ms", move, moves, limit_ms))
				return looks;
		}
	}
	return looks;
}

static void look_only(uint32_t index)
{
	(void)index;
	__asm__ volatile("" : : : "memory");
}

/*
 * All other CPUs are busy. If they run at the same time anyway, hints have no visible
 * effect; but if CPUs take turns, it shows in how often this one looks in vain. What counts
 * is how often, not how long that takes.
 */
void spin_try_effect(spin_hint *hint)
{
	uint64_t without = 0, with = UINT64_MAX;

	if (!spinners_start())
		return;
	without = spin_looks(look_only, MOVES, LIMIT_MS);
	for (uint32_t i = 0; i < TRIES && with > MOVES * ENOUGH && !test_has_failed(); i++)
		with = spin_looks(hint, MOVES, LIMIT_MS);
	spinners_stop();
	print("# looks until a CPU made progress, %u times: %lu with hints, %lu without\n",
	      MOVES, with, without);
	if (without > MOVES * TURNS)
		check(with <= MOVES * ENOUGH, "hints do not end a turn: %lu looks", with);
}

static volatile uint32_t is_done;
static volatile uint32_t worked;

static void spin(void *argument)
{
	spin_hint *const *hint = argument;

	while (!is_done)
		(*hint)(WORKER);
}

static void work(void *argument)
{
	(void)argument;
	while (worked < WORK)
		worked++;
}

void spin_try_progress(spin_hint *hint)
{
	is_done = 0;
	worked = 0;
	for (uint32_t i = WORKER + 1; i < cpu_count; i++)
		cpu_post(cpu_at(i), spin, &hint);
	cpu_post(cpu_at(WORKER), work, NULL);
	check(cpu_wait(cpu_at(WORKER), LIMIT_MS), "the CPU that works does not finish");
	is_done = 1;
	for (uint32_t i = WORKER + 1; i < cpu_count; i++)
		check(cpu_wait(cpu_at(i), LIMIT_MS), "CPU %u does not finish", i);
}
