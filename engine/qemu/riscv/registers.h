/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The registers of RISC-V that the engine uses: the library's are a0 to a7. */
#ifndef PARACALL_QEMU_RISCV_REGISTERS_H
#define PARACALL_QEMU_RISCV_REGISTERS_H

#include "../registers.h"

#include <paracall/riscv.h>

/* Those of physical memory protection that QEMU has unless it is asked for more. */
#define RISCV_PMP_ENTRIES 16
/* Of as many entries each. */
#define RISCV_PMP_PER_CONFIGURATION 8

enum riscv_register {
	RISCV_PC = PARACALL_RISCV_REGISTERS,
	/* The privilege mode, which is no register, but QEMU shows it as one. */
	RISCV_PRIVILEGE,
	RISCV_NEEDED,
	RISCV_MHARTID = RISCV_NEEDED,
	RISCV_MSECCFG,
	/* pmpcfg0 and pmpcfg2. */
	RISCV_PMP_CONFIGURATION,
	RISCV_PMP_ADDRESS =
		RISCV_PMP_CONFIGURATION + RISCV_PMP_ENTRIES / RISCV_PMP_PER_CONFIGURATION,
	RISCV_REGISTERS = RISCV_PMP_ADDRESS + RISCV_PMP_ENTRIES
};

/*
 * Values of RISCV_PRIVILEGE: RISC-V Debug Specification, "Virtual Debug Registers". With the
 * bit for virtualization, 4, the same modes are a guest's of the guest's.
 */
#define RISCV_SUPERVISOR 1
#define RISCV_MACHINE 3

#endif /* PARACALL_QEMU_RISCV_REGISTERS_H */
