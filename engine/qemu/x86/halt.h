/* SPDX-License-Identifier: GPL-2.0-or-later */
/* hlt, and what ends it; KICK_CPU does so by apic_wake(). */
#ifndef PARACALL_QEMU_X86_HALT_H
#define PARACALL_QEMU_X86_HALT_H

#include "state.h"

qemu_plugin_vcpu_cb call_hlt;
/* The instruction after a hlt, where a block begins. */
qemu_plugin_vcpu_cb call_after_hlt;
/* The end of a system management interrupt's handler. */
qemu_plugin_vcpu_cb call_rsm;

/*
 * An interrupt ends a halt. One, usually an NMI, may come between a hlt and its repetition:
 * the guest had begun to halt, so it has ended that, too. Otherwise the vCPU would halt after
 * the handler, where the interrupt that is to wake it, which "sti; hlt" holds off until the
 * halt, was taken already.
 */
void halt_end(struct vcpu *vcpu);

/* The vCPU restarts, or another state was loaded: it is in no halt's repetition. */
void halt_forget(struct vcpu *vcpu);

#endif /* PARACALL_QEMU_X86_HALT_H */
