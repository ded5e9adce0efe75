/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The frequency of the host's counter in Hz, measured for a second against the
 * clock that nobody slews. By none of the plugin's code but how a counter is read.
 */
#include "../engine/qemu/ticks.h"

#include <inttypes.h>
#include <stdio.h>

/* The counter at a time: of many tries the one that took least. */
static uint64_t read_ticks(uint64_t *nanoseconds)
{
	uint64_t shortest = UINT64_MAX;
	uint64_t ticks = 0;

	for (int i = 0; i < 1000; i++) {
		uint64_t before = host_ticks();
		uint64_t now = host_nanoseconds(CLOCK_MONOTONIC_RAW);
		uint64_t took = host_ticks() - before;

		if (took >= shortest)
			continue;
		shortest = took;
		ticks = before + took / 2;
		*nanoseconds = now;
	}
	return ticks;
}

int main(void)
{
	const struct timespec second = { .tv_sec = 1 };
	uint64_t began, ended;
	uint64_t ticks = read_ticks(&began);

	nanosleep(&second, NULL);
	ticks = read_ticks(&ended) - ticks;
	printf("%.0f\n", (double)ticks * 1e9 / (double)(ended - began));
	return 0;
}
