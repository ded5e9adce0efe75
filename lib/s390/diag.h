/* SPDX-License-Identifier: BSD-2-Clause */
/* What the functions of DIAGNOSE share. */
#ifndef PARACALL_LIB_S390_DIAG_H
#define PARACALL_LIB_S390_DIAG_H

#include "../memory.h"
#include "../table.h"

/* At real address 0 each CPU sees so much of memory that begins at its prefix. */
#define PREFIX_AREA (2 * GUEST_PAGE_SIZE)

struct diag_call {
	/* The numbers in the instruction's fields. */
	unsigned int r1, r3;
};

static inline uint64_t diag_register(struct paracall_cpu *cpu, unsigned int number)
{
	return cpu->machine->engine.read_register(cpu->engine_cpu, number);
}

/* The CPU's prefix area, an absolute address. */
static inline uint64_t diag_prefix(struct paracall_cpu *cpu)
{
	return diag_register(cpu, PARACALL_S390_PREFIX) & 0x7fffe000;
}

#endif /* PARACALL_LIB_S390_DIAG_H */
