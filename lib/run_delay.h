/* SPDX-License-Identifier: BSD-2-Clause */
/* How long a vCPU waited for the host's scheduler, and what of that its guest has received. */
#ifndef PARACALL_LIB_RUN_DELAY_H
#define PARACALL_LIB_RUN_DELAY_H

#include "trace/trace.h"

/* What the guest has received, after a load: earlier waits do not count. */
#define UNKNOWN_RUN_DELAY UINT64_MAX

/* [vCPU] The delay since @reported, which is updated. */
static inline uint64_t take_run_delay(struct paracall_cpu *cpu, uint64_t *reported)
{
	uint64_t delay = cpu->machine->engine.run_delay(cpu->engine_cpu);
	uint64_t news;

	if (*reported == UNKNOWN_RUN_DELAY)
		*reported = delay;
	news = delay > *reported ? delay - *reported : 0;
	*reported += news;
	return news;
}

/* [vCPU] So much was added to the guest's record of steal time, at @place. */
static inline void report_steal(struct paracall_cpu *cpu, uint64_t nanoseconds,
				struct paracall_gpa place)
{
	paracall_statistics_add(&cpu->statistics->steal_nanoseconds, nanoseconds);
	paracall_statistics_add(&cpu->statistics->steal_updates, 1);
	trace_now(cpu, PARACALL_EVENT_STEAL, nanoseconds, place.value);
}

#endif /* PARACALL_LIB_RUN_DELAY_H */
