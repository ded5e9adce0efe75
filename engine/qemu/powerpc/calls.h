/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What hooked instructions call. */
#ifndef PARACALL_QEMU_POWERPC_CALLS_H
#define PARACALL_QEMU_POWERPC_CALLS_H

#include "../engine.h"

/* For struct paracall_engine: where the vCPU last called, or began. */
uint64_t powerpc_program_counter(void *context);

/* The marker among the hypercall instructions; QEMU executes it, a no-op. */
qemu_plugin_vcpu_cb powerpc_call_marker;
/* sc, KVM's own form. */
qemu_plugin_vcpu_cb powerpc_call_sc;
/* sc 1 on CPUs of Book E that are made for hypervisors, e500mc and later: KVM's too. */
qemu_plugin_vcpu_cb powerpc_call_sc_1;
/* sc 1 where it is a PAPR call: QEMU executes it. */
qemu_plugin_vcpu_cb powerpc_call_papr;
/* A hint that the vCPU spins; QEMU executes it. */
qemu_plugin_vcpu_cb powerpc_call_hint;

#endif /* PARACALL_QEMU_POWERPC_CALLS_H */
