/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The registers of LoongArch that the engine uses: the library's are $a0 to $a3. */
#ifndef PARACALL_QEMU_LOONGARCH_REGISTERS_H
#define PARACALL_QEMU_LOONGARCH_REGISTERS_H

#include "../registers.h"

#include <paracall/loongarch.h>

enum loongarch_register {
	/* The general ones by their numbers; the first one is always 0. */
	LOONGARCH_R0,
	LOONGARCH_R21 = 21,
	LOONGARCH_R31 = 31,
	LOONGARCH_PC,
	LOONGARCH_REGISTERS
};

/* Kernels run in the upper half of addresses, user mode in the lower one. */
static inline bool loongarch_is_kernel_address(uint64_t address)
{
	return address >> 63;
}

#endif /* PARACALL_QEMU_LOONGARCH_REGISTERS_H */
