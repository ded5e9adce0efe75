/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * With a thread for each vCPU QEMU says when one is about to sleep, for a halt or since
 * the machine stops, and when it goes on; both under its big lock. A state can be loaded
 * only while all of them sleep. So whichever sleeps last leaves a mark in the guest's
 * memory, and whichever goes on first looks for it (see paracall_set_mark()). A guest
 * that has registered no page for that is recognized by registers: those of a vCPU that
 * sleeps change by nothing else, but for a reset.
 *
 * A reset can end marks, too, since QEMU then loads programs into memory again. So a vCPU
 * that finds none, and is as a reset leaves it, shows nothing: it may as well be one that
 * was never started, of another state. The next one to go on is asked, until one begins
 * where the machine does: that was a reset.
 *
 * With one thread for all, and with -icount, it says nothing of that. But QEMU throws away
 * all that it had translated when a state is loaded into a machine that runs, in a thread
 * which is no vCPU's; then the last mark is looked for, which the target sets now and then
 * (see load_mark()). At other moments a mark that is gone shows nothing: the guest runs, and
 * may have put something else into that page.
 *
 * Taking a state over, and leaving marks in it, writes to the guest's memory. While a block
 * is translated QEMU holds a lock of the page that it is in, for which a write there would
 * wait. So then it is only noticed that there is something to find out, and that is done
 * when the block runs, before its first instruction.
 *
 * A vCPU that is plugged in while all others sleep counts as one that runs. But none that
 * ran since they fell asleep has been asked, so the next one to go on is, and until then no
 * other mark is left: this may be a state that was just loaded.
 *
 * A target may leave a record, too, in which what is known goes with the machine's state. It
 * is made at the same moments as marks, and one that is another's proves a load
 * better: no guest writes there. But a state that was saved without a place for it leaves
 * the last one as it is. One that was just loaded is another's as soon as a new one is made;
 * until then the same state could be loaded again, and would look like such a one.
 *
 * And a process whose first block is not where the machine begins was given a state.
 */
#include "load.h"

#include "callbacks.h"
#include "registers.h"
#include "spin.h"
#include "ticks.h"
#include "trace.h"

#include <stdio.h>

/* Of a vCPU, by which states are distinguished. */
#define COMPARED_REGISTERS 16

/* Not more often is it said, in nanoseconds: a guest can make it look like that. */
#define SAID_NANOSECONDS UINT64_C(1000000000)

static struct {
	const struct target *target;
	/* vCPUs that do not sleep. */
	_Atomic(unsigned int) awake;
	/* All vCPUs slept, and a mark could be set then; not since what it was in is gone. */
	_Atomic(bool) has_marks;
	/* They are gone, and no vCPU has gone on since that shows why. */
	_Atomic(bool) is_in_question;
	/* A vCPU was plugged in while all slept, and none was asked since. */
	_Atomic(bool) is_unchecked;
	/* Since a load was noticed no vCPU was seen to have run; it may still be in progress. */
	_Atomic(bool) is_settling;
	/* Where QEMU does not report sleep: what was translated is gone, perhaps for a load. */
	_Atomic(bool) was_flushed;
	/* Is held while it is found out how the machine begins, by the vCPUs that do. */
	pthread_mutex_t beginning;
	/* One vCPU was there before anything ran, and looked around. */
	bool has_looked_around;
	uint64_t said_nanoseconds;
} state = { .beginning = PTHREAD_MUTEX_INITIALIZER };

/* The vCPU whose thread this is, or one of them. */
static _Thread_local struct vcpu *own_vcpu;

/* @lost: NULL if there was nothing. */
static void say(const char *reason, const char *lost)
{
	uint64_t now = host_nanoseconds(CLOCK_MONOTONIC);

	if (!lost ||
	    (state.said_nanoseconds && now - state.said_nanoseconds < SAID_NANOSECONDS))
		return;
	state.said_nanoseconds = now;
	fprintf(stderr, "paracall: a saved state of the machine was loaded: %s%s%s\n",
		reason ? reason : "", reason ? ", so " : "", lost);
}

/* What the record has is not lost. */
static void restore(struct vcpu *vcpu, bool has_record, const char *lost)
{
	const char *reason = NULL;

	if (state.target->restore) {
		reason = state.target->restore(vcpu, has_record);
		if (!reason)
			return;
	}
	say(reason, lost);
}

static void note_checked(void)
{
	struct engine *engine = &paracall_qemu_engine;

	if (!atomic_exchange(&state.is_unchecked, false))
		return;
	for (unsigned int i = 0; i < engine->max_vcpus; i++)
		if (vcpu_by_index(i))
			vcpu_by_index(i)->is_new = false;
}

static void save(struct vcpu *vcpu)
{
	if (state.target->save)
		state.target->save(vcpu);
}

/* While no vCPU runs, or in the thread of all. */
static void leave_traces(struct vcpu *vcpu)
{
	state.has_marks = paracall_set_mark(vcpu->cpu);
	save(vcpu);
}

/* In @vcpu's thread, or that of all. */
static void take_over(struct vcpu *vcpu, bool has_record)
{
	struct engine *engine = &paracall_qemu_engine;
	const struct target *target = state.target;
	const char *lost = target->forget_machine(vcpu);

	for (unsigned int i = 0; i < engine->max_vcpus; i++) {
		struct vcpu *other = vcpu_by_index(i);

		if (!other)
			continue;
		other->fingerprint = 0;
		trace_note_site(other, NULL, 0);
		target->forget_vcpu(other);
	}
	atomic_store(&state.is_settling, true);
	note_checked();
	atomic_store(&state.has_marks, false);
	atomic_store(&state.is_in_question, false);
	paracall_machine_loaded(engine->machine, vcpu->cpu);
	restore(vcpu, has_record, lost);
	/* Else when all sleep again, and before that nothing is loaded. */
	if (!engine->reports_idle)
		leave_traces(vcpu);
	atomic_store(&engine->has_started, true);
}

static bool has_other_record(struct vcpu *vcpu)
{
	return state.target->has_other_record && state.target->has_other_record(vcpu);
}

/* 0 is none. */
static uint64_t read_fingerprint(struct vcpu *vcpu)
{
	uint64_t print = 1;

	for (unsigned int i = 0; i < COMPARED_REGISTERS && i < state.target->register_count;
	     i++)
		print = (print ^ register_read(vcpu, i)) * UINT64_C(0x100000001b3);
	return print ? print : 1;
}

/* Before the first instruction, and before anything can have been loaded. */
static void look_around(struct vcpu *vcpu)
{
	if (state.has_looked_around || atomic_load(&paracall_qemu_engine.has_started) ||
	    !state.target->is_at_start(vcpu))
		return;
	state.has_looked_around = !state.target->look_around || state.target->look_around(vcpu);
}

static bool has_other_registers(struct vcpu *vcpu)
{
	return vcpu->fingerprint && vcpu->fingerprint != read_fingerprint(vcpu) &&
	       !state.target->is_at_start(vcpu);
}

/* Marks, or a record, which is all the same. */
static bool leaves_traces(void)
{
	return state.has_marks ||
	       (state.target->record_is_certain && state.target->record_is_certain());
}

/*
 * Of a vCPU that is about to sleep. While a state is being loaded vCPUs wake and sleep again,
 * and their registers change; but they don't run. QEMU wakes vCPUs for its own work, too, on
 * arm64 all of them for each invalidation of a TLB entry, so this costs nothing if it may.
 */
static uint64_t take_fingerprint(struct vcpu *vcpu)
{
	uint64_t before = vcpu->fingerprint;

	if (leaves_traces()) {
		atomic_store(&state.is_settling, false);
		return 0;
	}
	vcpu->fingerprint = read_fingerprint(vcpu);
	if (atomic_load(&state.is_settling) && vcpu->fingerprint == before)
		return 0;
	atomic_store(&state.is_settling, false);
	return vcpu->fingerprint;
}

/* One vCPU less is awake. Returns whether all sleep. */
static bool note_asleep(void)
{
	if (atomic_fetch_sub(&state.awake, 1) != 1)
		return false;
	if (state.target && state.target->note_sleep && paracall_qemu_engine.reports_idle)
		state.target->note_sleep();
	return true;
}

static void idle(unsigned int index, void *userdata)
{
	struct vcpu *vcpu = vcpu_by_index(index);

	(void)userdata;
	if (!vcpu || vcpu->is_asleep)
		return;
	vcpu->is_asleep = true;
	spin_note_halt(vcpu);
	if (note_asleep() && !atomic_load(&state.is_unchecked) &&
	    !atomic_load(&state.is_in_question))
		leave_traces(vcpu);
	vcpu->fingerprint = take_fingerprint(vcpu);
}

/* What the mark is, or the registers. */
static void check_mark(struct vcpu *vcpu)
{
	enum paracall_mark mark = paracall_check_mark(vcpu->cpu);

	if (mark == PARACALL_MARK_GONE && state.target->is_at_start(vcpu))
		atomic_store(&state.is_in_question, true);
	else if (mark == PARACALL_MARK_GONE ||
		 (mark == PARACALL_MARK_NONE && has_other_registers(vcpu)))
		take_over(vcpu, false);
	/* Its registers are compared with nothing. */
	if (mark != PARACALL_MARK_NONE || !vcpu->is_new)
		note_checked();
}

/* Meanwhile the machine may begin on another vCPU, which answers it. */
static void answer_question(struct vcpu *vcpu)
{
	if (!state.target->is_at_start(vcpu) && atomic_exchange(&state.is_in_question, false))
		take_over(vcpu, false);
}

/* All slept, and this one goes on first, or those that did could not show it. */
static void check_state(struct vcpu *vcpu, bool is_in_question)
{
	look_around(vcpu);
	if (has_other_record(vcpu))
		take_over(vcpu, true);
	else if (is_in_question)
		answer_question(vcpu);
	else
		check_mark(vcpu);
}

/*
 * The same before anything has run, which a vCPU's first block may find out at that moment,
 * too (see note_loaded_beginning()). It is not waited for, since it may need QEMU's big lock.
 */
static void check_beginning(struct vcpu *vcpu, bool is_in_question)
{
	if (pthread_mutex_trylock(&state.beginning))
		return;
	if (!atomic_load(&paracall_qemu_engine.has_started))
		check_state(vcpu, is_in_question);
	pthread_mutex_unlock(&state.beginning);
}

static void resume(unsigned int index, void *userdata)
{
	struct vcpu *vcpu = vcpu_by_index(index);
	/* Before all else: who has found out has set all else before that. */
	bool has_started = atomic_load(&paracall_qemu_engine.has_started);
	bool is_in_question = atomic_load(&state.is_in_question);

	(void)userdata;
	if (!vcpu || !vcpu->is_asleep)
		return;
	vcpu->is_asleep = false;
	spin_note_wake(vcpu);
	if (!atomic_fetch_add(&state.awake, 1) || atomic_load(&state.is_unchecked) ||
	    is_in_question) {
		if (has_started)
			check_state(vcpu, is_in_question);
		else
			check_beginning(vcpu, is_in_question);
	}
	if (atomic_load(&state.is_settling))
		vcpu->fingerprint = read_fingerprint(vcpu);
	if (state.target->note_resume)
		state.target->note_resume(vcpu);
}

void load_note_start(void)
{
	atomic_store(&state.has_marks, false);
	atomic_store(&state.is_in_question, false);
	atomic_store(&state.was_flushed, false);
}

static bool is_alone(const struct vcpu *vcpu)
{
	struct engine *engine = &paracall_qemu_engine;

	for (unsigned int i = 0; i < engine->max_vcpus; i++)
		if (vcpu_by_index(i) && vcpu_by_index(i) != vcpu)
			return false;
	return true;
}

void load_vcpu_init(struct vcpu *vcpu)
{
	own_vcpu = vcpu;
	vcpu->is_asleep = false;
	vcpu->fingerprint = 0;
	if (!atomic_fetch_add(&state.awake, 1) && !is_alone(vcpu))
		atomic_store(&state.is_unchecked, true);
	vcpu->is_new = atomic_load(&state.is_unchecked);
}

void load_vcpu_exit(struct vcpu *vcpu)
{
	if (!vcpu->is_asleep)
		note_asleep();
	vcpu->is_asleep = false;
}

/* A vCPU's thread does so when there is no more room. */
static void flushed(void *userdata)
{
	(void)userdata;
	if (!own_vcpu)
		atomic_store(&state.was_flushed, true);
}

static void check_flushed(struct vcpu *vcpu)
{
	atomic_store(&state.was_flushed, false);
	if (!atomic_load(&paracall_qemu_engine.has_started))
		return;
	if (has_other_record(vcpu))
		take_over(vcpu, true);
	else if (paracall_check_mark(vcpu->cpu) == PARACALL_MARK_KEPT)
		return;
	else if (!state.target->is_at_start(vcpu))
		take_over(vcpu, false);
	else
		/* It shows nothing, as above: the next block does, or the machine begins. */
		atomic_store(&state.was_flushed, true);
}

/* Others that begin wait meanwhile: none of them is to run in a state that is then dropped. */
static void note_loaded_beginning(struct vcpu *vcpu)
{
	pthread_mutex_lock(&state.beginning);
	if (!atomic_load(&paracall_qemu_engine.has_started))
		take_over(vcpu, has_other_record(vcpu));
	pthread_mutex_unlock(&state.beginning);
}

/* To @userdata: such a block runs where the machine does not begin. */
static char elsewhere;

static void block_reached(unsigned int index, void *userdata)
{
	struct vcpu *vcpu = own_vcpu;

	(void)index;
	if (!vcpu)
		return;
	if (atomic_load_explicit(&state.was_flushed, memory_order_relaxed))
		check_flushed(vcpu);
	if (userdata &&
	    !atomic_load_explicit(&paracall_qemu_engine.has_started, memory_order_acquire))
		note_loaded_beginning(vcpu);
}

bool load_is_open(void)
{
	return atomic_load_explicit(&state.was_flushed, memory_order_relaxed) ||
	       !atomic_load_explicit(&paracall_qemu_engine.has_started, memory_order_acquire);
}

/*
 * QEMU calls what is registered for an instruction in that order. A machine may begin where
 * that is not noticed, and then its blocks are all such that may be first.
 */
void load_note_block(struct qemu_plugin_tb *block, bool may_be_first)
{
	if (may_be_first ? !atomic_load_explicit(&state.was_flushed, memory_order_relaxed)
			 : !load_is_open())
		return;
	qemu_plugin_register_vcpu_insn_exec_cb(qemu_plugin_tb_get_insn(block, 0), block_reached,
					       QEMU_PLUGIN_CB_RW_REGS,
					       may_be_first ? NULL : &elsewhere);
}

void load_mark(struct vcpu *vcpu)
{
	if (!paracall_qemu_engine.reports_idle)
		leave_traces(vcpu);
}

void load_save(struct vcpu *vcpu)
{
	if (!paracall_qemu_engine.reports_idle)
		save(vcpu);
}

void load_note_interrupt(struct vcpu *vcpu)
{
	if (atomic_load_explicit(&state.was_flushed, memory_order_relaxed) &&
	    atomic_load(&paracall_qemu_engine.has_started))
		check_flushed(vcpu);
}

void load_check(struct vcpu *vcpu)
{
	load_note_interrupt(vcpu);
	if (!paracall_qemu_engine.reports_idle && has_other_record(vcpu))
		take_over(vcpu, true);
}

void load_init(qemu_plugin_id_t id, const struct target *target)
{
	/* Without it loads and resets look the same. */
	if (!target->is_at_start)
		return;
	state.target = target;
	if (paracall_qemu_engine.reports_idle) {
		callbacks_on_vcpu_idle(id, idle);
		callbacks_on_vcpu_resume(id, resume);
	} else {
		callbacks_on_flush(id, flushed);
	}
}
