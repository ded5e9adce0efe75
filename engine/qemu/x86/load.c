/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "load.h"

#include "../clock.h"
#include "../readings.h"
#include "apic.h"
#include "calls.h"
#include "memory_map.h"
#include "registers.h"
#include "replace.h"

/* Intel SDM vol. 3, "First Instruction Executed". */
#define FIRST_RIP 0xfff0
#define FIRST_CS 0xf000

bool x86_is_at_start(struct vcpu *vcpu)
{
	return register_read(vcpu, X86_RIP) == FIRST_RIP &&
	       register_read(vcpu, X86_CS) == FIRST_CS;
}

bool x86_look_around(struct vcpu *vcpu)
{
	memory_map_probe(vcpu);
	return memory_map_is_known();
}

const char *x86_forget_machine(struct vcpu *vcpu)
{
	struct x86_machine *machine = x86_machine();

	if (!memory_map_is_known())
		memory_map_probe_late(vcpu);
	machine->was_loaded = true;
	machine->has_deferred = false;
	clock_loaded();
	replace_reset();
	return "what its guest had registered with KVM (clocks, steal time, other pages and "
	       "features' settings) is lost until it registers that again, as when it boots";
}

void x86_forget_vcpu(struct vcpu *vcpu)
{
	call_forget(vcpu);
	/* A wake-up may be on its way in that state, too. */
	atomic_store(&x86_vcpu(vcpu)->was_woken, true);
	readings_end(vcpu);
	readings_init_vcpu(vcpu);
	apic_guess_id(vcpu);
}
