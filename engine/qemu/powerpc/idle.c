/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A plugin cannot halt a vCPU, but where there are PAPR calls, H_CEDE can: it waits for
 * an interrupt, after it has enabled them. So where they are enabled anyway, the
 * guest is sent to the sc 1 that is among the hypercall instructions, with the
 * number of H_CEDE in r3, which is 0 afterwards.
 *
 * An interrupt that comes first is what the guest waits for: then the call must be
 * over when its handler returns.
 *
 * Everywhere else the call ends early, which guests expect; after a short sleep,
 * if that delays no other vCPU.
 */
#include "idle.h"

#include "../memory.h"
#include "../replay.h"
#include "registers.h"
#include "words.h"

#include <time.h>

#define SLEEP_NANOSECONDS 50000

void idle_note(void *context)
{
	struct vcpu *vcpu = context;

	powerpc_vcpu(vcpu)->wants_idle = true;
}

static uint64_t place_to_wait(const struct powerpc_site *site)
{
	return powerpc_site_after(site, 8);
}

/* A guest can have the marker without the code around it. */
static bool has_place_to_wait(struct vcpu *vcpu, const struct powerpc_site *site)
{
	uint64_t address;
	uint32_t bytes;

	/* To be sent there ends a block too early: see replay.c. */
	if (!powerpc_machine()->has_papr || replay_is_on() ||
	    !qemu_plugin_translate_vaddr(place_to_wait(site), &address) ||
	    !memory_read(vcpu, (struct paracall_gpa){ address }, &bytes, sizeof(bytes)))
		return false;
	return POWERPC_SC_1 ==
	       (site->is_big_endian ? GUINT32_FROM_BE(bytes) : GUINT32_FROM_LE(bytes));
}

static void sleep_briefly(void)
{
	static const struct timespec time = { .tv_nsec = SLEEP_NANOSECONDS };

	if (!paracall_qemu_engine.is_single_threaded && !replay_is_on())
		nanosleep(&time, NULL);
}

void idle_wait(struct vcpu *vcpu, const struct powerpc_site *site)
{
	powerpc_vcpu(vcpu)->wants_idle = false;
	if (!site || !(powerpc_read_msr(vcpu) & POWERPC_MSR_EXTERNAL_INTERRUPTS) ||
	    !has_place_to_wait(vcpu, site)) {
		sleep_briefly();
		return;
	}
	register_write(vcpu, PARACALL_POWERPC_R3, POWERPC_H_CEDE);
	powerpc_vcpu(vcpu)->idle_pc = place_to_wait(site);
	qemu_plugin_set_pc(powerpc_vcpu(vcpu)->idle_pc);
}

bool idle_is_here(struct vcpu *vcpu, const struct powerpc_site *site)
{
	if (powerpc_vcpu(vcpu)->idle_pc != site->pc || !site->pc)
		return false;
	powerpc_vcpu(vcpu)->idle_pc = 0;
	return true;
}

void idle_interrupted(struct vcpu *vcpu)
{
	if (!powerpc_vcpu(vcpu)->idle_pc)
		return;
	powerpc_read_msr(vcpu);
	if (register_read(vcpu, POWERPC_SRR0) == powerpc_vcpu(vcpu)->idle_pc) {
		register_write(vcpu, POWERPC_SRR0, powerpc_vcpu(vcpu)->idle_pc + 4);
		register_write(vcpu, PARACALL_POWERPC_R3, PARACALL_EV_SUCCESS);
	}
	powerpc_vcpu(vcpu)->idle_pc = 0;
}
