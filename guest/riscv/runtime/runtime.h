/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the bare-metal programs for RISC-V stand on, on QEMU's machine virt with a firmware
 * that has the SBI, like OpenSBI: console, time, CPUs, exceptions. In supervisor mode, without
 * address translation. common/test.h has the tests' side of it.
 */
#ifndef GUEST_RUNTIME_H
#define GUEST_RUNTIME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <paracall/abi/riscv.h>

#include "common/cpus.h"
#include "common/print.h"
#include "layout.h"

/* The program, on the boot CPU. Its result goes to finish(). */
int main(void);

/* The argument of QEMU's -append; empty without it. */
const char *boot_argument(void);
/* Where the firmware says that it is. */
uintptr_t device_tree(void);

/*
 * How the program ends, see common/print.h. The last line of output says the exit status:
 * "# exit: passed", failed, crashed or skipped. Then the machine is powered off.
 */

/* pause; to CPUs without Zihintpause it is nothing. */
static inline void relax(void)
{
	__asm__ volatile(".4byte 0x0100000f" : : : "memory");
}

/*
 * ---- Time, see common/cpus.h, too ------------------------------------------
 */

static inline uint64_t clock_now(void)
{
	uint64_t value;

	__asm__ volatile("rdtime %0" : "=r"(value) : : "memory");
	return value;
}

/* Units of the counter in a second: what the device tree of QEMU's virt says. */
static inline uint64_t clock_frequency(void)
{
	return 10000000;
}

static inline uint64_t clock_nanoseconds(uint64_t units)
{
	return units * 100;
}

/*
 * ---- Running one thing with all registers given ----------------------------
 */

/* x10 is a0. */
#define A(number) (10 + (number))

/* The order is known to start.S. */
struct state {
	uint64_t x[32];
	/* Of sstatus what is to be set: SSTATUS_SPP for supervisor mode, 0 for user mode. */
	uint64_t pc, status;
	/* Of the exception that ended it: scause, stval. */
	uint64_t cause, value;
};

enum exception_cause {
	CAUSE_ILLEGAL_INSTRUCTION = 2,
	CAUSE_BREAKPOINT = 3,
	CAUSE_LOAD_ACCESS_FAULT = 5,
	CAUSE_USER_CALL = 8,
	CAUSE_VIRTUAL_SUPERVISOR_CALL = 10,
};

/* Load @state and go to its pc. Ends with an exception, and has everything as it was then. */
void execute(struct state *state);

/* The same for a guest of the guest's own, in virtual supervisor mode; needs has_hypervisor(). */
void execute_virtual(struct state *state);
bool has_hypervisor(void);

/* Instructions; the second is for execute() to end with: CAUSE_BREAKPOINT. */
#define ECALL 0x00000073u
#define EBREAK 0x00100073u

/*
 * ---- Calls -----------------------------------------------------------------
 */

struct results {
	int64_t error;
	uint64_t value;
};

struct results call(uint64_t extension, uint64_t function, uint64_t a0, uint64_t a1,
		    uint64_t a2);

/*
 * ---- CPUs, see common/cpus.h -----------------------------------------------
 */

struct cpu {
	uint32_t number;
	/* The firmware's number of it. */
	uint32_t hart;
	volatile uint32_t online;
	volatile uint32_t busy;
	void (*work)(void *);
	void *argument;
};

/* Switch an idle CPU off, and on again; false if that takes too long. */
bool cpu_off(struct cpu *cpu);
bool cpu_on(struct cpu *cpu);

#endif /* GUEST_RUNTIME_H */
