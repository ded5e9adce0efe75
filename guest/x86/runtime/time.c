/* SPDX-License-Identifier: BSD-2-Clause */
/* Time by the time-stamp counter, whose rate is measured by the 8254 timer. */
#include "runtime.h"

#define PIT_COMMAND 0x43
#define PIT_COUNTER 0x40
/* Counter 0, both bytes, mode 2: counts down from 65536 over and over. */
#define PIT_START 0x34
#define PIT_LATCH 0x00

#define CALIBRATION_TICKS (PIT_HZ / 100)
#define MEASUREMENTS 3
/* Without a timer; too high makes waits longer, which is safe. */
#define GUESSED_CYCLES_PER_US 4000

uint64_t cycles_per_us = GUESSED_CYCLES_PER_US;

uint16_t pit_read(void)
{
	uint8_t low;

	outb(PIT_COMMAND, PIT_LATCH);
	low = inb(PIT_COUNTER);
	return (uint16_t)(inb(PIT_COUNTER) << 8 | low);
}

/*
 * Cycles in a microsecond; 0 without that timer. They are counted from before its
 * first reading to after the last: losing the CPU in between, or missing a
 * whole round of the timer, makes them too many and never too few.
 */
static uint64_t measure_rate(void)
{
	uint64_t begin = rdtsc(), cycles = 0, rate;
	uint16_t start = pit_read(), elapsed = 0;

	/* The bound is for machines that have none. */
	for (int i = 0; i < 1000000 && elapsed < CALIBRATION_TICKS; i++) {
		uint16_t now = pit_read();

		cycles = rdtsc() - begin;
		elapsed = start - now;
		if (i > 100 && !elapsed)
			return 0;
	}
	if (elapsed < CALIBRATION_TICKS)
		return 0;
	rate = cycles * PIT_HZ / elapsed / 1000000;
	return rate ? rate : 1;
}

void time_start(void)
{
	uint64_t least = 0;

	outb(PIT_COMMAND, PIT_START);
	outb(PIT_COUNTER, 0);
	outb(PIT_COUNTER, 0);
	for (int i = 0; i < MEASUREMENTS; i++) {
		uint64_t rate = measure_rate();

		if (rate && (!least || rate < least))
			least = rate;
	}
	if (least)
		cycles_per_us = least;
}

void delay_us(uint64_t microseconds)
{
	uint64_t begin = rdtsc();

	while (rdtsc() - begin < microseconds * cycles_per_us)
		relax();
}

bool wait_for(const volatile uint32_t *word, uint32_t value, uint64_t milliseconds)
{
	uint64_t begin = rdtsc();

	while (*word != value) {
		if (rdtsc() - begin > milliseconds * 1000 * cycles_per_us)
			return *word == value;
		relax();
	}
	return true;
}
