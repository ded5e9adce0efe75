/* SPDX-License-Identifier: BSD-2-Clause */
/* DIAGNOSE 0x308: the engine's, but some of its subcodes reset all CPUs. */
#include "diag.h"
#include "state.h"

/*
 * Load clear and load are the kernel's own, which uses 16 bits (arch/s390/kvm/diag.c,
 * __diag_ipl_functions); all others its user space's, which refuses more (QEMU's
 * target/s390x/diag.c, handle_diag_308).
 */
uint64_t diag_ipl_subcode(struct paracall_cpu *cpu, struct diag_call *call)
{
	uint64_t subcode = diag_read_subcode(cpu, call, DIAG_R3, call->r3);
	uint64_t low = subcode & 0xffff;

	return low == 3 || low == 4 ? low : subcode;
}

/* Other vCPUs may still run: what their threads touch is left alone. */
int64_t paracall_diag_reset(struct paracall_cpu *cpu, struct call *call)
{
	struct paracall_machine *machine = cpu->machine;

	(void)call;
	for (uint32_t i = 0; i < machine->max_cpus; i++)
		atomic_store(&s390_cpu(cpu_at(machine, i))->has_pfault_token, false);
	__atomic_fetch_add(&machine->statistics->resets, 1, __ATOMIC_RELAXED);
	return PARACALL_DIAG_NOT_OURS;
}
