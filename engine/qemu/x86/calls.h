/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What hooked instructions do. Each is a callback whose userdata is a packed
 * struct site; instructions.c says where and with what rights.
 */
#ifndef PARACALL_QEMU_X86_CALLS_H
#define PARACALL_QEMU_X86_CALLS_H

#include "../plugin_api.h"

/* vmcall, vmmcall: QEMU would raise #UD, so these step over it. */
qemu_plugin_vcpu_cb call_hypercall;
/*
 * The no-op that stands for one: QEMU executes it and goes on. Where one thread
 * runs all vCPUs it needs the right to set the program counter.
 */
qemu_plugin_vcpu_cb call_fast_hypercall;
qemu_plugin_vcpu_cb call_hlt;
qemu_plugin_vcpu_cb call_cpuid;
/* The same where call_leaf_loaded() has seen the leaf already. */
qemu_plugin_vcpu_cb call_cpuid_loaded;
qemu_plugin_mem_cb call_leaf_loaded;
/* The first instruction after a reset of the machine. */
qemu_plugin_vcpu_cb call_reset_vector;
/* The first instruction of a vCPU that a wake-up started; see apic_wake(). */
qemu_plugin_vcpu_cb call_wake_vector;
/* An interrupt was taken. */
qemu_plugin_discon_cb call_interrupted;

#endif /* PARACALL_QEMU_X86_CALLS_H */
