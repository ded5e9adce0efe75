/* SPDX-License-Identifier: BSD-2-Clause */
#include "common/spinners.h"

#include "common/test.h"
#include "runtime.h"

#define LIMIT_MS 60000

struct spinner {
	volatile uint32_t count;
	volatile uint32_t started;
	volatile uint32_t stop;
} __attribute__((aligned(256)));

static struct spinner spinners[MAX_CPUS];

static void spin(void *argument)
{
	struct spinner *spinner = argument;

	spinner->started = 1;
	while (!spinner->stop)
		spinner->count++;
}

bool spinners_start(void)
{
	for (uint32_t i = 1; i < cpu_count; i++) {
		spinners[i].stop = spinners[i].started = 0;
		cpu_post(cpu_at(i), spin, &spinners[i]);
		if (!check(wait_for(&spinners[i].started, 1, LIMIT_MS),
			   "CPU %u of %u does not start", i, cpu_count))
			return false;
	}
	return true;
}

void spinners_stop(void)
{
	for (uint32_t i = 1; i < cpu_count; i++)
		spinners[i].stop = 1;
	for (uint32_t i = 1; i < cpu_count; i++)
		check(cpu_wait(cpu_at(i), LIMIT_MS), "CPU %u of %u does not finish", i,
		      cpu_count);
}

uint32_t spinner_count(uint32_t index)
{
	return *spinner_word(index);
}

volatile uint32_t *spinner_word(uint32_t index)
{
	return &spinners[index].count;
}
