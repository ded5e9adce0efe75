/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The registers of arm64 that the engine uses: the library's are X0 to X3. */
#ifndef PARACALL_QEMU_ARM64_REGISTERS_H
#define PARACALL_QEMU_ARM64_REGISTERS_H

#include "../registers.h"

#include <paracall/arm64.h>

enum arm64_register {
	/* X0 to X30 by their numbers. */
	ARM64_X30 = 30,
	ARM64_PC,
	ARM64_PSTATE,
	ARM64_NEEDED,
	/* The counter's frequency. */
	ARM64_CNTFRQ = ARM64_NEEDED,
	/* A number of the kernel's own for the vCPU: Linux keeps the offset of its variables. */
	ARM64_TPIDR,
	ARM64_REGISTERS
};

/* PSTATE: the exception level, and AArch32 state. */
#define ARM64_PSTATE_EL(pstate) ((pstate) >> 2 & 3)
#define ARM64_PSTATE_AARCH32 (UINT64_C(1) << 4)

#endif /* PARACALL_QEMU_ARM64_REGISTERS_H */
