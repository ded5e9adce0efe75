/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What hooked instructions do. Each is a callback whose userdata is a packed
 * struct site; instructions.c says where and with what rights.
 */
#ifndef PARACALL_QEMU_X86_CALLS_H
#define PARACALL_QEMU_X86_CALLS_H

#include "../callbacks.h"
#include "../engine.h"

/* In the callback of an instruction, before anything of it is served. */
void call_begin(struct vcpu *vcpu, void *userdata);

/* vmcall, vmmcall: QEMU would raise #UD, so these step over it. */
qemu_plugin_vcpu_cb call_hypercall;
/*
 * The no-op that stands for one: QEMU executes it and continues. Where interrupts to
 * itself are deferred it must be allowed to set the program counter.
 */
qemu_plugin_vcpu_cb call_fast_hypercall;
qemu_plugin_vcpu_cb call_cpuid;
/* The same where call_leaf_loaded() has seen the leaf already. */
qemu_plugin_vcpu_cb call_cpuid_loaded;
/* The instruction after a cpuid that must not leave its block, or see vendor.h. */
qemu_plugin_vcpu_cb call_after_cpuid;
qemu_plugin_mem_cb call_leaf_loaded;
/* The first instruction after a reset of the machine. */
qemu_plugin_vcpu_cb call_reset_vector;
/* The first instruction of a vCPU that a wake-up started; see apic_wake(). */
qemu_plugin_vcpu_cb call_wake_vector;
/* What may be the first instruction after an INIT, by another vCPU. */
qemu_plugin_vcpu_cb call_start_vector;
/* An interrupt or exception was taken: the vCPU is at its handler. */
qemu_plugin_discon_cb call_interrupted;
/* An exception was raised, which is before that. */
qemu_plugin_discon_cb call_exception;

/* The vCPU restarts: whatever it was doing is void. */
void call_forget(struct vcpu *vcpu);

#endif /* PARACALL_QEMU_X86_CALLS_H */
