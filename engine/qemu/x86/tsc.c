/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * QEMU ends a block behind the instruction that reads the counter. What it read
 * is seen by the block that begins there: any that begins at such a place in
 * its page is hooked. Readings are wanted rarely, and QEMU finds that out by
 * itself, without a call, from numbers that each vCPU has one of. Where one
 * thread runs all vCPUs, though, QEMU 11.1 makes wrong addresses for them, and
 * crashes: there every reading is a call, and the numbers are the thread's.
 */
#include "tsc.h"

#include "../clock.h"
#include "apic.h"
#include "registers.h"

#include <stdatomic.h>

#define PAGE_SIZE 4096

/* Of so many readings one is looked at, besides those that are wanted. */
#define ONE_OF 1024

/* So many of each vCPU's first ones are. */
#define FIRST_READINGS 32

/* So often, in nanoseconds, the guest's clock is looked after. */
#define ADJUST_NANOSECONDS UINT64_C(4000000)

static struct {
	/* Whether such a block begins at that place in a page. */
	_Atomic(uint8_t) follows[PAGE_SIZE];
	/* Of each vCPU: readings since one was looked at. */
	qemu_plugin_u64 readings;
	/* And whether one has begun that is. */
	qemu_plugin_u64 is_reading;
	/* The same where one thread runs all vCPUs. */
	uint64_t single_readings;
	bool single_is_reading;
	/* When the clock was last looked after; coarse. */
	_Atomic(uint64_t) adjusted_nanoseconds;
} state;

void tsc_init(void)
{
	state.readings.score = qemu_plugin_scoreboard_new(sizeof(uint64_t));
	state.is_reading.score = qemu_plugin_scoreboard_new(sizeof(uint64_t));
}

void tsc_init_vcpu(struct vcpu *vcpu)
{
	x86_vcpu(vcpu)->first_tsc_readings = FIRST_READINGS;
	tsc_want(vcpu);
}

static void set_readings(struct vcpu *vcpu, uint64_t readings)
{
	state.single_readings = readings;
	qemu_plugin_u64_set(state.readings, vcpu->index, readings);
}

static void set_is_reading(struct vcpu *vcpu, bool is_reading)
{
	state.single_is_reading = is_reading;
	qemu_plugin_u64_set(state.is_reading, vcpu->index, is_reading);
}

void tsc_want(struct vcpu *vcpu)
{
	set_readings(vcpu, ONE_OF);
}

void tsc_interrupted(struct vcpu *vcpu)
{
	/* What comes next does not follow a reading. */
	set_is_reading(vcpu, false);
}

static void begin_reading(unsigned int index, void *userdata)
{
	struct vcpu *vcpu = vcpu_current(index);

	(void)userdata;
	if (!vcpu)
		return;
	x86_vcpu(vcpu)->ticks_before_tsc = clock_ticks();
	set_is_reading(vcpu, true);
	if (!x86_vcpu(vcpu)->first_tsc_readings || !--x86_vcpu(vcpu)->first_tsc_readings)
		set_readings(vcpu, 0);
}

/* One vCPU in a few milliseconds. */
static void adjust_clock(struct vcpu *vcpu, uint64_t tsc)
{
	uint64_t now = clock_coarse_nanoseconds();

	if (now - atomic_load(&state.adjusted_nanoseconds) < ADJUST_NANOSECONDS)
		return;
	atomic_store(&state.adjusted_nanoseconds, now);
	paracall_adjust_clock(vcpu->cpu, tsc);
}

static void finish_reading(unsigned int index, void *userdata)
{
	struct vcpu *vcpu = vcpu_current(index);
	uint64_t tsc;

	(void)userdata;
	if (!vcpu)
		return;
	set_is_reading(vcpu, false);
	tsc = (uint32_t)register_read(vcpu, PARACALL_X86_RAX) |
	      register_read(vcpu, PARACALL_X86_RDX) << 32;
	if (clock_learn(x86_vcpu(vcpu)->ticks_before_tsc, tsc))
		adjust_clock(vcpu, tsc);
}

static void begin_reading_single(unsigned int index, void *userdata)
{
	if (state.single_readings++ >= ONE_OF)
		begin_reading(index, userdata);
}

static void finish_reading_single(unsigned int index, void *userdata)
{
	if (state.single_is_reading)
		finish_reading(index, userdata);
}

void tsc_hook_reading(struct qemu_plugin_insn *insn)
{
	uint64_t next = qemu_plugin_insn_vaddr(insn) + qemu_plugin_insn_size(insn);

	if (!clock_can_learn())
		return;
	state.follows[next % PAGE_SIZE] = true;
	if (paracall_qemu_engine.is_single_threaded) {
		qemu_plugin_register_vcpu_insn_exec_cb(insn, begin_reading_single,
						       QEMU_PLUGIN_CB_R_REGS, NULL);
		return;
	}
	qemu_plugin_register_vcpu_insn_exec_inline_per_vcpu(insn, QEMU_PLUGIN_INLINE_ADD_U64,
							    state.readings, 1);
	qemu_plugin_register_vcpu_insn_exec_cond_cb(insn, begin_reading, QEMU_PLUGIN_CB_R_REGS,
						    QEMU_PLUGIN_COND_GT, state.readings, ONE_OF,
						    NULL);
}

void tsc_hook_block(struct qemu_plugin_tb *block)
{
	struct qemu_plugin_insn *first;

	if (!state.follows[qemu_plugin_tb_vaddr(block) % PAGE_SIZE])
		return;
	first = qemu_plugin_tb_get_insn(block, 0);
	if (paracall_qemu_engine.is_single_threaded)
		qemu_plugin_register_vcpu_insn_exec_cb(first, finish_reading_single,
						       QEMU_PLUGIN_CB_R_REGS, NULL);
	else
		qemu_plugin_register_vcpu_insn_exec_cond_cb(first, finish_reading,
							    QEMU_PLUGIN_CB_R_REGS,
							    QEMU_PLUGIN_COND_NE,
							    state.is_reading, 0, NULL);
}
