/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Decided once, when QEMU translates a block: which instructions are hooked. A block
 * belongs to one privilege mode; it is read when the first instruction that could be
 * of interest is found. ecall is the same instruction in all modes: in user mode a system
 * call, which is not hooked. Encodings are those of the RISC-V Instruction Set Manual.
 */
#include "instructions.h"

#include "../first.h"
#include "../instruction.h"
#include "../load.h"
#include "../spin.h"
#include "calls.h"
#include "registers.h"
#include "start.h"

#define ECALL 0x00000073u
/* Zihintpause, and Zawrs, at which KVM gives way, too. */
#define PAUSE 0x0100000fu
#define WRS_NTO 0x00d00073u
#define WRS_STO 0x01d00073u
/*
 * A division by the register zero, whatever the others: OpenSBI's harts wait by it for the
 * one that boots, and kernels do in cpu_relax(), beside pause or in its place, since it takes
 * a CPU long. No compiler emits it.
 */
#define STALL_MASK 0xfff0707fu
#define STALL 0x02004033u

/* What a block's is if that was not read yet. */
#define UNKNOWN_MODE UINT64_MAX

static bool is_hint(uint32_t word)
{
	return word == PAUSE || word == WRS_NTO || word == WRS_STO ||
	       (word & STALL_MASK) == STALL;
}

static bool is_hooked(uint32_t word)
{
	return word == ECALL || is_hint(word);
}

static uint64_t read_mode(void)
{
	struct vcpu translator = { .buffer = g_byte_array_sized_new(16) };
	uint64_t mode = register_read(&translator, RISCV_PRIVILEGE);

	g_byte_array_free(translator.buffer, TRUE);
	return mode;
}

/* Harts that are stopped wait in the firmware, and so do those that begin. */
static void hook(struct qemu_plugin_insn *insn, uint32_t word, uint64_t mode)
{
	void *site = (void *)(uintptr_t)qemu_plugin_insn_vaddr(insn);

	if (is_hint(word))
		spin_hook_hint(insn, site);
	else if (mode == RISCV_SUPERVISOR)
		qemu_plugin_register_vcpu_insn_exec_cb(insn, riscv_call_ecall,
						       QEMU_PLUGIN_CB_RW_REGS_PC, site);
}

/* All harts begin there. What else has that address is not in machine mode. */
static void look_at_beginning(struct qemu_plugin_tb *block)
{
	uint64_t address = qemu_plugin_tb_vaddr(block);
	bool may_be_first = first_is_known() || riscv_may_begin(address, read_mode());

	load_note_block(block, may_be_first);
	if (may_be_first && first_is_at(address) && read_mode() == RISCV_MACHINE)
		qemu_plugin_register_vcpu_insn_exec_cb(qemu_plugin_tb_get_insn(block, 0),
						       riscv_start_reached,
						       QEMU_PLUGIN_CB_R_REGS,
						       (void *)(uintptr_t)address);
}

/* Most blocks have nothing of interest: for them no register is read. */
void riscv_instructions_hook(struct qemu_plugin_tb *block, void *userdata)
{
	size_t count = qemu_plugin_tb_n_insns(block);
	uint64_t mode = UNKNOWN_MODE;
	bool has_hint = false;
	uint32_t word;

	(void)userdata;
	engine_note_guest();
	look_at_beginning(block);
	for (size_t i = 0; i < count; i++) {
		struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(block, i);

		/* Several hints in a row are one turn of a loop. */
		if (!instruction_word(insn, &word) || !is_hooked(word) ||
		    (has_hint && is_hint(word)))
			continue;
		if (mode == UNKNOWN_MODE)
			mode = read_mode();
		if (mode != RISCV_SUPERVISOR && mode != RISCV_MACHINE)
			return;
		has_hint = has_hint || is_hint(word);
		hook(insn, word, mode);
	}
}
