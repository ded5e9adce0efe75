/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What hooked instructions call. */
#ifndef PARACALL_QEMU_POWERPC_CALLS_H
#define PARACALL_QEMU_POWERPC_CALLS_H

#include "../engine.h"

/*
 * Where a hooked instruction stands, packed into the pointer that a callback
 * gets. QEMU's blocks have one order of bytes, width and privilege, and one
 * address; only supervisor code is hooked.
 */
struct powerpc_site {
	uint64_t pc;
	bool is_big_endian;
	bool is_64bit;
};

void *powerpc_site_pack(const struct powerpc_site *site);
struct powerpc_site powerpc_site_unpack(void *userdata);

/* The address of what stands @bytes behind its beginning. */
uint64_t powerpc_site_after(const struct powerpc_site *site, unsigned int bytes);

/* For struct paracall_engine: where the vCPU last called, or began. */
uint64_t powerpc_program_counter(void *context);

/* The marker among the hypercall instructions; QEMU goes on with it, a no-op. */
qemu_plugin_vcpu_cb powerpc_call_marker;
/* sc, KVM's own form. */
qemu_plugin_vcpu_cb powerpc_call_sc;
/* sc 1 on CPUs of Book E that are made for hypervisors, e500mc and later: KVM's too. */
qemu_plugin_vcpu_cb powerpc_call_sc_1;
/* sc 1 where PAPR's calls are: QEMU goes on with it. */
qemu_plugin_vcpu_cb powerpc_call_papr;
/* A hint that the vCPU spins; QEMU goes on with it. */
qemu_plugin_vcpu_cb powerpc_call_hint;

#endif /* PARACALL_QEMU_POWERPC_CALLS_H */
