/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The runtime of the bare-metal programs: console, time, CPUs and their local
 * APICs, exceptions, other modes. test.h has the tests' side of it.
 */
#ifndef GUEST_RUNTIME_H
#define GUEST_RUNTIME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <paracall/guest.h>

#include "common/print.h"
#include "layout.h"
#include "mode.h"

/* The program. The boot CPU calls it, interrupts enabled. Its result goes to finish(). */
int main(void);

/*
 * ---- Instructions ----------------------------------------------------------
 */

static inline void outb(uint16_t port, uint8_t value)
{
	__asm__ volatile("outb %0, %1" : : "a"(value), "Nd"(port));
}

static inline void outw(uint16_t port, uint16_t value)
{
	__asm__ volatile("outw %0, %1" : : "a"(value), "Nd"(port));
}

static inline void outl(uint16_t port, uint32_t value)
{
	__asm__ volatile("outl %0, %1" : : "a"(value), "Nd"(port));
}

static inline uint32_t inl(uint16_t port)
{
	uint32_t value;

	__asm__ volatile("inl %1, %0" : "=a"(value) : "Nd"(port));
	return value;
}

static inline uint8_t inb(uint16_t port)
{
	uint8_t value;

	__asm__ volatile("inb %1, %0" : "=a"(value) : "Nd"(port));
	return value;
}

static inline uint64_t rdtsc(void)
{
	uint32_t low, high;

	__asm__ volatile("rdtsc" : "=a"(low), "=d"(high) : : "memory");
	return (uint64_t)high << 32 | low;
}

static inline void wrmsr(uint32_t number, uint64_t value)
{
	__asm__ volatile("wrmsr"
			 :
			 : "c"(number), "a"((uint32_t)value), "d"((uint32_t)(value >> 32))
			 : "memory");
}

static inline uint64_t rdmsr(uint32_t number)
{
	uint32_t low, high;

	__asm__ volatile("rdmsr" : "=a"(low), "=d"(high) : "c"(number) : "memory");
	return (uint64_t)high << 32 | low;
}

static inline void relax(void)
{
	__asm__ volatile("pause" : : : "memory");
}

static inline void interrupts_off(void)
{
	__asm__ volatile("cli" : : : "memory");
}

static inline void interrupts_on(void)
{
	/* The nop takes them: sti holds them off for one instruction. */
	__asm__ volatile("sti; nop" : : : "memory");
}

/* Halt as it is: with interrupts off only a kick, an NMI or INIT ends it. */
static inline void halt(void)
{
	__asm__ volatile("hlt" : : : "memory");
}

/* Enable interrupts and halt, with no gap for one in between. */
static inline void interrupts_on_halt(void)
{
	__asm__ volatile("sti; hlt" : : : "memory");
}

/*
 * How the program ends, see common/print.h. By QEMU's isa-debug-exit the
 * emulator's own exit status becomes 33 + 2 * code: 33 passed, 35 failed, 37
 * crashed, 187 skipped. (0 and 1 are what QEMU says itself, when it is powered
 * off and when it can't start.)
 */

/*
 * ---- Time ------------------------------------------------------------------
 */

/* Cycles of the time-stamp counter in a microsecond, measured at start. */
extern uint64_t cycles_per_us;

void time_start(void);
void delay_us(uint64_t microseconds);

static inline void delay_ms(uint64_t milliseconds)
{
	delay_us(milliseconds * 1000);
}

/* The 8254's counter 0, which counts down from 65536 over and over. */
#define PIT_HZ 1193182
uint16_t pit_read(void);

/* Wait for *@word to be @value; false if it was not so in time. */
bool wait_for(const volatile uint32_t *word, uint32_t value, uint64_t milliseconds);

/*
 * ---- Exceptions and interrupts ---------------------------------------------
 */

enum {
	VECTOR_DB = 1,
	VECTOR_NMI = 2,
	VECTOR_UD = 6,
	VECTOR_GP = 13,
	VECTOR_PF = 14,
	/* 0x20 to 0xef are for the programs. */
	VECTOR_TIMER = 0xf0,
	VECTOR_WORK = 0xf1,
	VECTOR_SPURIOUS = 0xff,
};

/* What catch_exception() caught last on this CPU. */
struct exception {
	uint64_t vector, error_code, rip;
	uint64_t rax;
	/* A page fault's. */
	uint64_t address;
};

struct cpu {
	/* gs points here; the order of these two is known to entry.S. */
	struct cpu *self;
	unsigned long recovery;

	uint32_t apic_id;
	volatile uint32_t online;
	volatile uint32_t busy;
	void (*work)(void *argument);
	void *argument;

	struct exception exception;
	/* How often each vector came; number 2 counts NMIs. */
	volatile uint32_t interrupts[256];
	/* Where the last one came. */
	volatile unsigned long interrupted_rip;

	uint64_t gdt[GDT_ENTRIES];
	struct task_state task_state;
};

static inline struct cpu *this_cpu(void)
{
	struct cpu *cpu;

	__asm__("mov %%gs:0, %0" : "=r"(cpu));
	return cpu;
}

/* Each CPU: descriptor tables and gs. */
void interrupts_start(void);
void interrupts_start_cpu(struct cpu *cpu);

/*
 * Run @function and return the vector of the exception it raised, or -1 if
 * there was none. Details are in this_cpu()->exception. Does not nest.
 */
int catch_exception(void (*function)(void *), void *argument);

/*
 * The same at privilege level 3, interrupts off. The function must not use
 * privileged instructions, print or this_cpu().
 */
int run_user(void (*function)(void *), void *argument);

/* Interrupts of all vectors that the CPU took so far, NMIs among them. */
uint32_t interrupts_total(const struct cpu *cpu);

/*
 * ---- Registers -------------------------------------------------------------
 */

/* Those of the code that catch_exception() caught last on this CPU. */
const struct registers *caught_registers(void);

/*
 * Load these registers, run the instruction in the mode's own code, store what
 * they are then.
 */
void registers_vmcall(struct registers *registers);
void registers_vmmcall(struct registers *registers);
void registers_cpuid(struct registers *registers);
void registers_rdmsr(struct registers *registers);
void registers_wrmsr(struct registers *registers);

/* The vector of the exception that it raised, or -1. */
int try_rdmsr(uint32_t number, uint64_t *value);
int try_wrmsr(uint32_t number, uint64_t value);

/*
 * ---- Memory ----------------------------------------------------------------
 */

/* After the last byte of memory below 4 GiB, as QEMU reports it; 0 without that. */
uint64_t memory_low_end(void);
/* The same of memory above 4 GiB, or 4 GiB if there is none. */
uint64_t memory_high_end(void);
/*
 * Below 1 MiB firmware makes memory ROM. On QEMU's machines with KVM it can be
 * written all the same (accel/kvm/kvm-all.c there, kvm_mem_flags).
 */
bool memory_is_writable_rom(uint64_t address);

/* See what is at @address, above 4 GiB; one page of 2 MiB at a time, and on this CPU. */
void *map_high(uint64_t address);

/*
 * Where what @table's entries map is to be seen: 2 MiB, in pages of 4 KiB. On
 * other CPUs, too, unless they saw another there.
 */
volatile uint64_t *map_table(const uint64_t table[512]);

/* Forget what was seen of pages that are not global. */
static inline void flush_pages(void)
{
	unsigned long cr3;

	__asm__ volatile("mov %%cr3, %0; mov %0, %%cr3" : "=r"(cr3) : : "memory");
}

/* The text of QEMU's -append, or "". */
const char *boot_argument(void);

/*
 * ---- CPUs ------------------------------------------------------------------
 */

/*
 * Start all CPUs. There is room for their ids in cpu_ids[]; the boot CPU
 * comes first, the others in order. A CPU that has nothing to do halts with
 * interrupts on.
 */
void cpus_start(void);
extern uint32_t cpu_count;
extern uint8_t cpu_ids[MAX_CPUS];
/* The highest of them. */
uint32_t cpu_highest_id(void);

struct cpu *cpu_by_id(uint32_t apic_id);
/* The @index'th of cpu_ids[]. */
struct cpu *cpu_at(uint32_t index);

/* Give a CPU something to do, once it is idle; cpu_wait() for its end, false if late. */
void cpu_post(struct cpu *cpu, void (*work)(void *), void *argument);
bool cpu_wait(struct cpu *cpu, uint64_t milliseconds);

/* INIT, after which a CPU runs nothing until it is started. */
void cpu_init(struct cpu *cpu);
/* Startup IPI; true once it has come up, idle. */
bool cpu_startup(struct cpu *cpu);
/* Restart those that are still at work, with INIT. */
void cpus_recover(void);

/*
 * Put a trap into each page below 640 KiB that a startup IPI can name: a CPU
 * that starts there, for whatever reason, is counted, and halts forever.
 */
void traps_set(void);
uint32_t traps_count(void);

/* Switch this CPU's local APIC off, by software, or on again. */
void apic_enable(bool enabled);
/* Send a plain interrupt; @command has its vector, mode and flags. */
void apic_send(uint32_t apic_id, uint32_t command);
/* This CPU's local APIC as one of registers; false if it can't. No way leads back. */
bool cpu_has_x2apic(void);
bool use_x2apic_mode(void);
/* One interrupt of VECTOR_TIMER on this CPU, about then. */
void apic_timer(uint64_t milliseconds);
void apic_timer_stop(void);

#endif /* GUEST_RUNTIME_H */
