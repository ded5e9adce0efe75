/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the plugin's files share. */
#ifndef PARACALL_QEMU_ENGINE_H
#define PARACALL_QEMU_ENGINE_H

#include "plugin_api.h"

#include <paracall/paracall.h>
#include <pthread.h>

/*
 * What becomes of a hypercall instruction after it ran for the first time at
 * privilege level 0. The convention lets the hypervisor replace it.
 */
enum replacement {
	/* Nothing: each call ends the translated block. */
	REPLACE_KEEP,
	/* The CPU's own instruction, as KVM on Intel and on AMD leaves it. */
	REPLACE_VMCALL,
	REPLACE_VMMCALL,
	/* A no-op that the engine knows: QEMU need not leave the block. */
	REPLACE_FAST,
};

struct vcpu {
	struct paracall_cpu *cpu;
	struct paracall_cpu_statistics *statistics;
	/* For QEMU's register and memory functions; this vCPU's thread only. */
	GByteArray *buffer;
	pthread_t thread;
	bool has_apic_id;
	uint32_t apic_id;
	/* What was loaded for the cpuid that follows in the same block. */
	bool may_be_our_leaf;
	/* An interrupt for itself that could not be sent at once; see apic.h. */
	bool has_deferred;
	struct paracall_interrupt deferred;
	/* It may have been sent a wake-up since its last halt began. */
	_Atomic(bool) was_woken;
};

/* The plugin's one instance: QEMU's interface leaves no better place. */
struct engine {
	struct paracall_machine *machine;
	enum replacement replacement;
	unsigned int max_vcpus;
	struct vcpu *vcpus;
	/* Somebody else reads the counters. */
	bool is_report_mapped;
	/* Set once the guest's first instruction ran. */
	_Atomic(bool) has_started;
	/* One thread runs all vCPUs: see vcpu_current(). */
	bool is_single_threaded;
	/* Some vCPU has; only ever with one thread. */
	bool has_deferred;
	/* The vCPUs by the id of their local APIC in xAPIC mode. */
	_Atomic(struct vcpu *) by_apic_id[256];
};

extern struct engine paracall_qemu_engine;

/*
 * The slot of a vCPU; NULL if QEMU has more than it said. Not for callbacks of
 * instructions: they want vcpu_current().
 */
struct vcpu *vcpu_by_index(unsigned int index);

#endif /* PARACALL_QEMU_ENGINE_H */
