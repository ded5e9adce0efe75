/* SPDX-License-Identifier: BSD-2-Clause */
/* The page that a PowerPC guest shares with the hypervisor, per vCPU. */
#ifndef PARACALL_LIB_POWERPC_MAGIC_PAGE_H
#define PARACALL_LIB_POWERPC_MAGIC_PAGE_H

#include "../machine.h"

/* Touched by the vCPU's thread only. */
struct magic_page {
	/* Where it is, rounded down; 0: nowhere. In real mode and translated. */
	uint64_t real_address;
	uint64_t effective_address;
	/* The following members are known. */
	bool is_prepared;
	bool is_little_endian;
	/* The guest is in a critical section, in which MSR[EE] is forced to 0. */
	bool is_critical;
	/* There, how much of the stack pointer counts. */
	uint64_t pointer_mask;
	/* The MSR that the guest has, and the one that the vCPU was given. */
	uint64_t guest_msr;
	uint64_t held_msr;
	/* Registers that the engine lacks, bits by enum paracall_powerpc_register. */
	uint64_t missing;
	/* What is not a register, in the byte order in which the guest has stored it. */
	uint8_t bytes[PARACALL_MAGIC_PAGE_SIZE];
};

/*
 * What a vCPU that is plugged in later begins with: Linux maps the page on those
 * that exist at boot, and its code needs it on all.
 */
struct magic_page_start {
	_Atomic(uint64_t) real_address;
	_Atomic(uint64_t) effective_address;
};

/* The life of the page, as in ../architecture.h. */
void magic_page_add_cpu(struct paracall_cpu *cpu);
void magic_page_remove_cpu(struct paracall_cpu *cpu);
void magic_page_reset_machine(struct paracall_machine *machine);

/* Registers of the page's that the engine lacks; see .missing. */
uint64_t magic_page_missing(struct paracall_cpu *cpu);

/* In a critical section, the MSR of the vCPU where the guest has @guest_msr. */
uint64_t magic_page_held_msr(uint64_t guest_msr);

#endif /* PARACALL_LIB_POWERPC_MAGIC_PAGE_H */
