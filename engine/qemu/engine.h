/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the plugin's files share. */
#ifndef PARACALL_QEMU_ENGINE_H
#define PARACALL_QEMU_ENGINE_H

#include "plugin_api.h"

#include <paracall/paracall.h>
#include <pthread.h>
#include <stdatomic.h>
#include <time.h>

/*
 * What becomes of a hypercall instruction after it ran for the first time at
 * privilege level 0. The convention lets the hypervisor replace it.
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

/* Which hypercall instruction is the CPU's own; see x86/vendor.h. */
enum own_instruction {
	OWN_UNKNOWN,
	OWN_VMCALL,
	OWN_VMMCALL,
};

/* An exception on its way; see x86/exceptions.h. */
struct raised {
	/* Where the vCPU was sent to; 0 if there is none. */
	uint64_t trap;
	/* What the guest is to see. */
	uint64_t pc;
	uint64_t error_code;
	uint64_t cr2;
	/* Exceptions there so far: more than one if the first has another. */
	unsigned int count;
};

/* An asynchronous page fault on its way into the guest; see x86/async_pf.c. */
struct async_pf_injection {
	/* Not 0 until QEMU has delivered the page fault. */
	uint32_t token;
	/* Some wait for their end, which is due then. */
	bool is_waiting;
	uint64_t end_nanoseconds;
	uint64_t next_nanoseconds;
};

/* PowerPC: SPRG0 and those that follow, as far as powerpc/sprg.c is about them. */
#define SPRGS_KEPT 8

/* The beginning of each target's own struct of a vCPU; see target.h. */
struct vcpu {
	struct paracall_cpu *cpu;
	/* QEMU's number of it. */
	unsigned int index;
	struct paracall_cpu_statistics *statistics;
	/* For QEMU's register and memory functions; this vCPU's thread only. */
	GByteArray *buffer;
	/* So come the bytes of its registers; on PowerPC as its code has them now. */
	bool is_big_endian;
	pthread_t thread;
	bool has_apic_id;
	uint32_t apic_id;
	/* What was loaded for the cpuid that follows in the same block. */
	bool may_be_our_leaf;
	/* The leaf to answer behind cpuid; 0 if there is none. */
	uint32_t postponed_leaf;
	/* And QEMU was asked for the vendor meanwhile. */
	bool is_vendor_asked;
	/* What to have read behind rdmsr. */
	bool has_postponed_msr;
	uint64_t postponed_msr;
	struct raised raised;
	/* It executes the last instruction of a block, after which it goes on anywhere. */
	bool is_at_end;
	/* An interrupt for itself that could not be sent at once; see apic.h. */
	bool has_deferred;
	struct paracall_interrupt deferred;
	/* It may have been sent a wake-up since its last halt began. */
	_Atomic(bool) was_woken;
	/* By SEND_IPI, and it has not begun anew since. */
	_Atomic(bool) was_sent_init;
	/* The guest's rcx, while another is there to raise an exception. */
	bool has_hidden_rcx;
	uint64_t hidden_rcx;
	/* Of the time-stamp counter, still to be seen at the beginning. */
	unsigned int first_tsc_readings;
	/* clock_ticks() before the guest's last reading that is looked at. */
	uint64_t ticks_before_tsc;
	struct async_pf_injection async_pf;
	/* For run_delay_read(). */
	int run_delay_file;
	/* When the guest's pages were last brought up to date; coarse. */
	uint64_t updated_nanoseconds;
	/* PowerPC: EV_IDLE was called; where it then waits, see powerpc/idle.c. */
	bool wants_idle;
	uint64_t idle_pc;
	/* PowerPC: where to go on behind the instruction that comes next. */
	uint64_t next_pc;
	/* PowerPC: what they have, or will have, if that is known; see powerpc/sprg.c. */
	bool keeps_sprgs;
	uint64_t sprg[SPRGS_KEPT];
	/* For the trace: where it is; see trace_note_site(). */
	void *site;
	/* 0: it is still to be read. */
	uint64_t site_pc;
	/* s390: another vCPU has reset it; has stopped it, and it did nothing since. */
	_Atomic(bool) was_reset;
	_Atomic(bool) is_stopped;
	/* s390: what it did last was to reset the machine; see s390/start.c. */
	_Atomic(bool) resets_machine;
	/* How long its thread has run: see yield.c. */
	bool has_run_clock;
	clockid_t run_clock;
	/* For spin.c: it does not halt, for all that is known. */
	_Atomic(bool) is_awake;
	/* Hints that it spins since it last did something else, and how many it may have. */
	unsigned int spin_hints;
	unsigned int spin_window;
	/* s390: its prefix area, if that is known; see s390/current.c. */
	bool has_prefix;
	uint64_t prefix;
};

/* The plugin's one instance: QEMU's interface leaves no better place. */
struct engine {
	struct paracall_machine *machine;
	enum replacement replacement;
	_Atomic(enum own_instruction) own;
	unsigned int max_vcpus;
	/* By QEMU's number; NULL where none was there yet. */
	_Atomic(struct vcpu *) *vcpus;
	/* The target's own state of the machine; see target.h. */
	void *target_machine;
	/* NULL unless somebody looks on. */
	struct paracall_trace *trace;
	/* Somebody else reads the counters. */
	bool is_report_mapped;
	/* Set once the guest's first instruction ran. */
	_Atomic(bool) has_started;
	/* One thread runs all vCPUs: see vcpu_current(). */
	bool is_single_threaded;
	/* QEMU's command has it do so, if there are several. */
	bool shares_thread;
	/* Time goes by instructions: -icount. So none may be counted that did not run. */
	bool counts_instructions;
	/* x86: no vCPU can interrupt itself at once: see apic_send_deferred(). */
	bool defers_own_interrupts;
	/* PowerPC: sc 1 is a call of PAPR's, which QEMU serves. */
	bool has_papr;
	/* Some vCPU has; only ever with one thread, be it of the only vCPU. */
	bool has_deferred;
	/* Of each vCPU: an asynchronous page fault is due in user mode. */
	qemu_plugin_u64 wants_async_pf;
	/* How often, and how long each takes; 0: never. */
	uint64_t async_pf_every;
	uint64_t async_pf_delay;
	/* The vCPUs by the id of their local APIC in xAPIC mode. */
	_Atomic(struct vcpu *) by_apic_id[256];
};

extern struct engine paracall_qemu_engine;

/*
 * A vCPU by QEMU's number; NULL if there was none yet, or QEMU has more than it said.
 * With one thread for all vCPUs callbacks of instructions get the number of whichever
 * translated the code: there a target has a function of its own that asks the guest.
 */
static inline struct vcpu *vcpu_by_index(unsigned int index)
{
	struct engine *engine = &paracall_qemu_engine;

	return index < engine->max_vcpus
		       ? atomic_load_explicit(&engine->vcpus[index], memory_order_acquire)
		       : NULL;
}

/*
 * The guest runs: without that there is nothing to report. For all that is called
 * when code is translated.
 */
static inline void engine_note_guest(void)
{
	struct paracall_statistics *statistics =
		paracall_machine_statistics(paracall_qemu_engine.machine);

	if (!__atomic_load_n(&statistics->started, __ATOMIC_RELAXED))
		__atomic_store_n(&statistics->started, 1, __ATOMIC_RELEASE);
}

#endif /* PARACALL_QEMU_ENGINE_H */
