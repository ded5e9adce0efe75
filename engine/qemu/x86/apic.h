/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The local APICs, reached as a vCPU reaches its own: by memory accesses. */
#ifndef PARACALL_QEMU_X86_APIC_H
#define PARACALL_QEMU_X86_APIC_H

#include "state.h"

/*
 * Pass this vCPU's APIC id to the library, once. On the vCPU's thread, where QEMU
 * said which vCPU it is. To be retried at every opportunity: QEMU starts vCPUs
 * before their APICs can be read.
 */
void apic_learn_id(struct vcpu *vcpu);

/*
 * Of a vCPU that was loaded, and may sleep until it is kicked: the id that QEMU gives a
 * vCPU of that number, until it is learned.
 */
void apic_guess_id(struct vcpu *vcpu);

/* It had that one when it was saved; until it runs, and is asked. */
void apic_assume_id(struct vcpu *vcpu, uint32_t id);

/* Of a vCPU that is unplugged. */
void apic_forget_id(struct vcpu *vcpu);

/*
 * The vCPU that executes the instruction whose callback got @index. With one
 * thread for all vCPUs QEMU puts the index of the vCPU that translated into
 * the code, and shares the code; there the local APIC has to be read.
 */
struct vcpu *vcpu_current(unsigned int index);

/* While a block is translated: what is deferred, see deferred.h. */
void apic_send_deferred(void);

/* Back to waiting for a STARTUP interrupt, perhaps deferred. */
void apic_send_init_to_self(struct vcpu *vcpu);

/* Where a vCPU begins, in real mode, that a wake-up has started. */
#define APIC_WAKE_VECTOR 0xbfu
#define APIC_WAKE_ADDRESS (APIC_WAKE_VECTOR << 12)

/* The engine's part of struct paracall_engine; @context is a struct vcpu. */
void apic_wake(void *context, void *target, uint32_t apic_id);
bool apic_send_interrupt(void *context, void *target, uint32_t apic_id,
			 const struct paracall_interrupt *interrupt);

#endif /* PARACALL_QEMU_X86_APIC_H */
