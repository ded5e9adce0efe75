/* SPDX-License-Identifier: BSD-2-Clause */
/* Guests never ask for it: the engine sees that they spin, and yields. */
#include "misuse.h"
#include "trace/trace.h"

uint64_t paracall_spin_begin(struct paracall_cpu *cpu)
{
	ENTER(cpu);
	return trace_begin(cpu, PARACALL_EVENT_SPIN);
}

void paracall_spin_end(struct paracall_cpu *cpu, uint64_t began, uint64_t hints,
		       uint64_t nanoseconds)
{
	const uint64_t arguments[] = { hints, nanoseconds };

	ENTER(cpu);
	paracall_statistics_add(&cpu->statistics->spins, 1);
	paracall_statistics_add(&cpu->statistics->spin_nanoseconds, nanoseconds);
	if (trace_wants(cpu, PARACALL_EVENT_SPIN))
		trace_event(cpu, paracall_event_id(PARACALL_EVENT_SPIN, 0), began, 0, arguments,
			    2);
}
