/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The runtime of the bare-metal programs for 64-bit PowerPC, in either byte order,
 * on QEMU's pseries: console, time, CPUs, interrupts, address translation.
 * common/test.h has the tests' side of it.
 */
#ifndef GUEST_RUNTIME_H
#define GUEST_RUNTIME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <paracall/guest.h>

#include "common/print.h"
#include "layout.h"

#define PAGE 4096ul

/* The program, on the boot CPU. Its result goes to finish(). */
int main(void);

/*
 * How the program ends, see common/print.h. QEMU has no device for an exit status
 * here, so the last line of output says it: "# exit: passed", failed, crashed or
 * skipped. Then the machine is powered off.
 */

static inline void relax(void)
{
	__asm__ volatile("" : : : "memory");
}

/* What firmware wrote and reads is big-endian. */
static inline uint32_t big_endian(uint32_t value)
{
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
	return __builtin_bswap32(value);
#else
	return value;
#endif
}

/*
 * ---- The machine's own calls: PAPR -----------------------------------------
 */

enum hcall_number {
	H_SET_SPRG0 = 0x24,
	H_CEDE = 0xe0,
	H_CONFER = 0xe4,
	H_PROD = 0xe8,
	H_PUT_TERM_CHAR = 0x58,
	H_GET_CPU_CHARACTERISTICS = 0x1c8,
	H_SET_MODE = 0x31c,
	H_REGISTER_PROC_TBL = 0x37c,
	H_RTAS = 0xf000,
};

#define H_SUCCESS 0
#define H_FUNCTION (-2)
#define H_PARAMETER (-4)

long hcall(unsigned long number, unsigned long a1, unsigned long a2, unsigned long a3,
	   unsigned long a4);

/*
 * ---- Time ------------------------------------------------------------------
 */

/* Units of the time base. */
#define CLOCK_PER_US 512ul

static inline uint64_t clock_now(void)
{
	uint64_t value;

	__asm__ volatile("mftb %0" : "=r"(value) : : "memory");
	return value;
}

static inline uint64_t clock_nanoseconds(uint64_t units)
{
	return units * 1000 / CLOCK_PER_US;
}

static inline void set_decrementer(uint32_t value)
{
	__asm__ volatile("mtdec %0" : : "r"((unsigned long)value));
}

void delay_ms(uint64_t milliseconds);
/* Until *@word is @value; false if that took longer. */
bool wait_for(const volatile uint32_t *word, uint32_t value, uint64_t milliseconds);

/*
 * ---- Running one thing with all registers given ----------------------------
 */

#define MSR_SF (1ul << 63)
#define MSR_EE (1ul << 15)
#define MSR_PR (1ul << 14)
#define MSR_FP (1ul << 13)
#define MSR_ME (1ul << 12)
#define MSR_IR (1ul << 5)
#define MSR_DR (1ul << 4)
#define MSR_RI (1ul << 1)
#define MSR_LE (1ul << 0)

#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define MSR_ORDER MSR_LE
#else
#define MSR_ORDER 0ul
#endif
/* As C runs: real mode, no interrupts. */
#define MSR_REAL (MSR_SF | MSR_ME | MSR_RI | MSR_ORDER)
/* Addresses are translated; with MMU only. */
#define MSR_VIRTUAL (MSR_REAL | MSR_IR | MSR_DR)
/* A program has no choice about the rest. */
#define MSR_USER (MSR_VIRTUAL | MSR_PR | MSR_EE)

/* The order is known to start.S. */
struct state {
	uint64_t gpr[32];
	uint64_t msr, pc, lr, ctr, xer, cr;
	/* Those of the interrupt that ended it. */
	uint64_t dar, dsisr, vector;
};

enum vector {
	VECTOR_MACHINE_CHECK = 0x200,
	VECTOR_DATA = 0x300,
	VECTOR_DATA_SEGMENT = 0x380,
	VECTOR_EXTERNAL = 0x500,
	VECTOR_PROGRAM = 0x700,
	VECTOR_DECREMENTER = 0x900,
	VECTOR_SYSTEM_CALL = 0xc00,
};

/* Bits of the MSR that a program interrupt leaves: why it came. */
#define PROGRAM_PRIVILEGED (1ul << 18)
#define PROGRAM_TRAP (1ul << 17)

/* Load @state and go to its pc. Ends with an interrupt, and has everything as it was then. */
void execute(struct state *state);

/* Make what was written to @words instructions. */
void instructions_written(const uint32_t *words, size_t count);

/* Instructions for execute() to end with: VECTOR_PROGRAM, with PROGRAM_TRAP. */
#define TRAP 0x7fe00008u
#define NOP 0x60000000u
#define SC 0x44000002u
#define SC_1 0x44000022u

/*
 * ---- Address translation ---------------------------------------------------
 *
 * The first 64 MiB are mapped as they are, for programs too. There is nothing
 * else. Needs a CPU with radix page tables.
 */

extern bool mmu_is_there;

void mmu_start(void);

/*
 * ---- CPUs ------------------------------------------------------------------
 */

struct cpu {
	uint32_t number;
	volatile uint32_t online;
	volatile uint32_t busy;
	void (*work)(void *);
	void *argument;
};

/* The boot CPU comes first, and is number 0. */
extern uint32_t cpu_count;

/* Start all of them. Those that have nothing to do wait. */
void cpus_start(void);

uint32_t this_cpu_number(void);
struct cpu *cpu_at(uint32_t index);

/* Give a CPU something to do, once it is idle; cpu_wait() for its end, false if late. */
void cpu_post(struct cpu *cpu, void (*work)(void *), void *argument);
bool cpu_wait(struct cpu *cpu, uint64_t milliseconds);
/* See that all are idle again. */
void cpus_recover(void);

/*
 * ---- The device tree -------------------------------------------------------
 */

/*
 * Go to the program's start as a kernel does when it has taken the firmware's
 * device tree: with it flattened, and without firmware.
 */
void enter_with_tree(const void *tree);

#endif /* GUEST_RUNTIME_H */
