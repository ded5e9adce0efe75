/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "halt.h"

#include "../load.h"
#include "../spin.h"
#include "apic.h"
#include "async_pf.h"
#include "calls.h"
#include "site.h"

#include <sched.h>
#include <stdatomic.h>

/*
 * True if the vCPU halts. A wake-up that came since it was last dropped may be for an earlier
 * halt, and would end this one unseen: so this one ends here.
 */
static bool begin_halt(struct vcpu *vcpu)
{
	if (!paracall_halt(vcpu->cpu))
		return false;
	if (!atomic_load(&x86_vcpu(vcpu)->has_wakeup))
		return true;
	paracall_resume(vcpu->cpu);
	return false;
}

/*
 * False if another vCPU, which may have ended the last halt, is still at it; or if QEMU has
 * to drop a wake-up that came while this one ran. It does that between two blocks, so
 * executing the instruction again is enough.
 */
static bool may_halt(struct vcpu *vcpu)
{
	if (atomic_load(&x86_vcpu(vcpu)->wakers)) {
		sched_yield();
		return false;
	}
	return !atomic_exchange(&x86_vcpu(vcpu)->has_wakeup, false);
}

void halt_end(struct vcpu *vcpu)
{
	x86_vcpu(vcpu)->is_halt_interrupted = x86_vcpu(vcpu)->repeated_halt;
	paracall_resume(vcpu->cpu);
	spin_note_wake(vcpu);
}

static bool was_interrupted(struct vcpu *vcpu, uint64_t pc)
{
	struct x86_vcpu *x86 = x86_vcpu(vcpu);
	bool is_over = x86->is_halt_interrupted && x86->repeated_halt == pc;

	x86->repeated_halt = 0;
	x86->is_halt_interrupted = false;
	return is_over;
}

/*
 * A halt that a kick has already ended is stepped over. Any other is QEMU's:
 * the vCPU really sleeps, and costs nothing while it does.
 */
void call_hlt(unsigned int index, void *userdata)
{
	struct vcpu *vcpu = vcpu_current(index);
	struct site site = site_unpack(userdata);

	if (!vcpu)
		return;
	if (x86_vcpu(vcpu)->repeated_halt &&
	    was_interrupted(vcpu, site_next_pc(vcpu, &site) - site.size)) {
		qemu_plugin_set_pc(site_next_pc(vcpu, &site));
		return;
	}
	if (!may_halt(vcpu)) {
		x86_vcpu(vcpu)->repeated_halt = site_next_pc(vcpu, &site) - site.size;
		qemu_plugin_set_pc(x86_vcpu(vcpu)->repeated_halt);
		return;
	}
	call_begin(vcpu, userdata);
	async_pf_halt(vcpu);
	load_mark(vcpu);
	atomic_store_explicit(&x86_vcpu(vcpu)->was_woken, false, memory_order_relaxed);
	/* Before: a kick from now on marks it as awake. */
	spin_note_halt(vcpu);
	if (begin_halt(vcpu))
		return;
	/* A wake-up may be under way; if an INIT comes first, that is how it is known. */
	atomic_store(&x86_vcpu(vcpu)->was_woken, true);
	spin_note_wake(vcpu);
	qemu_plugin_set_pc(site_next_pc(vcpu, &site));
}

/* A system management interrupt ends a halt as others do, but QEMU does not report it. */
void call_rsm(unsigned int index, void *userdata)
{
	struct vcpu *vcpu = vcpu_current(index);

	(void)userdata;
	if (vcpu)
		halt_end(vcpu);
}
