/* SPDX-License-Identifier: BSD-2-Clause */
/* ePAPR's EV_IDLE. Guests call it in a loop, so that it may end early. */
#include "../table.h"

uint32_t paracall_ev_idle(struct paracall_cpu *cpu, uint32_t mode, const uint64_t *arguments,
			  uint64_t *output)
{
	const struct paracall_engine *engine = &cpu->machine->engine;

	(void)mode;
	(void)arguments;
	(void)output;
	if (engine->idle)
		engine->idle(cpu->engine_cpu);
	return PARACALL_EV_SUCCESS;
}
