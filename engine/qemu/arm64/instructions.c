/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Decided once, when QEMU translates a block: which instructions are hooked. A block
 * belongs to one exception level; it is read when the first instruction that could be
 * of interest is found. Encodings are those of the Arm Architecture Reference Manual,
 * "A64 Base Instruction Descriptions".
 */
#include "instructions.h"

#include "../first.h"
#include "../instruction.h"
#include "../load.h"
#include "../readings.h"
#include "../spin.h"
#include "calls.h"
#include "counter.h"
#include "registers.h"
#include "start.h"

/* hvc and smc have an immediate of 16 bits. */
#define EXCEPTION_MASK 0xffe0001fu
#define HVC 0xd4000002u
#define SMC 0xd4000003u

#define YIELD 0xd503203fu
#define WFE 0xd503205fu
/* With a register, that of the time at which it ends. */
#define WFET_MASK 0xffffffe0u
#define WFET 0xd5031000u

/* The level that kernels run at, and what a block is at if that was not read yet. */
#define KERNEL_LEVEL 1
#define UNKNOWN_LEVEL -1
/* AArch32 state, in which the same bytes are other instructions. */
#define NO_LEVEL 4

/* arch/arm64/kvm/handle_exit.c, kvm_handle_wfx: KVM gives way at both. */
static bool waits_for_event(uint32_t word)
{
	return word == WFE || (word & WFET_MASK) == WFET;
}

static bool is_hooked(uint32_t word)
{
	return (word & EXCEPTION_MASK) == HVC || (word & EXCEPTION_MASK) == SMC ||
	       word == YIELD || waits_for_event(word) || counter_is_reading(word);
}

static uint64_t read_pstate(struct vcpu *translator)
{
	return register_read(translator, ARM64_PSTATE);
}

static uint64_t read_is_at_start(struct vcpu *translator)
{
	return arm64_is_at_start(translator);
}

/* Registers of the vCPU for which code is translated. */
static uint64_t ask(uint64_t (*question)(struct vcpu *translator))
{
	struct vcpu translator = { .buffer = g_byte_array_sized_new(16) };
	uint64_t answer = question(&translator);

	g_byte_array_free(translator.buffer, TRUE);
	return answer;
}

static int read_level(void)
{
	uint64_t pstate = ask(read_pstate);

	return pstate & ARM64_PSTATE_AARCH32 ? NO_LEVEL : (int)ARM64_PSTATE_EL(pstate);
}

static void hook_call(struct qemu_plugin_insn *insn, qemu_plugin_vcpu_cb *callback)
{
	qemu_plugin_register_vcpu_insn_exec_cb(insn, callback, QEMU_PLUGIN_CB_RW_REGS_PC,
					       (void *)(uintptr_t)qemu_plugin_insn_vaddr(insn));
}

/* What user mode does there is an exception, or its own. */
static void hook(struct qemu_plugin_insn *insn, uint32_t word)
{
	void *site = (void *)(uintptr_t)qemu_plugin_insn_vaddr(insn);

	if (counter_is_reading(word))
		counter_hook_reading(insn, word);
	else if (word == YIELD)
		spin_hook(insn, spin_call_hint, site);
	else if (waits_for_event(word))
		spin_hook_hint(insn, site);
	else if ((word & EXCEPTION_MASK) == HVC)
		hook_call(insn, arm64_call_hvc);
	else
		hook_call(insn, word == SMC ? arm64_call_smc : arm64_call_other_smc);
}

/* What else is at that address in user mode is not looked at each time that it runs. */
static void look_at_beginning(struct qemu_plugin_tb *block, int *level)
{
	uint64_t address = qemu_plugin_tb_vaddr(block);
	bool may_be_first = first_is_known() || ask(read_is_at_start);

	load_note_block(block, may_be_first);
	if (!may_be_first || !first_is_at(address))
		return;
	*level = read_level();
	if (*level != 0 && *level != NO_LEVEL)
		qemu_plugin_register_vcpu_insn_exec_cb(qemu_plugin_tb_get_insn(block, 0),
						       arm64_start_reached,
						       QEMU_PLUGIN_CB_RW_REGS,
						       (void *)(uintptr_t)address);
}

static bool is_kernel(int *level)
{
	if (*level == UNKNOWN_LEVEL)
		*level = read_level();
	return *level == KERNEL_LEVEL;
}

/* Most blocks have nothing of interest: for them no register is read. */
void arm64_instructions_hook(struct qemu_plugin_tb *block, void *userdata)
{
	size_t count = qemu_plugin_tb_n_insns(block);
	int level = UNKNOWN_LEVEL;
	uint32_t word;

	(void)userdata;
	engine_note_guest();
	look_at_beginning(block, &level);
	if (counter_may_follow(qemu_plugin_tb_vaddr(block)) && is_kernel(&level))
		readings_hook_next(block);
	for (size_t i = 0; i < count; i++) {
		struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(block, i);

		if (!instruction_word(insn, &word) || !is_hooked(word))
			continue;
		if (!is_kernel(&level))
			return;
		hook(insn, word);
	}
}
