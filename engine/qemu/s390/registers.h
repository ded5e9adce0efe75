/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The registers of s390 that the engine uses. */
#ifndef PARACALL_QEMU_S390_REGISTERS_H
#define PARACALL_QEMU_S390_REGISTERS_H

#include "../registers.h"
#include "state.h"

/* Those after the library's are for the engine itself. */
enum s390_register {
	S390_PSW_MASK = PARACALL_S390_REGISTERS,
	S390_REGISTERS
};

/* In the mask: DAT, the problem state, and addresses of 64 bits, of 31; else of 24. */
#define S390_PSW_DAT (UINT64_C(1) << 58)
#define S390_PSW_PROBLEM (UINT64_C(1) << 48)
#define S390_PSW_EXTENDED_ADDRESSING (UINT64_C(1) << 32)
#define S390_PSW_BASIC_ADDRESSING (UINT64_C(1) << 31)

#endif /* PARACALL_QEMU_S390_REGISTERS_H */
