/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * QEMU gives each vCPU a thread. A vCPU that spins for a lock whose holder waits for a
 * host processor uses up what the holder needs. So after a window of hints
 * (such as pause) its thread yields, if more vCPUs are awake than there are
 * processors; otherwise none waits for this one.
 *
 * The host's scheduler takes no target: it is asked to run any other thread. It need not:
 * before Linux 6.18 sched_yield() often returns at once, and the waiting threads may wait
 * for another processor. A short sleep lets them run, or move here.
 *
 * The window grows while yielding has no effect, up to a limit, and is small again as soon
 * as another thread ran. Anything between two hints that is not spinning, such as an
 * interrupt, restarts it.
 *
 * With one thread for all vCPUs a vCPU that spins would use up its turn, a tenth of
 * a second. At most hints QEMU itself ends the turn, and there is nothing to add. Not so at
 * RISC-V's pause and wrs, where it only leaves the block, at its division, which is one like
 * any other, and since 11.1 at arm64's wfe and wfet, if they do not sleep; there the plugin
 * ends the turn. Not with -icount: there a turn is a number of instructions, and the same in
 * a recording and its replay.
 */
#include "spin.h"

#include "clock.h"
#include "trace.h"
#include "yield.h"

#include <sched.h>
#include <stdatomic.h>
#include <time.h>

/* Hints. Those of KVM are in cycles: 4096, up to as many as there can be. */
#define SMALLEST_WINDOW 64
#define LARGEST_WINDOW 4096

/* A shorter yield had no effect: to another thread and back takes longer. */
#define SHORTEST_YIELD_NANOSECONDS 2000
#define SLEEP_NANOSECONDS 20000

static struct {
	bool gives_way;
	unsigned int host_cpus;
	/* vCPUs that run, or would if the host let them. */
	_Atomic(unsigned int) awake;
} state;

/* Of the whole process, before its threads are bound to single processors. */
static unsigned int count_host_cpus(void)
{
	cpu_set_t set;

	/* Fails on hosts with more than 1024: then there are enough. */
	return sched_getaffinity(0, sizeof(set), &set) ? CPU_SETSIZE : CPU_COUNT(&set);
}

void spin_init(bool gives_way)
{
	state.gives_way = gives_way;
	state.host_cpus = count_host_cpus();
}

void spin_note_halt(struct vcpu *vcpu)
{
	vcpu->spin_hints = 0;
	if (atomic_load_explicit(&vcpu->is_awake, memory_order_relaxed) &&
	    atomic_exchange(&vcpu->is_awake, false))
		atomic_fetch_sub(&state.awake, 1);
}

void spin_note_wake(struct vcpu *vcpu)
{
	if (!atomic_load_explicit(&vcpu->is_awake, memory_order_relaxed) &&
	    !atomic_exchange(&vcpu->is_awake, true))
		atomic_fetch_add(&state.awake, 1);
}

static bool somebody_waits(void)
{
	return atomic_load_explicit(&state.awake, memory_order_relaxed) > state.host_cpus;
}

/* Returns whether another thread could run meanwhile, as far as is known. */
static bool yield(void)
{
	uint64_t before = clock_nanoseconds();

	sched_yield();
	return clock_nanoseconds() - before >= SHORTEST_YIELD_NANOSECONDS;
}

static void give_way(struct vcpu *vcpu)
{
	static const struct timespec moment = { .tv_nsec = SLEEP_NANOSECONDS };
	uint64_t began = paracall_spin_begin(vcpu->cpu);
	uint64_t before = clock_nanoseconds();

	if (yield()) {
		vcpu->spin_window = SMALLEST_WINDOW;
	} else {
		nanosleep(&moment, NULL);
		if (vcpu->spin_window < LARGEST_WINDOW)
			vcpu->spin_window *= 2;
	}
	paracall_spin_end(vcpu->cpu, began, vcpu->spin_hints, clock_nanoseconds() - before);
}

void spin_hint(struct vcpu *vcpu, void *site, uint64_t pc)
{
	if (!vcpu->spin_window)
		vcpu->spin_window = SMALLEST_WINDOW;
	if (++vcpu->spin_hints < vcpu->spin_window)
		return;
	spin_note_wake(vcpu);
	if (somebody_waits()) {
		trace_note_site(vcpu, site, pc);
		give_way(vcpu);
	}
	vcpu->spin_hints = 0;
}

void spin_call_hint(unsigned int index, void *userdata)
{
	struct vcpu *vcpu = vcpu_by_index(index);

	if (vcpu)
		spin_hint(vcpu, userdata, 0);
}

/* With enough processors, or one thread for all vCPUs, there is nothing to do. */
static bool may_give_way(void)
{
	const struct engine *engine = &paracall_qemu_engine;

	return state.gives_way && !engine->is_single_threaded && !engine->shares_thread &&
	       engine->max_vcpus > state.host_cpus;
}

void spin_give_way(struct vcpu *vcpu, void *site, uint64_t pc)
{
	if (!may_give_way() || !somebody_waits())
		return;
	trace_note_site(vcpu, site, pc);
	give_way(vcpu);
	vcpu->spin_hints = 0;
}

void spin_hook(struct qemu_plugin_insn *insn, qemu_plugin_vcpu_cb *callback, void *site)
{
	/* Only a trace needs the place. */
	if (may_give_way())
		qemu_plugin_register_vcpu_insn_exec_cb(insn, callback,
						       paracall_qemu_engine.trace
							       ? QEMU_PLUGIN_CB_R_REGS
							       : QEMU_PLUGIN_CB_NO_REGS,
						       site);
}

/* Whichever vCPU has the turn: that QEMU's number may be another's does no harm. */
static void call_turn(unsigned int index, void *userdata)
{
	(void)index;
	(void)userdata;
	yield_turn();
}

void spin_hook_hint(struct qemu_plugin_insn *insn, void *site)
{
	const struct engine *engine = &paracall_qemu_engine;

	if (!engine->is_single_threaded)
		spin_hook(insn, spin_call_hint, site);
	else if (state.gives_way && !engine->counts_instructions && engine->max_vcpus > 1)
		qemu_plugin_register_vcpu_insn_exec_cb(insn, call_turn, QEMU_PLUGIN_CB_NO_REGS,
						       NULL);
}
