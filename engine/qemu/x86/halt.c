/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "halt.h"

#include "../load.h"
#include "../spin.h"
#include "apic.h"
#include "async_pf.h"
#include "calls.h"
#include "deferred.h"
#include "registers.h"
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

/*
 * After so many a handler does not return to the halt that it came before: the guest has
 * crashed, or runs another kernel. Until then some halts end early, and are none for longer.
 */
#define MOST_INTERRUPTS 1000

void halt_end(struct vcpu *vcpu)
{
	struct x86_vcpu *x86 = x86_vcpu(vcpu);

	if (x86->repeated_halt && ++x86->interrupts_since > MOST_INTERRUPTS)
		x86->repeated_halt = 0;
	paracall_resume(vcpu->cpu);
	spin_note_wake(vcpu);
}

void halt_forget(struct vcpu *vcpu)
{
	x86_vcpu(vcpu)->repeated_halt = 0;
}

/*
 * True if an interrupt has ended the halt at @pc, which was to be repeated. A hlt elsewhere, or
 * with another stack, is one of a handler, which returns to it: also an exception's, or in
 * system management mode, of which QEMU reports only the end. The stack pointer is the same
 * then, whichever stack the handler had.
 */
static bool was_interrupted(struct vcpu *vcpu, uint64_t pc)
{
	struct x86_vcpu *x86 = x86_vcpu(vcpu);

	if (x86->repeated_halt != pc || x86->repeated_stack != register_read(vcpu, X86_RSP))
		return false;
	x86->repeated_halt = 0;
	return x86->interrupts_since;
}

/*
 * One is remembered. So while a handler is to return to it, a hlt of its own that QEMU would
 * have to drop a wake-up for ends early, which does that, too.
 */
static void repeat_halt(struct vcpu *vcpu, uint64_t pc, uint64_t next_pc)
{
	struct x86_vcpu *x86 = x86_vcpu(vcpu);

	if (!x86->repeated_halt) {
		x86->repeated_halt = next_pc = pc;
		x86->repeated_stack = register_read(vcpu, X86_RSP);
		x86->interrupts_since = 0;
	}
	qemu_plugin_set_pc(next_pc);
}

/*
 * A halt that a kick has already ended is stepped over. Any other is QEMU's:
 * the vCPU really sleeps, and costs nothing while it does.
 */
void call_hlt(unsigned int index, void *userdata)
{
	struct vcpu *vcpu = vcpu_current(index);
	struct site site = site_unpack(userdata);
	uint64_t next_pc;

	if (!vcpu)
		return;
	next_pc = site_next_pc(vcpu, &site);
	if (x86_vcpu(vcpu)->repeated_halt && was_interrupted(vcpu, next_pc - site.size)) {
		qemu_plugin_set_pc(next_pc);
		return;
	}
	if (!may_halt(vcpu)) {
		repeat_halt(vcpu, next_pc - site.size, next_pc);
		return;
	}
	call_begin(vcpu, userdata);
	async_pf_halt(vcpu);
	/* An interrupt for itself is sent with its next block, so there has to be one. */
	deferred_send(vcpu, next_pc);
	load_mark(vcpu);
	atomic_store_explicit(&x86_vcpu(vcpu)->was_woken, false, memory_order_relaxed);
	/* Before: a kick from now on marks it as awake. */
	spin_note_halt(vcpu);
	if (begin_halt(vcpu))
		return;
	/* A wake-up may be under way; if an INIT comes first, that is how it is known. */
	atomic_store(&x86_vcpu(vcpu)->was_woken, true);
	spin_note_wake(vcpu);
	qemu_plugin_set_pc(next_pc);
}

/* A system management interrupt ends a halt as others do, but QEMU does not report it. */
void call_rsm(unsigned int index, void *userdata)
{
	struct vcpu *vcpu = vcpu_current(index);

	(void)userdata;
	if (vcpu)
		halt_end(vcpu);
}

/*
 * A STARTUP interrupt ends a halt in QEMU, which does not report that either: a wake-up, or the
 * guest's own, which a processor ignores. Then a kick must not find the vCPU halted any more.
 */
void call_after_hlt(unsigned int index, void *userdata)
{
	struct vcpu *vcpu = vcpu_current(index);

	(void)userdata;
	if (!vcpu)
		return;
	paracall_resume(vcpu->cpu);
	spin_note_wake(vcpu);
}
