/* SPDX-License-Identifier: BSD-2-Clause */
/* What the library's files share about machines and vCPUs. */
#ifndef PARACALL_LIB_MACHINE_H
#define PARACALL_LIB_MACHINE_H

#include <paracall/paracall.h>
#include <stdatomic.h>

/*
 * A vCPU's place between kicks and halts; see x86/kick.c. One word, so that
 * neither side can miss what the other does.
 */
enum halt_state {
	RUNNING,
	RUNNING_KICKED,
	HALTED,
};

struct paracall_cpu {
	struct paracall_machine *machine;
	/* The engine's own pointer. */
	void *engine_cpu;
	/* Written by the vCPU's thread alone. */
	struct paracall_cpu_statistics *statistics;
	uint32_t apic_id;
	/* Kickers write it too. On a line of its own for that. */
	_Alignas(64) _Atomic(uint32_t) halt_state;
};

struct paracall_machine {
	struct paracall_engine engine;
	uint32_t features;
	bool enforce_features;
	uint32_t max_cpus;
	struct paracall_statistics *statistics;
	/* Set if the counters are the library's own. */
	struct paracall_statistics *own_statistics;
	struct paracall_cpu *cpus;
	_Atomic(struct paracall_cpu *) by_apic_id[PARACALL_MAX_APIC_ID + 1];
};

/* The vCPU with that local APIC id, or NULL. */
static inline struct paracall_cpu *cpu_by_apic_id(struct paracall_machine *machine,
						  uint32_t apic_id)
{
	if (apic_id > PARACALL_MAX_APIC_ID)
		return NULL;
	return atomic_load_explicit(&machine->by_apic_id[apic_id], memory_order_acquire);
}

#endif /* PARACALL_LIB_MACHINE_H */
