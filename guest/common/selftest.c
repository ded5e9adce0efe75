/* SPDX-License-Identifier: BSD-2-Clause */
#include "common/selftest.h"
#include "common/test.h"

#include "runtime.h"

#define LIMIT_MS 5000

void test_time(void)
{
	uint64_t begin = clock_now();

	delay_ms(10);
	check(clock_nanoseconds(clock_now() - begin) >= 10000000, "delay too short");
	check(take_interrupts(200) > 0, "no interrupt of the timer");
}

static void count(void *argument)
{
	*(volatile uint32_t *)argument += 1 + this_cpu_number();
}

void test_cpus(void)
{
	for (uint32_t i = 1; i < cpu_count; i++) {
		volatile uint32_t ran = 0;

		cpu_post(cpu_at(i), count, (void *)&ran);
		check(cpu_wait(cpu_at(i), LIMIT_MS), "CPU %u does not answer", i);
		check_equal(ran, 1 + i, "CPU %u: runs", i);
	}
}
