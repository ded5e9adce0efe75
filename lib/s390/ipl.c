/* SPDX-License-Identifier: BSD-2-Clause */
/* DIAGNOSE 0x308: the engine's, but some of its subcodes reset all CPUs. */
#include "diag.h"

static bool is_reset(uint64_t subcode)
{
	switch (subcode) {
	/* Modified clear, load normal, load clear, load. */
	case 0:
	case 1:
	case 3:
	case 4:
		return true;
	}
	return false;
}

/* Other vCPUs may still run: what they touch by themselves is left alone. */
enum paracall_diag_outcome paracall_diag_ipl(struct paracall_cpu *cpu, unsigned int r1,
					     unsigned int r3)
{
	struct paracall_machine *machine = cpu->machine;

	(void)r1;
	if (!is_reset(diag_register(cpu, r3)))
		return PARACALL_DIAG_NOT_OURS;
	for (uint32_t i = 0; i < machine->max_cpus; i++)
		atomic_store(&machine->cpus[i].has_pfault_token, false);
	__atomic_fetch_add(&machine->statistics->resets, 1, __ATOMIC_RELAXED);
	return PARACALL_DIAG_NOT_OURS;
}
