/* SPDX-License-Identifier: BSD-2-Clause */
/* ePAPR's EV_IDLE. Guests call it in a loop, so that it may end early. */
#include "calls.h"

int64_t paracall_ev_idle(struct paracall_cpu *cpu, struct call *call)
{
	const struct paracall_powerpc_engine *engine = cpu->machine->engine.powerpc;

	(void)call;
	if (engine->idle)
		engine->idle(cpu->engine_cpu);
	return PARACALL_EV_SUCCESS;
}
