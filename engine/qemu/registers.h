/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A vCPU's registers, from callbacks that said that they use them. */
#ifndef PARACALL_QEMU_REGISTERS_H
#define PARACALL_QEMU_REGISTERS_H

#include "engine.h"

/* No target uses more. */
#define MAX_REGISTERS 24

/*
 * Finds @count registers by name, whose bytes come in this order; false if one
 * is missing. In a vCPU's thread.
 */
bool registers_find(const char *const *names, unsigned int count, bool big_endian);

uint64_t register_read(struct vcpu *vcpu, unsigned int number);
void register_write(struct vcpu *vcpu, unsigned int number, uint64_t value);

#endif /* PARACALL_QEMU_REGISTERS_H */
