/* SPDX-License-Identifier: BSD-2-Clause */
/* CPUs: switched on and off by SBI's HSM; and time. */
#include "frame.h"

#define START_MS 10000

/* What HSM_HART_STATUS says of one that is off. */
#define HART_STOPPED 1

/* sie: the timer's interrupt; sstatus: interrupts are taken. */
#define SIE_TIMER 0x20ul
#define SSTATUS_SIE 0x2ul

uint32_t cpu_count = 1;

static struct cpu cpus[MAX_CPUS];
static struct frame frames[MAX_CPUS];
static uint8_t stacks[MAX_CPUS][STACK_SIZE] __attribute__((aligned(16)));
static uintptr_t tree;

extern const char cpu_start[];
_Noreturn void boot_main(uint64_t hart, uintptr_t tree_address);
_Noreturn void cpu_main(uint64_t hart);

uint32_t this_cpu_number(void)
{
	return this_frame()->number;
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
	struct frame *frame = &frames[number];

	*frame = (struct frame){ .stack = stack_of(number), .number = number };
	__asm__ volatile("csrw sscratch,%0" : : "r"(frame) : "memory");
	__atomic_store_n(&cpus[number].online, 1, __ATOMIC_RELEASE);
}

uintptr_t device_tree(void)
{
	return tree;
}

void boot_main(uint64_t hart, uintptr_t tree_address)
{
	cpus[0].hart = (uint32_t)hart;
	tree = tree_address;
	start_here(0);
	finish(main());
}

static struct cpu *cpu_of(uint64_t hart)
{
	for (uint32_t i = 1; i < MAX_CPUS; i++)
		if (cpus[i].number == i && cpus[i].hart == hart)
			return &cpus[i];
	crash("hart %lu was not started", hart);
}

void cpu_main(uint64_t hart)
{
	struct cpu *cpu = cpu_of(hart);

	start_here(cpu->number);
	cpu_serve(cpu);
}

static int64_t switch_on(uint32_t number, uint32_t hart)
{
	cpus[number].number = number;
	cpus[number].hart = hart;
	cpus[number].online = 0;
	cpus[number].busy = 0;
	return call(PARACALL_SBI_HSM, PARACALL_SBI_HSM_HART_START, hart, (uintptr_t)cpu_start,
		    stack_of(number))
		.error;
}

void cpus_start(void)
{
	for (uint32_t hart = 0; hart < MAX_CPUS && cpu_count < MAX_CPUS; hart++) {
		if (hart == cpus[0].hart || switch_on(cpu_count, hart))
			continue;
		if (!wait_for(&cpus[cpu_count].online, 1, START_MS))
			crash("hart %u does not start", hart);
		cpu_count++;
	}
}

static void go_off(void *argument)
{
	struct cpu *cpu = argument;

	cpu->online = 0;
	call(PARACALL_SBI_HSM, PARACALL_SBI_HSM_HART_STOP, 0, 0, 0);
	crash("CPU %u is still on", cpu->number);
}

bool cpu_off(struct cpu *cpu)
{
	uint64_t begin = clock_now();

	cpu_post(cpu, go_off, cpu);
	while (call(PARACALL_SBI_HSM, PARACALL_SBI_HSM_HART_STATUS, cpu->hart, 0, 0).value !=
	       HART_STOPPED) {
		if (clock_nanoseconds(clock_now() - begin) > START_MS * 1000000ul)
			return false;
		relax();
	}
	return true;
}

bool cpu_on(struct cpu *cpu)
{
	return !switch_on(cpu->number, cpu->hart) && wait_for(&cpu->online, 1, START_MS);
}

static void set_timer(uint64_t time)
{
	call(PARACALL_SBI_TIME, PARACALL_SBI_TIME_SET_TIMER, time, 0, 0);
}

uint64_t take_interrupts(uint64_t milliseconds)
{
	struct frame *frame = this_frame();
	uint64_t before = frame->interrupts;

	set_timer(clock_now());
	__asm__ volatile("csrs sie,%0\n\tcsrs sstatus,%1"
			 :
			 : "r"(SIE_TIMER), "r"(SSTATUS_SIE)
			 : "memory");
	delay_ms(milliseconds);
	wait_for_interrupt(&frame->interrupts, before);
	__asm__ volatile("csrc sstatus,%1\n\tcsrc sie,%0"
			 :
			 : "r"(SIE_TIMER), "r"(SSTATUS_SIE)
			 : "memory");
	set_timer(UINT64_MAX);
	return *(volatile uint64_t *)&frame->interrupts - before;
}
