/* SPDX-License-Identifier: BSD-2-Clause */
/* CPUs that look for work again and again, and time, where relax() is all that waiting needs. */
#include "runtime.h"

#define WORK_MS 10000
#define POST_MS WORK_MS
#define INTERRUPT_MS 10000

void cpu_post(struct cpu *cpu, void (*work)(void *), void *argument)
{
	/* It may have shown its result, and not be back from its last work. */
	cpu_wait(cpu, POST_MS);
	cpu->work = work;
	cpu->argument = argument;
	__atomic_store_n(&cpu->busy, 1, __ATOMIC_RELEASE);
}

void cpu_serve(struct cpu *cpu)
{
	while (1) {
		while (!__atomic_load_n(&cpu->busy, __ATOMIC_ACQUIRE))
			relax();
		cpu->work(cpu->argument);
		__atomic_store_n(&cpu->busy, 0, __ATOMIC_RELEASE);
	}
}

bool cpu_wait(struct cpu *cpu, uint64_t milliseconds)
{
	return wait_for(&cpu->busy, 0, milliseconds);
}

void cpus_recover(void)
{
	for (uint32_t i = 1; i < cpu_count; i++)
		if (!cpu_wait(cpu_at(i), WORK_MS))
			crash("CPU %u does not end its work", i);
}

void delay_ms(uint64_t milliseconds)
{
	uint64_t begin = clock_now();

	while (clock_nanoseconds(clock_now() - begin) < milliseconds * 1000000)
		relax();
}

bool wait_for(const volatile uint32_t *word, uint32_t value, uint64_t milliseconds)
{
	uint64_t begin = clock_now();

	while (*word != value) {
		if (clock_nanoseconds(clock_now() - begin) > milliseconds * 1000000)
			return *word == value;
		relax();
	}
	return true;
}

/* A host may keep this CPU waiting all the time, and then none has come. */
void wait_for_interrupt(const volatile uint64_t *interrupts, uint64_t before)
{
	uint64_t begin = clock_now();

	while (*interrupts == before &&
	       clock_nanoseconds(clock_now() - begin) < INTERRUPT_MS * 1000000ul)
		relax();
}
