/* SPDX-License-Identifier: BSD-2-Clause */
/* CPUs: each with a lowcore of its own, so that absolute pages 0 and 1 are unused. */
#include "runtime.h"

/* Bit of control register 0: emergency signals interrupt. */
#define CR0_EMERGENCY 0x4000ul
#define CR0_DEFAULT 0xe0ul

#define START_MS 10000
#define POST_MS 10000

uint32_t cpu_count;
uint16_t cpu_addresses[MAX_CPUS];

static struct cpu cpus[MAX_CPUS];
static uint8_t lowcores[MAX_CPUS][LOWCORE_SIZE] __attribute__((aligned(LOWCORE_SIZE)));
static uint8_t stacks[MAX_CPUS][STACK_SIZE] __attribute__((aligned(16)));

extern const char cpu_start[], program_entry[], svc_entry[], external_entry[];
void wait_external(void);
_Noreturn void boot_main(void);
_Noreturn void cpu_main(void);

uint16_t this_cpu_address(void)
{
	uint16_t address;

	__asm__ volatile("stap %0" : "=Q"(address));
	return address;
}

struct cpu *cpu_at(uint32_t index)
{
	return &cpus[cpu_addresses[index]];
}

uint8_t *lowcore_of(uint16_t address)
{
	return lowcores[address];
}

uint64_t externals_of(uint16_t address)
{
	return *(volatile uint64_t *)(lowcores[address] + LC_EXTERNALS);
}

static void set_quad(uint8_t *lowcore, uint32_t offset, uint64_t value)
{
	*(uint64_t *)(lowcore + offset) = value;
}

static void set_psw(uint8_t *lowcore, uint32_t offset, uint64_t mask, const void *address)
{
	set_quad(lowcore, offset, mask);
	set_quad(lowcore, offset + 8, (uintptr_t)address);
}

static void fill_lowcore(uint16_t address)
{
	uint8_t *lowcore = lowcores[address];

	memset(lowcore, 0, LOWCORE_SIZE);
	set_psw(lowcore, LC_RESTART_NEW, PSW_64, cpu_start);
	set_psw(lowcore, LC_EXTERNAL_NEW, PSW_64, external_entry);
	set_psw(lowcore, LC_SVC_NEW, PSW_64, svc_entry);
	set_psw(lowcore, LC_PROGRAM_NEW, PSW_64, program_entry);
	/* Never enabled; if one comes nevertheless, a disabled wait. */
	set_psw(lowcore, LC_MACHINE_CHECK_NEW, PSW_64 | PSW_WAIT, (const void *)0xbad);
	set_psw(lowcore, LC_IO_NEW, PSW_64 | PSW_WAIT, (const void *)0xbad);
	set_quad(lowcore, LC_STACK, (uintptr_t)stacks[address] + STACK_SIZE - FRAME_SIZE);
	cpus[address].address = address;
}

static void set_control_0(uint64_t value)
{
	__asm__ volatile("lctlg %%c0,%%c0,%0" : : "Q"(value) : "memory");
}

void boot_main(void)
{
	uint16_t address = this_cpu_address();
	uint32_t prefix = (uint32_t)(uintptr_t)lowcores[address];

	fill_lowcore(address);
	__asm__ volatile("spx %0" : : "Q"(prefix) : "memory");
	set_control_0(CR0_DEFAULT);
	/* Not its initial value, which not every reset restores. */
	cpu_count = 1;
	cpu_addresses[0] = address;
	cpus[address].online = 1;
	finish(main());
}

void cpu_main(void)
{
	struct cpu *cpu = &cpus[this_cpu_address()];

	set_control_0(CR0_DEFAULT | CR0_EMERGENCY);
	__atomic_store_n(&cpu->online, 1, __ATOMIC_RELEASE);
	while (1) {
		/* Interruptions are off here, so that none is missed in between. */
		while (!__atomic_load_n(&cpu->busy, __ATOMIC_ACQUIRE))
			wait_external();
		cpu->work(cpu->argument);
		__atomic_store_n(&cpu->busy, 0, __ATOMIC_RELEASE);
	}
}

int sigp(uint16_t address, enum sigp_order order, uint32_t parameter, uint32_t *status)
{
	register uint64_t status_register __asm__("0") = 0;
	register uint64_t parameter_register __asm__("1") = parameter;
	int cc;

	do {
		__asm__ volatile("sigp %1,%2,0(%3)\n"
				 "ipm %0\n"
				 "srl %0,28"
				 : "=&d"(cc), "+d"(status_register)
				 : "d"((uint64_t)address), "a"((uint64_t)order),
				   "d"(parameter_register)
				 : "cc", "memory");
	} while (cc == SIGP_BUSY);
	if (status)
		*status = (uint32_t)status_register;
	return cc;
}

bool cpu_is_stopped(uint16_t address)
{
	uint32_t status;

	return sigp(address, SIGP_SENSE, 0, &status) == SIGP_STATUS_STORED &&
	       status & SIGP_STATUS_STOPPED;
}

void cpu_stop(struct cpu *cpu)
{
	sigp(cpu->address, SIGP_STOP, 0, NULL);
	while (!cpu_is_stopped(cpu->address))
		;
	cpu->online = 0;
	cpu->busy = 0;
}

bool cpu_restart(struct cpu *cpu)
{
	fill_lowcore(cpu->address);
	if (sigp(cpu->address, SIGP_SET_PREFIX, (uint32_t)(uintptr_t)lowcores[cpu->address],
		 NULL) != SIGP_ACCEPTED ||
	    sigp(cpu->address, SIGP_RESTART, 0, NULL) != SIGP_ACCEPTED)
		return false;
	return wait_for(&cpu->online, 1, START_MS);
}

static void start_one(uint16_t address)
{
	struct cpu *cpu = &cpus[address];

	cpu->address = address;
	if (sigp(address, SIGP_INITIAL_RESET, 0, NULL) != SIGP_ACCEPTED || !cpu_restart(cpu))
		crash("CPU %u can't be started", address);
	cpu_addresses[cpu_count++] = address;
}

void cpus_start(void)
{
	for (uint16_t address = 0; address < MAX_CPUS; address++)
		if (address != cpu_addresses[0] &&
		    sigp(address, SIGP_SENSE, 0, NULL) != SIGP_NOT_THERE)
			start_one(address);
}

void cpu_post(struct cpu *cpu, void (*work)(void *), void *argument)
{
	/* It may have shown its result, and not be back from its last work. */
	cpu_wait(cpu, POST_MS);
	cpu->work = work;
	cpu->argument = argument;
	__atomic_store_n(&cpu->busy, 1, __ATOMIC_RELEASE);
	sigp(cpu->address, SIGP_EMERGENCY, 0, NULL);
}

bool cpu_wait(struct cpu *cpu, uint64_t milliseconds)
{
	return wait_for(&cpu->busy, 0, milliseconds);
}

void cpus_recover(void)
{
	for (uint32_t i = 1; i < cpu_count; i++) {
		struct cpu *cpu = cpu_at(i);

		if (cpu->online && !cpu->busy)
			continue;
		cpu_stop(cpu);
		if (sigp(cpu->address, SIGP_INITIAL_RESET, 0, NULL) != SIGP_ACCEPTED ||
		    !cpu_restart(cpu))
			crash("CPU %u can't be restarted", cpu->address);
	}
}

void delay_ms(uint64_t milliseconds)
{
	uint64_t begin = clock_now();

	while (clock_now() - begin < milliseconds * 1000 * CLOCK_PER_US)
		;
}

bool wait_for(const volatile uint32_t *word, uint32_t value, uint64_t milliseconds)
{
	uint64_t begin = clock_now();

	while (*word != value)
		if (clock_now() - begin > milliseconds * 1000 * CLOCK_PER_US)
			return *word == value;
	return true;
}
