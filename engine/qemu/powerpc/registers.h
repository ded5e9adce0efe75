/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The registers of PowerPC that the engine uses. */
#ifndef PARACALL_QEMU_POWERPC_REGISTERS_H
#define PARACALL_QEMU_POWERPC_REGISTERS_H

#include "../registers.h"
#include "state.h"

/* Those after the library's are for the engine itself. */
enum powerpc_register {
	POWERPC_MSR = PARACALL_POWERPC_MSR,
	POWERPC_SRR0,
	POWERPC_SRR1,
	/* Not all CPUs have the following ones. */
	POWERPC_PIR,
	POWERPC_NEEDED = POWERPC_PIR,
	/* The vector of system calls to a hypervisor: CPUs of Book E that are made for one. */
	POWERPC_IVOR40 = PARACALL_POWERPC_REGISTERS,
	POWERPC_REGISTERS
};

/* In the machine state register: */
#define POWERPC_MSR_LITTLE_ENDIAN (UINT64_C(1) << 0)
#define POWERPC_MSR_DATA_RELOCATE (UINT64_C(1) << 4)
#define POWERPC_MSR_USER (UINT64_C(1) << 14)
#define POWERPC_MSR_EXTERNAL_INTERRUPTS (UINT64_C(1) << 15)
/* Of Book E alone: the width of addresses. Of all others it is SF. */
#define POWERPC_MSR_CM (UINT64_C(1) << 31)
#define POWERPC_MSR_HYPERVISOR (UINT64_C(1) << 60)
#define POWERPC_MSR_SF (UINT64_C(1) << 63)

/* Book E has no real mode; that bit of its MSR chooses between two address spaces. */
bool powerpc_is_book_e(void);

/* With that machine state, whether addresses have 64 bits. */
bool powerpc_is_64bit(uint64_t msr);

/*
 * The machine state register, whose bytes themselves show their
 * order. All others are then read and written in that order.
 */
uint64_t powerpc_read_msr(struct vcpu *vcpu);

#endif /* PARACALL_QEMU_POWERPC_REGISTERS_H */
