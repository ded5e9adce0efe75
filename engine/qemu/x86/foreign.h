/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The hypercall instruction that is not the CPU's own, as KVM treats it. */
#ifndef PARACALL_QEMU_X86_FOREIGN_H
#define PARACALL_QEMU_X86_FOREIGN_H

#include "site.h"

/*
 * Before the instruction that ends before @next_pc: whether it is refused. QEMU
 * raises #UD when it is not stepped over; if another exception is due, this
 * does not return.
 */
bool foreign_is_refused(struct vcpu *vcpu, const struct site *site, uint64_t next_pc);

#endif /* PARACALL_QEMU_X86_FOREIGN_H */
