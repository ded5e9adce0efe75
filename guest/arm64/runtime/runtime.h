/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The runtime of the bare-metal programs for arm64, on QEMU's machine virt with an
 * interrupt controller of version 2: console, time, CPUs, exceptions. At EL1, without
 * address translation, and so without unaligned accesses. common/test.h has the tests'
 * side of it.
 */
#ifndef GUEST_RUNTIME_H
#define GUEST_RUNTIME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <paracall/abi/arm64.h>

#include "common/cpus.h"
#include "common/print.h"
#include "layout.h"

/* The program, on the boot CPU. Its result goes to finish(). */
int main(void);

/* The argument of QEMU's -append; empty without it. */
const char *boot_argument(void);
/* Where memory begins: there QEMU puts it for an ELF file. */
static inline uintptr_t device_tree(void)
{
	return 0x40000000;
}

/*
 * How the program ends, see common/print.h. The last line of output says the exit status:
 * "# exit: passed", failed, crashed or skipped. Then the machine is powered off.
 */

/* QEMU lets another CPU run if one thread runs all of them. */
static inline void relax(void)
{
	__asm__ volatile("yield" : : : "memory");
}

/*
 * ---- Time, see common/cpus.h, too ------------------------------------------
 */

static inline uint64_t clock_now(void)
{
	uint64_t value;

	__asm__ volatile("isb\n\tmrs %0,cntvct_el0" : "=r"(value) : : "memory");
	return value;
}

/* Units of the counter in a second. */
static inline uint64_t clock_frequency(void)
{
	uint64_t value;

	__asm__ volatile("mrs %0,cntfrq_el0" : "=r"(value));
	return value;
}

static inline uint64_t clock_nanoseconds(uint64_t units)
{
	uint64_t frequency = clock_frequency();

	return units / frequency * 1000000000 + units % frequency * 1000000000 / frequency;
}

/*
 * ---- Running one thing with all registers given ----------------------------
 */

#define PSTATE_EL0 0x3c0ul
/* With the stack of that level; all interrupts are masked. */
#define PSTATE_EL1 0x3c5ul

/* The order is known to start.S. */
struct state {
	uint64_t x[31];
	uint64_t pc, pstate;
	/* Of the exception that ended it: ESR_EL1, FAR_EL1. */
	uint64_t esr, far;
};

enum exception_class {
	CLASS_UNKNOWN = 0x00,
	CLASS_BRK = 0x3c,
};

static inline enum exception_class exception_class(const struct state *state)
{
	return (enum exception_class)(state->esr >> 26);
}

/* Load @state and go to its pc. Ends with an exception, and has everything as it was then. */
void execute(struct state *state);

/* Make what was written to @words instructions. */
void instructions_written(const uint32_t *words, size_t count);

/* Instructions; of the first two with their immediate. */
#define HVC(immediate) (0xd4000002u | (uint32_t)(immediate) << 5)
#define SMC(immediate) (0xd4000003u | (uint32_t)(immediate) << 5)
/* For execute() to end with: CLASS_BRK. */
#define BRK 0xd4200000u

/*
 * ---- Calls -----------------------------------------------------------------
 */

struct results {
	int64_t x0;
	uint64_t x1, x2, x3;
};

/* By hvc #0, with 0x5a5a... in the registers after the arguments. */
struct results call(uint64_t function, uint64_t x1, uint64_t x2, uint64_t x3);

/* The guest runs with an EL2, and with a little hypervisor of its own there. */
extern uint32_t has_own_hypervisor;

/*
 * ---- CPUs, see common/cpus.h -----------------------------------------------
 */

struct cpu {
	uint32_t number;
	volatile uint32_t online;
	volatile uint32_t busy;
	void (*work)(void *);
	void *argument;
};

/* Switch an idle CPU off, and on again; false if that takes too long. */
bool cpu_off(struct cpu *cpu);
bool cpu_on(struct cpu *cpu);

#endif /* GUEST_RUNTIME_H */
