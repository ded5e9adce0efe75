/* SPDX-License-Identifier: BSD-2-Clause */
/* The runtime of the bare-metal program for mac99 and g3beige: 32 bits, one CPU, real mode. */
#ifndef GUEST_RUNTIME_H
#define GUEST_RUNTIME_H

#include "shared/one_cpu.h"

/* Besides its last line, the end is that the machine is powered off. */

#define MSR_EE 0x8000ul
#define MSR_PR 0x4000ul

/* Interrupts by their vector, in units of 256 bytes. */
enum interrupt {
	INTERRUPT_NONE = -1,
	INTERRUPT_DECREMENTER = 9,
	INTERRUPT_SYSTEM_CALL = 12,
};

/* The last one since the last call, and its data's address. */
enum interrupt interrupt_taken(uint32_t *address);

static inline void set_decrementer(uint32_t value)
{
	__asm__ volatile("mtspr 22,%0" : : "r"(value));
}

/*
 * Go to the program's start as a kernel does when it has taken the firmware's
 * device tree: with it flattened, and without firmware.
 */
void enter_with_tree(const void *tree);

#endif /* GUEST_RUNTIME_H */
