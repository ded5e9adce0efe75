/* SPDX-License-Identifier: BSD-2-Clause */
/* What the functions of DIAGNOSE share. */
#ifndef PARACALL_LIB_S390_DIAG_H
#define PARACALL_LIB_S390_DIAG_H

#include "../memory.h"
#include "../table.h"

/* At real address 0 each CPU sees so much of memory that begins at its prefix. */
#define PREFIX_AREA (2 * GUEST_PAGE_SIZE)

/* 0x258's parameter block: its doublewords, and what is in the first. */
struct diag_block {
	uint64_t head;
	uint64_t token;
	uint64_t select;
	uint64_t compare;
	uint64_t zarch;
};

struct diag_call {
	/* The numbers in the instruction's fields. */
	unsigned int r1, r3;
	/* The exception that it is, if it is none of those that there are. */
	enum paracall_diag_outcome refusal;
	/* Of 0x258 with one of its subcodes. */
	struct diag_block block;
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
