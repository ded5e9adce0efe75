/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Injected asynchronous page faults: inject=async-pf:... */
#ifndef PARACALL_QEMU_X86_ASYNC_PF_H
#define PARACALL_QEMU_X86_ASYNC_PF_H

#include "../engine.h"

/* Before the first instruction of a block in user mode; with struct site. */
qemu_plugin_vcpu_cb async_pf_raise;

/* The fault was delivered, or an interrupt came before it. */
void async_pf_settled(struct vcpu *vcpu, bool was_delivered);

/* Now and then, at that time. */
void async_pf_update(struct vcpu *vcpu, unsigned int index, uint64_t nanoseconds);

/* The vCPU is about to halt: only waiting programs can run on it. */
void async_pf_halt(struct vcpu *vcpu);

#endif /* PARACALL_QEMU_X86_ASYNC_PF_H */
