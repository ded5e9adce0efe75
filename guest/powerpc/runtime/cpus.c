/* SPDX-License-Identifier: BSD-2-Clause */
/* CPUs: started by RTAS, waiting in H_CEDE. */
#include "runtime.h"

#include "exceptions.h"
#include "rtas.h"

#define START_MS 10000
#define POST_MS 10000

uint32_t cpu_count = 1;

static struct cpu cpus[MAX_CPUS];
/* Its numbers need not be one after the other. */
static uint32_t numbers[MAX_CPUS];
static uint8_t stacks[MAX_CPUS][STACK_SIZE] __attribute__((aligned(16)));

extern const char cpu_start[];
_Noreturn void boot_main(void);
_Noreturn void cpu_main(void);

uint32_t this_cpu_number(void)
{
	unsigned long number;

	__asm__ volatile("mfspr %0,1023" : "=r"(number));
	return (uint32_t)number;
}

struct cpu *cpu_at(uint32_t index)
{
	return &cpus[numbers[index]];
}

static void set_msr(uint64_t value)
{
	__asm__ volatile("mtmsrd %0" : : "r"(value) : "memory");
}

/* So that it does not come while no CPU waits for it. */
static void start_here(uint32_t number)
{
	set_msr(MSR_REAL);
	set_decrementer(0x7fffffff);
	__atomic_store_n(&cpus[number].online, 1, __ATOMIC_RELEASE);
}

static uintptr_t stack_of(uint32_t number)
{
	return (uintptr_t)stacks[number] + STACK_SIZE - STACK_HEAD;
}

void boot_main(void)
{
	set_stack(this_cpu_number(), stack_of(this_cpu_number()));
	numbers[0] = this_cpu_number();
	start_here(numbers[0]);
	exceptions_start();
	mmu_start();
	finish(main());
}

void cpu_main(void)
{
	uint32_t number = this_cpu_number();
	struct cpu *cpu = &cpus[number];

	start_here(number);
	while (1) {
		/* H_PROD is kept, so that none is missed. */
		while (!__atomic_load_n(&cpu->busy, __ATOMIC_ACQUIRE)) {
			hcall(H_CEDE, 0, 0, 0, 0);
			/* That has enabled interrupts. */
			set_msr(MSR_REAL);
		}
		cpu->work(cpu->argument);
		set_msr(MSR_REAL);
		__atomic_store_n(&cpu->busy, 0, __ATOMIC_RELEASE);
	}
}

static void start_one(uint32_t number)
{
	cpus[number].number = number;
	set_stack(number, stack_of(number));
	if (rtas(RTAS_START_CPU, 3, 1, number, (uint32_t)(uintptr_t)cpu_start,
		 (uint32_t)stack_of(number)) ||
	    !wait_for(&cpus[number].online, 1, START_MS))
		crash("CPU %u can't be started", number);
	numbers[cpu_count++] = number;
}

void cpus_start(void)
{
	for (uint32_t number = 0; number < MAX_CPUS; number++)
		if (number != numbers[0] &&
		    !rtas(RTAS_QUERY_CPU_STOPPED_STATE, 1, 2, number, 0, 0))
			start_one(number);
}

void cpu_post(struct cpu *cpu, void (*work)(void *), void *argument)
{
	/* It may have shown its result, and not be back from its last work. */
	cpu_wait(cpu, POST_MS);
	cpu->work = work;
	cpu->argument = argument;
	__atomic_store_n(&cpu->busy, 1, __ATOMIC_RELEASE);
	hcall(H_PROD, cpu->number, 0, 0, 0);
}

bool cpu_wait(struct cpu *cpu, uint64_t milliseconds)
{
	return wait_for(&cpu->busy, 0, milliseconds);
}

void cpus_recover(void)
{
	for (uint32_t i = 1; i < cpu_count; i++)
		if (!cpu_wait(cpu_at(i), START_MS))
			crash("CPU %u does not end its work", cpu_at(i)->number);
}

void delay_ms(uint64_t milliseconds)
{
	uint64_t begin = clock_now();

	while (clock_now() - begin < milliseconds * 1000 * CLOCK_PER_US)
		relax();
}

bool wait_for(const volatile uint32_t *word, uint32_t value, uint64_t milliseconds)
{
	uint64_t begin = clock_now();

	while (*word != value) {
		if (clock_now() - begin > milliseconds * 1000 * CLOCK_PER_US)
			return *word == value;
		/* It may have to wait for the end of this CPU's turn. */
		hcall(H_CONFER, -1ul, 0, 0, 0);
	}
	return true;
}
