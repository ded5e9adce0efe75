/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the plugin's files share. */
#ifndef PARACALL_QEMU_ENGINE_H
#define PARACALL_QEMU_ENGINE_H

#include "plugin_api.h"

#include <paracall/paracall.h>

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
	bool has_apic_id;
};

/* The plugin's one instance: QEMU's interface leaves no better place. */
struct engine {
	struct paracall_machine *machine;
	enum replacement replacement;
	unsigned int max_vcpus;
	struct vcpu *vcpus;
	/* Set once the guest's first instruction ran. */
	_Atomic(bool) has_started;
};

extern struct engine paracall_qemu_engine;

/* The slot of a vCPU, for callbacks; NULL if QEMU has more than it said. */
struct vcpu *vcpu_by_index(unsigned int index);

#endif /* PARACALL_QEMU_ENGINE_H */
