/* SPDX-License-Identifier: BSD-2-Clause */
/* From time-stamp counter to nanoseconds, as pvclock-abi.h says. */
#ifndef PARACALL_LIB_X86_CLOCK_H
#define PARACALL_LIB_X86_CLOCK_H

#include "../machine.h"

struct clock_scale {
	uint32_t multiplier;
	int8_t shift;
};

struct clock_scale paracall_clock_scale(uint64_t frequency);

/* (tsc << shift) * multiplier / 2^32, by a wide product. */
uint64_t paracall_clock_nanoseconds(struct clock_scale scale, uint64_t tsc);

/* The vCPU's clock page is not written to any more, once this returns. */
void paracall_clock_stop(struct paracall_cpu *cpu);

/* The vCPU is about to halt. */
void paracall_clock_halt(struct paracall_cpu *cpu);

#endif /* PARACALL_LIB_X86_CLOCK_H */
