/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is kept of an x86 machine, and of each of its vCPUs. */
#ifndef PARACALL_QEMU_X86_STATE_H
#define PARACALL_QEMU_X86_STATE_H

#include "../command_line/cpus.h"
#include "../engine.h"
#include "raised.h"

/*
 * How a hypercall instruction is replaced after it ran for the first time at
 * privilege level 0, which the convention allows the hypervisor.
 */
enum replacement {
	/* Nothing: each call ends the translated block. */
	REPLACE_KEEP,
	/* The CPU's own instruction, as KVM on Intel and on AMD leaves it. */
	REPLACE_VMCALL,
	REPLACE_VMMCALL,
	/* A no-op that the engine knows: QEMU need not leave the block. */
	REPLACE_FAST,
	/* One of these two, as KVM does on a CPU of this vendor. */
	REPLACE_NATIVE,
	/* Nothing, and the other vendor's is an invalid opcode. */
	REPLACE_REFUSE,
};

/* Which hypercall instruction is the CPU's own; see vendor.h. */
enum own_instruction {
	OWN_UNKNOWN,
	OWN_VMCALL,
	OWN_VMMCALL,
};

/* An asynchronous page fault on its way into the guest; see async_pf.c. */
struct async_pf_injection {
	/* Not 0 until QEMU has delivered the page fault. */
	uint32_t token;
	/* Some wait for their end, which is due then. */
	bool is_waiting;
	uint64_t end_nanoseconds;
	uint64_t next_nanoseconds;
};

struct x86_vcpu {
	struct vcpu vcpu;
	bool has_apic_id;
	/* It executes the last instruction of a block, after which it continues anywhere. */
	bool is_at_end;
	/* An interrupt for itself that could not be sent at once; see apic.h. */
	bool has_deferred;
	/* It is as QEMU numbers them; the vCPU has not run yet. */
	bool is_apic_id_guessed;
	uint32_t apic_id;
	/* It may have been sent a wake-up since its last halt began. */
	_Atomic(bool) was_woken;
	/* Others that are sending it one. */
	_Atomic(unsigned int) wakers;
	/* One may have reached it while it ran, and QEMU not have dropped it yet. */
	_Atomic(bool) has_wakeup;
	/* Where it executes hlt once more, 0: nowhere; with which stack; what came since. */
	uint64_t repeated_halt;
	uint64_t repeated_stack;
	unsigned int interrupts_since;
	/* By SEND_IPI, and it has not restarted since. */
	_Atomic(bool) was_sent_init;
	/* What was loaded for the cpuid that follows in the same block. */
	bool may_be_our_leaf;
	/* The leaf to answer after cpuid; 0 if there is none. */
	uint32_t postponed_leaf;
	/* And QEMU was asked for the vendor meanwhile. */
	bool is_vendor_asked;
	/* What rdmsr has to have read. */
	bool has_postponed_msr;
	uint64_t postponed_msr;
	/* The guest's rcx, while another is there to raise an exception. */
	bool has_hidden_rcx;
	uint64_t hidden_rcx;
	/* Of the guest's last reading that is used: clock_ticks() before, and what follows. */
	uint64_t ticks_before_tsc;
	uint64_t pc_after_tsc;
	/* When the guest's pages were last brought up to date; coarse. */
	uint64_t updated_nanoseconds;
	struct raised raised;
	struct paracall_interrupt deferred;
	struct async_pf_injection async_pf;
};

struct x86_machine {
	/* See apic_guess_id(). */
	bool has_cpus;
	struct command_cpus cpus;
	/* QEMU has the device, and its page is to be used: see snapshot.c. */
	bool has_vmclock;
	/* A state was loaded that may be another process's: it has put in its no-ops. */
	bool was_loaded;
	enum replacement replacement;
	/* CPUID says nothing of KVM, as with QEMU's -cpu ...,kvm=off. */
	bool is_hidden;
	_Atomic(enum own_instruction) own;
	/* There is a hlt that is the last instruction of a page. */
	_Atomic(bool) has_hlt_at_end;
	/* Some vCPU has; only ever with one thread, be it of the only vCPU. */
	bool has_deferred;
	/* How often there are asynchronous page faults, and how long each takes; 0: never. */
	uint64_t async_pf_every;
	uint64_t async_pf_delay;
	/* Of each vCPU: one is due in user mode. */
	qemu_plugin_u64 wants_async_pf;
	/* The vCPUs by the id of their local APIC in xAPIC mode. */
	_Atomic(struct vcpu *) by_apic_id[256];
};

static inline struct x86_vcpu *x86_vcpu(struct vcpu *vcpu)
{
	return (struct x86_vcpu *)vcpu;
}

static inline struct x86_machine *x86_machine(void)
{
	return paracall_qemu_engine.target_machine;
}

#endif /* PARACALL_QEMU_X86_STATE_H */
