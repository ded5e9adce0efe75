/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A vCPU's registers, from callbacks that said that they use them. */
#ifndef PARACALL_QEMU_REGISTERS_H
#define PARACALL_QEMU_REGISTERS_H

#include "engine.h"

/* Those after the library's are used while translating. */
enum x86_register {
	X86_RIP = PARACALL_X86_REGISTERS,
	X86_EFLAGS,
	X86_CS,
	X86_CR0,
	X86_EFER,
	X86_REGISTERS
};

/* Finds the registers by name; false if one is missing. In a vCPU's thread. */
bool registers_find(void);

uint64_t register_read(struct vcpu *vcpu, unsigned int number);
void register_write(struct vcpu *vcpu, unsigned int number, uint64_t value);

#endif /* PARACALL_QEMU_REGISTERS_H */
