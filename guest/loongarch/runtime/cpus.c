/* SPDX-License-Identifier: BSD-2-Clause */
/* CPUs: started by a message, as Linux does it (arch/loongarch/kernel/smp.c); and time. */
#include "frame.h"

#define START_MS 10000
#define AGAIN_MS 20

/* IOCSR: a message to another CPU, 32 bits at a time, and an interrupt. */
#define IPI_SEND 0x1040ul
#define MAIL_SEND 0x1048ul
#define SEND_WAIT (1ul << 31)
#define SEND_CPU_SHIFT 16
#define MAIL_BOX_SHIFT 2
#define MAIL_DATA_SHIFT 32

/* QEMU's firmware configuration: how many CPUs there are. */
#define FW_CFG 0x1e020000ul
#define FW_CFG_SELECT 8
#define FW_CFG_CPUS_BIG_ENDIAN 0x0500

/* The timer's interrupt, and its register. */
#define TIMER_INTERRUPT (1ul << 11)
#define TCFG_PERIODIC 3ul

/* CPUCFG: the crystal's frequency, and by what it is multiplied and divided. */
#define CPUCFG_CRYSTAL 4
#define CPUCFG_RATIO 5

uint32_t cpu_count = 1;

static struct cpu cpus[MAX_CPUS];
static struct frame frames[MAX_CPUS];
static uint8_t stacks[MAX_CPUS][STACK_SIZE] __attribute__((aligned(16)));

/* What the CPU that starts next begins with. */
uint64_t next_stack;

extern const char cpu_start[];
_Noreturn void boot_main(void);
_Noreturn void cpu_main(void);

uint32_t this_cpu_number(void)
{
	uint64_t number;

	__asm__ volatile("csrrd %0,%1" : "=r"(number) : "i"(CSR_CPUID));
	return (uint32_t)number & (MAX_CPUS - 1);
}

struct cpu *cpu_at(uint32_t index)
{
	return &cpus[index];
}

static void start_here(uint32_t number)
{
	struct frame *frame = &frames[number];

	*frame = (struct frame){ .stack = (uintptr_t)stacks[number] + STACK_SIZE };
	__asm__ volatile("csrwr %0,%1" : "+r"(frame) : "i"(CSR_FRAME) : "memory");
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

static void write_iocsr(uint64_t address, uint64_t value)
{
	__asm__ volatile("iocsrwr.d %0,%1" : : "r"(value), "r"(address) : "memory");
}

/* The first of the CPU's four boxes, its upper half first. */
static void send(uint32_t cpu, uint64_t value)
{
	uint64_t to = SEND_WAIT | (uint64_t)cpu << SEND_CPU_SHIFT;

	write_iocsr(MAIL_SEND, to | 1ul << MAIL_BOX_SHIFT | (value & 0xffffffff00000000));
	write_iocsr(MAIL_SEND, to | value << MAIL_DATA_SHIFT);
	__asm__ volatile("iocsrwr.w %0,%1" : : "r"(to), "r"(IPI_SEND) : "memory");
}

static uint32_t count_cpus(void)
{
	volatile uint8_t *data = device(FW_CFG);
	uint32_t low;

	*(volatile uint16_t *)device(FW_CFG + FW_CFG_SELECT) = FW_CFG_CPUS_BIG_ENDIAN;
	low = *data;
	low |= (uint32_t)*data << 8;
	return low < MAX_CPUS ? low : MAX_CPUS;
}

/* It throws away what came before it waits. */
static bool start_cpu(uint32_t cpu)
{
	uint64_t begin = clock_now();

	do
		send(cpu, (uintptr_t)cpu_start);
	while (!wait_for(&cpus[cpu].online, 1, AGAIN_MS) &&
	       clock_nanoseconds(clock_now() - begin) < START_MS * 1000000ul);
	return cpus[cpu].online;
}

void cpus_start(void)
{
	uint32_t count = count_cpus();

	for (; cpu_count < count; cpu_count++) {
		__atomic_store_n(&next_stack, (uintptr_t)stacks[cpu_count] + STACK_SIZE,
				 __ATOMIC_SEQ_CST);
		if (!start_cpu(cpu_count))
			crash("CPU %u does not start", cpu_count);
	}
}

uint64_t clock_frequency(void)
{
	uint64_t ratio = cpucfg(CPUCFG_RATIO);
	uint64_t divider = ratio >> 16 & 0xffff;

	return (uint32_t)cpucfg(CPUCFG_CRYSTAL) * (ratio & 0xffff) / (divider ? divider : 1);
}

static void write_timer(uint64_t value)
{
	__asm__ volatile("csrwr %0,%1" : "+r"(value) : "i"(CSR_TCFG) : "memory");
}

static void set_interrupts(uint64_t sources, uint64_t enabled)
{
	uint64_t bit = CRMD_INTERRUPTS;

	__asm__ volatile("csrwr %0,%1" : "+r"(sources) : "i"(CSR_ECFG) : "memory");
	__asm__ volatile("csrxchg %0,%1,%2"
			 : "+r"(enabled)
			 : "r"(bit), "i"(CSR_CRMD)
			 : "memory");
}

uint64_t take_interrupts(uint64_t milliseconds)
{
	struct frame *frame = this_frame();
	uint64_t before = frame->interrupts;

	write_timer((clock_frequency() / 1000 & ~3ul) | TCFG_PERIODIC);
	set_interrupts(TIMER_INTERRUPT, CRMD_INTERRUPTS);
	delay_ms(milliseconds);
	wait_for_interrupt(&frame->interrupts, before);
	set_interrupts(0, 0);
	write_timer(0);
	return *(volatile uint64_t *)&frame->interrupts - before;
}
