/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * DIAGNOSE 0x44 and 0x9c: hints, without a result or an exception. As in KVM
 * only 32 bits of a CPU's address count, and an unknown one is ignored, and so
 * is the CPU's own (arch/s390/kvm/diag.c, __diag_time_slice_end_directed).
 */
#include "diag.h"

#include "../trace/trace.h"

static void yield_to(struct paracall_cpu *cpu, struct paracall_cpu *target)
{
	const struct paracall_engine *engine = &cpu->machine->engine;

	if (!(engine->capabilities & PARACALL_CAN_YIELD))
		return;
	trace_now(cpu, PARACALL_EVENT_YIELD, trace_index(target));
	engine->yield_to(cpu->engine_cpu, target ? engine_cpu_of(target) : NULL);
}

int64_t paracall_diag_time_slice_end(struct paracall_cpu *cpu, struct call *call)
{
	(void)call;
	yield_to(cpu, NULL);
	return PARACALL_DIAG_DONE;
}

int64_t paracall_diag_directed_yield(struct paracall_cpu *cpu, struct call *call)
{
	struct paracall_cpu *target =
		cpu_by_apic_id(cpu->machine, (uint32_t)call->arguments[0]);

	if (target && target != cpu)
		yield_to(cpu, target);
	return PARACALL_DIAG_DONE;
}
