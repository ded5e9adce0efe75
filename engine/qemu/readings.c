/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * QEMU ends a block after the instruction that reads the counter. The next block
 * sees what was read: any block that begins at such a place in
 * its page is hooked. Readings are needed rarely, and QEMU decides that by
 * itself, without a call, from per-vCPU numbers. If one
 * thread runs all vCPUs, though, QEMU 11.1 computes wrong addresses for them, and
 * crashes: there every reading is a call, and the numbers are the thread's.
 */
#include "readings.h"

/* One in this many readings is used, besides those that are needed. */
#define ONE_OF 1024

/* This many of each vCPU's first ones are used. */
#define FIRST_READINGS 32

static struct {
	qemu_plugin_vcpu_cb *begin;
	qemu_plugin_vcpu_cb *finish;
	/* Of each vCPU: readings since one was used. */
	qemu_plugin_u64 readings;
	/* And whether one has begun that is. */
	qemu_plugin_u64 is_reading;
	/* The same where one thread runs all vCPUs. */
	uint64_t single_readings;
	bool single_is_reading;
} state;

void readings_init(qemu_plugin_vcpu_cb *begin, qemu_plugin_vcpu_cb *finish)
{
	state.begin = begin;
	state.finish = finish;
	state.readings.score = qemu_plugin_scoreboard_new(sizeof(uint64_t));
	state.is_reading.score = qemu_plugin_scoreboard_new(sizeof(uint64_t));
}

void readings_init_vcpu(struct vcpu *vcpu)
{
	vcpu->first_readings = FIRST_READINGS;
	readings_want(vcpu);
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

void readings_want(struct vcpu *vcpu)
{
	set_readings(vcpu, ONE_OF);
}

void readings_begin(struct vcpu *vcpu)
{
	set_is_reading(vcpu, true);
	if (!vcpu->first_readings || !--vcpu->first_readings)
		set_readings(vcpu, 0);
}

void readings_end(struct vcpu *vcpu)
{
	set_is_reading(vcpu, false);
}

static void begin_single(unsigned int index, void *userdata)
{
	if (state.single_readings++ >= ONE_OF)
		state.begin(index, userdata);
}

static void finish_single(unsigned int index, void *userdata)
{
	if (state.single_is_reading)
		state.finish(index, userdata);
}

void readings_hook(struct qemu_plugin_insn *insn, void *userdata)
{
	if (paracall_qemu_engine.is_single_threaded) {
		qemu_plugin_register_vcpu_insn_exec_cb(insn, begin_single,
						       QEMU_PLUGIN_CB_R_REGS, userdata);
		return;
	}
	qemu_plugin_register_vcpu_insn_exec_inline_per_vcpu(insn, QEMU_PLUGIN_INLINE_ADD_U64,
							    state.readings, 1);
	qemu_plugin_register_vcpu_insn_exec_cond_cb(insn, state.begin, QEMU_PLUGIN_CB_R_REGS,
						    QEMU_PLUGIN_COND_GT, state.readings, ONE_OF,
						    userdata);
}

void readings_hook_next(struct qemu_plugin_tb *block)
{
	struct qemu_plugin_insn *first = qemu_plugin_tb_get_insn(block, 0);

	if (paracall_qemu_engine.is_single_threaded)
		qemu_plugin_register_vcpu_insn_exec_cb(first, finish_single,
						       QEMU_PLUGIN_CB_R_REGS, NULL);
	else
		qemu_plugin_register_vcpu_insn_exec_cond_cb(first, state.finish,
							    QEMU_PLUGIN_CB_R_REGS,
							    QEMU_PLUGIN_COND_NE,
							    state.is_reading, 0, NULL);
}
