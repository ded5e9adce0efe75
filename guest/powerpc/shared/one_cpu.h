/* SPDX-License-Identifier: BSD-2-Clause */
/* What the runtimes of the 32-bit programs, with one CPU, have in common. */
#ifndef GUEST_POWERPC_ONE_CPU_H
#define GUEST_POWERPC_ONE_CPU_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <paracall/guest.h>

#include "common/print.h"

int main(void);

static inline void relax(void)
{
	__asm__ volatile("" : : : "memory");
}

static inline volatile uint32_t *low_word(uintptr_t address)
{
	/* The compiler is not to know that it's near NULL. */
	__asm__ volatile("" : "+r"(address));
	return (volatile uint32_t *)address;
}

/* What start.S noted in two words at @caught, or -1; and forget it. */
static inline int take_interrupt(uintptr_t caught, uint32_t *address)
{
	int number = (int)*low_word(caught) - 1;

	*low_word(caught) = 0;
	if (address)
		*address = *low_word(caught + 4);
	return number;
}

#define cpu_count 1u

static inline void cpus_start(void)
{
}

static inline void cpus_recover(void)
{
}

/* What firmware wrote and reads is big-endian. */
static inline uint32_t big_endian(uint32_t value)
{
	return value;
}

#endif /* GUEST_POWERPC_ONE_CPU_H */
