/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the plugin's files share. */
#ifndef PARACALL_QEMU_ENGINE_H
#define PARACALL_QEMU_ENGINE_H

#include "plugin_api.h"

#include <paracall/paracall.h>
#include <pthread.h>
#include <stdatomic.h>
#include <time.h>

/* The beginning of each target's own struct of a vCPU; see target.h. */
struct vcpu {
	struct paracall_cpu *cpu;
	/* QEMU's number of it. */
	unsigned int index;
	/* The byte order of its registers, for now. */
	bool is_big_endian;
	struct paracall_cpu_statistics *statistics;
	/* For QEMU's register and memory functions; this vCPU's thread only. */
	GByteArray *buffer;
	/* For the trace: where it is; see trace_note_site(). */
	void *site;
	/* 0: it is still to be read. */
	uint64_t site_pc;
	/* For spin.c: it does not halt, as far as is known. */
	_Atomic(bool) is_awake;
	/* Hints that it spins since it last did something else, and their limit. */
	unsigned int spin_hints;
	unsigned int spin_window;
	/* It cannot run: another vCPU has stopped it, or has not started it yet. */
	_Atomic(bool) is_stopped;
	pthread_t thread;
	/* Its thread sleeps, and what its registers were then; see load.c. */
	bool is_asleep;
	_Atomic(uint64_t) fingerprint;
	/* It was plugged in while all others slept, and none of those was asked since. */
	_Atomic(bool) is_new;
	/* Readings of its counter still to be used at the beginning: see readings.c. */
	unsigned int first_readings;
	/* How long its thread has run: see yield.c. */
	bool has_run_clock;
	clockid_t run_clock;
	/* With one thread for all: what it is known by, if that is known; see current.h. */
	bool has_identity;
	uint64_t identity;
	/* For run_delay_read(). */
	int run_delay_file;
};

/* The plugin's one instance: QEMU's interface leaves no better place. */
struct engine {
	struct paracall_machine *machine;
	unsigned int max_vcpus;
	/* By QEMU's number; NULL if that vCPU does not exist yet. */
	_Atomic(struct vcpu *) *vcpus;
	/* The target's own state of the machine; see target.h. */
	void *target_machine;
	/* NULL unless tracing. */
	struct paracall_trace *trace;
	/* Faults may be injected into calls: each has to go to the library. */
	bool injects_faults;
	/* One thread runs all vCPUs: QEMU's number in callbacks may be another's. */
	bool is_single_threaded;
	/* QEMU's command line requests it, if there are several. */
	bool shares_thread;
	/* Instructions are the clock: -icount. So none may be counted that did not run. */
	bool counts_instructions;
	/* QEMU reports when a vCPU sleeps, for a halt or with the machine. */
	bool reports_idle;
	/* Another process reads the counters. */
	bool is_report_mapped;
	/* Set once the guest's first instruction ran. */
	_Atomic(bool) has_started;
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

/* Whether the guest is offered a feature, by its bit's number. */
static inline bool engine_offers(unsigned int feature)
{
	return paracall_machine_statistics(paracall_qemu_engine.machine)->features &
	       1u << feature;
}

/*
 * Whether translated code can read or set per-vCPU values. With one thread for all vCPUs
 * it would use another vCPU's, and QEMU 11.1 then even forgets which vCPU it translates
 * for.
 */
static inline bool engine_code_knows_vcpu(void)
{
	return !paracall_qemu_engine.shares_thread && !paracall_qemu_engine.is_single_threaded;
}

#endif /* PARACALL_QEMU_ENGINE_H */
