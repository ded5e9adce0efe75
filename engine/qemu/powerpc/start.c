/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Every reset begins at the first instruction again, with all
 * registers as they were. An interrupt can have the same address; but it
 * leaves the old state in a register.
 */
#include "start.h"

#include "../load.h"
#include "../memory.h"
#include "../trace.h"
#include "current.h"
#include "registers.h"
#include "site.h"
#include "sprg.h"

#include <stdatomic.h>

/* pseries has its device windows from here on; other machines have less memory. */
#define PSERIES_LIMIT (UINT64_C(1) << 40)

void powerpc_look_around(struct vcpu *vcpu)
{
	memory_probe_from_zero_late(vcpu, PSERIES_LIMIT);
}

bool powerpc_is_at_start(struct vcpu *vcpu)
{
	return !register_read(vcpu, POWERPC_SRR1);
}

void start_reached(unsigned int index, void *userdata)
{
	struct powerpc_site site = powerpc_site_unpack(userdata);
	struct engine *engine = &paracall_qemu_engine;
	struct vcpu *vcpu = powerpc_vcpu_current(index, site.is_big_endian);

	if (!vcpu || !powerpc_is_at_start(vcpu))
		return;
	load_note_start();
	trace_note_site(vcpu, userdata, site.pc);
	memory_probe_from_zero(vcpu, PSERIES_LIMIT);
	if (!atomic_exchange(&engine->has_started, true))
		return;
	paracall_machine_reset(engine->machine, vcpu->cpu);
	for (unsigned int i = 0; i < engine->max_vcpus; i++)
		if (vcpu_by_index(i))
			sprg_forget(vcpu_by_index(i));
}
