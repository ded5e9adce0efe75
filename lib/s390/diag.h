/* SPDX-License-Identifier: BSD-2-Clause */
/* Shared by the functions of DIAGNOSE. */
#ifndef PARACALL_LIB_S390_DIAG_H
#define PARACALL_LIB_S390_DIAG_H

#include "../memory.h"
#include "calls.h"

/* At real address 0 each CPU sees this much of the memory at its prefix. */
#define PREFIX_AREA (2 * GUEST_PAGE_SIZE)

/* Places after the general registers: those that the instruction names. */
enum diag_place {
	DIAG_R1 = PARACALL_S390_REGISTERS,
	DIAG_R1_NEXT,
	DIAG_R3,
	DIAG_NOWHERE,
};

/* 0x258's parameter block: its doublewords, and what is in the first. */
struct diag_block {
	uint64_t head;
	uint64_t token;
	uint64_t select;
	uint64_t compare;
	uint64_t zarch;
};

/* A call, which is its beginning. Its result is an enum paracall_diag_outcome. */
struct diag_call {
	struct call call;
	/* The numbers in the instruction's fields. */
	unsigned int r1, r3;
	/* What was read to find the subcode. */
	unsigned int known_place;
	uint64_t known_value;
	/* Its exception, if it does not exist. */
	enum paracall_diag_outcome refusal;
	/* Of 0x258 with one of its subcodes. */
	struct diag_block block;
};

static inline struct diag_call *diag_call(struct call *call)
{
	return (struct diag_call *)call;
}

/* The one register that says which subcode it is. */
static inline uint64_t diag_read_subcode(struct paracall_cpu *cpu, struct diag_call *call,
					 unsigned int place, unsigned int number)
{
	call->known_place = place;
	call->known_value = cpu_read_register(cpu, number);
	return call->known_value;
}

/* The CPU's prefix area, an absolute address. */
static inline uint64_t diag_prefix(struct paracall_cpu *cpu)
{
	return cpu_read_register(cpu, PARACALL_S390_PREFIX) & 0x7fffe000;
}

/* Where 0x308 and 0x258 have their subcode. */
uint64_t diag_ipl_subcode(struct paracall_cpu *cpu, struct diag_call *call);
uint64_t diag_page_reference_subcode(struct paracall_cpu *cpu, struct diag_call *call);

#endif /* PARACALL_LIB_S390_DIAG_H */
