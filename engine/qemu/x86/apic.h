/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The local APICs, reached as a vCPU reaches its own: by memory accesses. */
#ifndef PARACALL_QEMU_X86_APIC_H
#define PARACALL_QEMU_X86_APIC_H

#include "../engine.h"

/*
 * Tell the library this vCPU's APIC id, once. In the vCPU's thread. To be tried
 * again at every occasion: QEMU starts vCPUs before their APICs can be read.
 */
void apic_learn_id(struct vcpu *vcpu);

/* The engine's part of struct paracall_engine; @context is a struct vcpu. */
void apic_wake(void *context, void *target, uint32_t apic_id);
bool apic_send_interrupt(void *context, void *target, uint32_t apic_id,
			 const struct paracall_interrupt *interrupt);

#endif /* PARACALL_QEMU_X86_APIC_H */
