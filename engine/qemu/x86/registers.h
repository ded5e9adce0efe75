/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The registers of x86 that the engine uses. */
#ifndef PARACALL_QEMU_X86_REGISTERS_H
#define PARACALL_QEMU_X86_REGISTERS_H

#include "../registers.h"
#include "state.h"

/* Those after the library's are for the engine itself. */
enum x86_register {
	X86_RIP = PARACALL_X86_REGISTERS,
	X86_RSP,
	X86_EFLAGS,
	X86_CS,
	X86_CR0,
	X86_CR2,
	X86_CR3,
	X86_REGISTERS
};

#endif /* PARACALL_QEMU_X86_REGISTERS_H */
