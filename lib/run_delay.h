/* SPDX-License-Identifier: BSD-2-Clause */
/* How long a vCPU waited for the host's scheduler, and what of that its guest has received. */
#ifndef PARACALL_LIB_RUN_DELAY_H
#define PARACALL_LIB_RUN_DELAY_H

#include "trace/trace.h"

/* What the guest has received, after a load: earlier waits do not count. */
#define UNKNOWN_RUN_DELAY UINT64_MAX

/* [vCPU] The delay since @told, which is updated. */
static inline uint64_t take_run_delay(struct paracall_cpu *cpu, uint64_t *told)
{
	uint64_t delay = cpu->machine->engine.run_delay(cpu->engine_cpu);
	uint64_t news;

	if (*told == UNKNOWN_RUN_DELAY)
		*told = delay;
	news = delay > *told ? delay - *told : 0;
	*told += news;
	return news;
}

/* [vCPU] So much was added to the guest's record of steal time, at @place. */
static inline void tell_steal(struct paracall_cpu *cpu, uint64_t nanoseconds,
			      struct paracall_gpa place)
{
	paracall_statistics_add(&cpu->statistics->steal_nanoseconds, nanoseconds);
	paracall_statistics_add(&cpu->statistics->steal_updates, 1);
	trace_now(cpu, PARACALL_EVENT_STEAL, nanoseconds, place.value);
}

#endif /* PARACALL_LIB_RUN_DELAY_H */
