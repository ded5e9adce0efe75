/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Decided once, when QEMU translates a block: which instructions are hooked. A
 * block has one order of bytes, one width of addresses and one privilege; they
 * are read from the machine state register when the first instruction that
 * could be of interest is found. In user mode only reads of SPRGs are hooked.
 */
#include "instructions.h"

#include "../first.h"
#include "../load.h"
#include "../spin.h"
#include "calls.h"
#include "device_tree.h"
#include "magic_page.h"
#include "registers.h"
#include "start.h"
#include "words.h"

#define SIZE 4

/* sc: the primary opcode and the bit that distinguishes it from scv. */
#define SC_MASK 0xfc000003u
#define SC 0x44000002u

static bool is_spin_hint(uint32_t word)
{
	return word == POWERPC_HINT_LOW || word == POWERPC_HINT_VERY_LOW ||
	       word == POWERPC_HINT_YIELD;
}

static bool is_hooked(uint32_t word)
{
	return is_spin_hint(word) || word == POWERPC_MARKER || (word & SC_MASK) == SC ||
	       magic_page_is_hooked(word);
}

/* What the block is like, once that is known. */
struct block {
	struct qemu_plugin_tb *translated;
	struct vcpu translator;
	uint64_t msr;
	bool is_known;
};

static void learn(struct block *block)
{
	if (block->is_known)
		return;
	block->translator.buffer = g_byte_array_sized_new(64);
	block->msr = powerpc_read_msr(&block->translator);
	block->is_known = true;
}

static void hook(const struct block *block, size_t index, uint32_t word)
{
	struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(block->translated, index);
	struct powerpc_site site = {
		.pc = qemu_plugin_insn_vaddr(insn),
		.is_big_endian = block->translator.is_big_endian,
		.is_64bit = powerpc_is_64bit(block->msr),
	};

	if (word == POWERPC_SC_1 && powerpc_machine()->has_papr)
		qemu_plugin_register_vcpu_insn_exec_cb(insn, powerpc_call_papr,
						       QEMU_PLUGIN_CB_RW_REGS,
						       powerpc_site_pack(&site));
	else if (word == POWERPC_MARKER)
		qemu_plugin_register_vcpu_insn_exec_cb(insn, powerpc_call_marker,
						       QEMU_PLUGIN_CB_RW_REGS_PC,
						       powerpc_site_pack(&site));
	else if (is_spin_hint(word))
		spin_hook(insn, powerpc_call_hint, powerpc_site_pack(&site));
	else if (word == POWERPC_SC_1 && register_exists(POWERPC_IVOR40))
		qemu_plugin_register_vcpu_insn_exec_cb(insn, powerpc_call_sc_1,
						       QEMU_PLUGIN_CB_RW_REGS_PC,
						       powerpc_site_pack(&site));
	else if ((word & SC_MASK) == SC)
		qemu_plugin_register_vcpu_insn_exec_cb(insn, powerpc_call_sc,
						       QEMU_PLUGIN_CB_RW_REGS_PC,
						       powerpc_site_pack(&site));
	else
		magic_page_hook(block->translated, index, word, block->msr);
}

static bool is_at_start(struct block *block)
{
	learn(block);
	return powerpc_is_at_start(&block->translator);
}

/* The places where a whole block is of interest, and not an instruction. */
static void look_at_beginning(struct block *block, struct qemu_plugin_tb *translated)
{
	struct qemu_plugin_insn *first = qemu_plugin_tb_get_insn(translated, 0);
	uint64_t pc = qemu_plugin_insn_vaddr(first);
	struct powerpc_site site = { .pc = pc };
	uint32_t bytes = 0;
	bool may_be_first = first_is_known() || is_at_start(block);
	bool is_start = may_be_first && first_is_at(pc);
	bool may_be_kernel;

	load_note_block(translated, may_be_first);
	qemu_plugin_insn_data(first, &bytes, SIZE);
	may_be_kernel = device_tree_may_begin(bytes);
	if (!is_start && !may_be_kernel)
		return;
	learn(block);
	if (block->msr & POWERPC_MSR_USER)
		return;
	site.is_big_endian = block->translator.is_big_endian;
	site.is_64bit = powerpc_is_64bit(block->msr);
	if (is_start)
		qemu_plugin_register_vcpu_insn_exec_cb(first, start_reached,
						       QEMU_PLUGIN_CB_R_REGS,
						       powerpc_site_pack(&site));
	/*
	 * On pseries the firmware starts, with a tree for itself. Code in
	 * hypervisor state is not a guest.
	 */
	if (block->msr & POWERPC_MSR_HYPERVISOR)
		return;
	if ((is_start && !powerpc_machine()->has_papr) ||
	    device_tree_begins(&block->translator, &site))
		qemu_plugin_register_vcpu_insn_exec_cb(first, device_tree_reached,
						       QEMU_PLUGIN_CB_R_REGS,
						       powerpc_site_pack(&site));
}

static void look_at(struct block *block, size_t index)
{
	struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(block->translated, index);
	uint32_t bytes, big, little, word;

	if (qemu_plugin_insn_size(insn) != SIZE ||
	    qemu_plugin_insn_data(insn, &bytes, SIZE) != SIZE)
		return;
	big = GUINT32_FROM_BE(bytes);
	little = GUINT32_FROM_LE(bytes);
	if (!is_hooked(big) && !is_hooked(little))
		return;
	learn(block);
	word = block->translator.is_big_endian ? big : little;
	if (block->msr & POWERPC_MSR_USER) {
		if (magic_page_is_hooked_for_user(word))
			hook(block, index, word);
	} else if (is_hooked(word)) {
		hook(block, index, word);
	}
}

void powerpc_instructions_hook(struct qemu_plugin_tb *translated, void *userdata)
{
	size_t count = qemu_plugin_tb_n_insns(translated);
	struct block block = { .translated = translated };

	(void)userdata;
	engine_note_guest();
	look_at_beginning(&block, translated);
	magic_page_begin_block();
	for (size_t i = 0; i < count; i++)
		look_at(&block, i);
	if (block.translator.buffer)
		g_byte_array_free(block.translator.buffer, TRUE);
}
