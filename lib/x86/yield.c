/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * KVM_HC_SCHED_YIELD: a hint, answered with 0 whether or not it had an effect
 * (arch/x86/kvm/x86.c, kvm_sched_yield).
 */
#include "../trace/trace.h"
#include "quick.h"

DEFINE_CALL(paracall_sched_yield)
{
	const struct paracall_engine *engine = &cpu->machine->engine;
	struct paracall_cpu *target =
		cpu_by_apic_id(cpu->machine, (uint32_t)call->arguments[0]);
	if (!(engine->capabilities & PARACALL_CAN_YIELD))
		return -PARACALL_KVM_ENOSYS;
	if (target && target != cpu) {
		trace_now(cpu, PARACALL_EVENT_YIELD, trace_index(target));
		engine->yield_to(cpu->engine_cpu, engine_cpu_of(target));
	}
	return 0;
}
