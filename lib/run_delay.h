/* SPDX-License-Identifier: BSD-2-Clause */
/* How long the host's scheduler let a vCPU wait, and what of that its guest was told. */
#ifndef PARACALL_LIB_RUN_DELAY_H
#define PARACALL_LIB_RUN_DELAY_H

#include "machine.h"

/* What the guest was told, after a load: what the thread waited before is none of it. */
#define UNKNOWN_RUN_DELAY UINT64_MAX

/* [vCPU] What came since the guest was told of @told, which then has it, too. */
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

#endif /* PARACALL_LIB_RUN_DELAY_H */
