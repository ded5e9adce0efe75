/* SPDX-License-Identifier: BSD-2-Clause */
/* The runtime of the bare-metal program for ppce500: 32 bits, one CPU, Book E. */
#ifndef GUEST_RUNTIME_H
#define GUEST_RUNTIME_H

#include "shared/one_cpu.h"

/* Besides its last line, the end is a reset: QEMU is run with -no-reboot. */

#define MSR_EE 0x8000ul
#define MSR_PR 0x4000ul

/* Interrupts by their IVOR. */
enum interrupt {
	INTERRUPT_NONE = -1,
	INTERRUPT_DATA = 2,
	INTERRUPT_SYSTEM_CALL = 8,
	INTERRUPT_DECREMENTER = 10,
	INTERRUPT_DATA_TLB = 13,
};

/* The last one since the last call, and its data's address. */
enum interrupt interrupt_taken(uint32_t *address);

/* The decrementer, and that it interrupts: TCR[DIE]. */
static inline void set_decrementer(uint32_t value)
{
	__asm__ volatile("mtspr 340,%0\n\tmtspr 22,%1" : : "r"(0x04000000), "r"(value));
}

/* Instructions that the host steps over. */
enum wide {
	WIDE_SC,
	WIDE_SC_1,
	WIDE_PAGE,
};

/*
 * Does it in the CPU's 64-bit mode, at an address that 32 bits don't reach; returns the
 * upper half of the address at which the CPU went on.
 */
uint32_t wide_run(enum wide what);

#endif /* GUEST_RUNTIME_H */
