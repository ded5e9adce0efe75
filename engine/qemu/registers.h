/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A vCPU's registers, from callbacks that said that they use them. */
#ifndef PARACALL_QEMU_REGISTERS_H
#define PARACALL_QEMU_REGISTERS_H

#include "engine.h"

/* No target uses more. */
#define MAX_REGISTERS 96

/*
 * Finds @count registers by name, or by one of several, like "dar/dear"; false if
 * one of the first @needed is missing. In a vCPU's thread.
 */
bool registers_find(const char *const *names, unsigned int count, unsigned int needed);

/* For those that may be missing: they read as 0. */
bool register_exists(unsigned int number);

/* Their bytes are in the order that the vCPU's is_big_endian says. */
uint64_t register_read(struct vcpu *vcpu, unsigned int number);
void register_write(struct vcpu *vcpu, unsigned int number, uint64_t value);

/* Whether those up to @last are all 0. That one is read first: the likeliest not to be. */
bool registers_are_zero(struct vcpu *vcpu, unsigned int last);

#endif /* PARACALL_QEMU_REGISTERS_H */
