/* SPDX-License-Identifier: BSD-2-Clause */
/* CPUs: switched on and off by PSCI; and time. */
#include "frame.h"

#define START_MS 10000

/* Of the interrupt controller, version 2: distributor and CPU interface. */
#define GICD 0x08000000ul
#define GICC 0x08010000ul
#define GIC_CONTROL 0x000u
#define GICD_ENABLE 0x100u
#define GICC_PRIORITY_MASK 0x004u
/* The virtual timer's interrupt. */
#define TIMER_INTERRUPT 27

uint32_t cpu_count = 1;

static struct cpu cpus[MAX_CPUS];
/* In turn: a CPU that is started again is not known by what it had in TPIDR_EL1. */
static struct frame frames[MAX_CPUS][2];
static uint32_t starts[MAX_CPUS];
static uint8_t stacks[MAX_CPUS][STACK_SIZE] __attribute__((aligned(16)));

extern const char cpu_start[];
_Noreturn void boot_main(void);
_Noreturn void cpu_main(void);

uint32_t this_cpu_number(void)
{
	uint64_t affinity;

	__asm__ volatile("mrs %0,mpidr_el1" : "=r"(affinity));
	return (uint32_t)affinity & (MAX_CPUS - 1);
}

struct cpu *cpu_at(uint32_t index)
{
	return &cpus[index];
}

static uintptr_t stack_of(uint32_t number)
{
	return (uintptr_t)stacks[number] + STACK_SIZE;
}

static void start_here(uint32_t number)
{
	struct frame *frame = &frames[number][starts[number]++ % 2];

	*frame = (struct frame){ .stack = stack_of(number) };
	__asm__ volatile("msr tpidr_el1,%0" : : "r"(frame) : "memory");
	cpus[number].number = number;
	__atomic_store_n(&cpus[number].online, 1, __ATOMIC_RELEASE);
}

void boot_main(void)
{
	start_here(0);
	finish(main());
}

void cpu_main(void)
{
	struct cpu *cpu = &cpus[this_cpu_number()];

	start_here(this_cpu_number());
	cpu_serve(cpu);
}

static int64_t switch_on(uint32_t number)
{
	cpus[number].online = 0;
	cpus[number].busy = 0;
	return call(PARACALL_PSCI_CPU_ON | PARACALL_SMCCC_64BIT, number, (uintptr_t)cpu_start,
		    stack_of(number))
		.x0;
}

void cpus_start(void)
{
	while (cpu_count < MAX_CPUS && !switch_on(cpu_count)) {
		if (!wait_for(&cpus[cpu_count].online, 1, START_MS))
			crash("CPU %u does not start", cpu_count);
		cpu_count++;
	}
}

static void go_off(void *argument)
{
	struct cpu *cpu = argument;

	cpu->online = 0;
	call(PARACALL_PSCI_CPU_OFF, 0, 0, 0);
	crash("CPU %u is still on", cpu->number);
}

/* PSCI's AFFINITY_INFO: 1 is off. */
bool cpu_off(struct cpu *cpu)
{
	uint64_t begin = clock_now();

	cpu_post(cpu, go_off, cpu);
	while (call(PARACALL_PSCI_AFFINITY_INFO | PARACALL_SMCCC_64BIT, cpu->number, 0, 0).x0 !=
	       1) {
		if (clock_nanoseconds(clock_now() - begin) > START_MS * 1000000ul)
			return false;
		relax();
	}
	return true;
}

bool cpu_on(struct cpu *cpu)
{
	return !switch_on(cpu->number) && wait_for(&cpu->online, 1, START_MS);
}

static volatile uint32_t *device(uintptr_t address)
{
	return (volatile uint32_t *)address;
}

uint64_t take_interrupts(uint64_t milliseconds)
{
	struct frame *frame = this_frame();
	uint64_t before = frame->interrupts;

	*device(GICD + GIC_CONTROL) = 1;
	*device(GICD + GICD_ENABLE) = 1u << TIMER_INTERRUPT;
	*device(GICC + GICC_PRIORITY_MASK) = 0xff;
	*device(GICC + GIC_CONTROL) = 1;
	__asm__ volatile("msr cntv_tval_el0,%0\n\tmsr cntv_ctl_el0,%1\n\tmsr daifclr,#2"
			 :
			 : "r"(0ul), "r"(1ul)
			 : "memory");
	delay_ms(milliseconds);
	wait_for_interrupt(&frame->interrupts, before);
	__asm__ volatile("msr daifset,#2\n\tmsr cntv_ctl_el0,xzr" : : : "memory");
	return *(volatile uint64_t *)&frame->interrupts - before;
}
