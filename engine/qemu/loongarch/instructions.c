/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Decided once, when QEMU translates a block: which instructions are hooked. No register
 * that a plugin sees shows the privilege level. So what user mode must not do is hooked in
 * the upper half of addresses alone, where kernels run: hvcl, which elsewhere stays an
 * instruction that does not exist, and the reading of IOCSR. Encodings are those of the
 * kernel's arch/loongarch/include/asm/inst.h.
 */
#include "instructions.h"

#include "../instruction.h"
#include "../load.h"
#include "calls.h"
#include "registers.h"
#include "site.h"
#include "start.h"

#define HVCL_MASK 0xffff8000u
#define HVCL 0x002b8000u

#define TWO_REGISTERS_MASK 0xfffffc00u
#define CPUCFG 0x00006c00u
#define IOCSRRD_W 0x06480800u
#define IOCSRRD_D 0x06480c00u

/*
 * Places in a page where a block of the kernel may begin after one that ends with a reading
 * of IOCSR, as with its page. What the machine has there no plugin can read, so the reading
 * can't be done in QEMU's place.
 */
static _Atomic(bool) follows[(LOONGARCH_PLACE_MASK + 1) / LOONGARCH_SIZE];

static _Atomic(bool) *follows_at(uint64_t address)
{
	return &follows[(address & LOONGARCH_PLACE_MASK) / LOONGARCH_SIZE];
}

static bool is_reading(uint32_t word)
{
	return (word & TWO_REGISTERS_MASK) == IOCSRRD_W ||
	       (word & TWO_REGISTERS_MASK) == IOCSRRD_D;
}

/* Returns whether what it gives may be changed after it. */
static bool hook(struct qemu_plugin_insn *insn, uint32_t word, uint64_t address, bool is_last)
{
	void *site = loongarch_site_pack(word, address);
	bool is_kernel = loongarch_is_kernel_address(address);

	if ((word & TWO_REGISTERS_MASK) == CPUCFG && is_last) {
		qemu_plugin_register_vcpu_insn_exec_cb(insn, loongarch_call_last_cpucfg,
						       QEMU_PLUGIN_CB_RW_REGS_PC, site);
		return false;
	}
	if ((word & TWO_REGISTERS_MASK) == CPUCFG) {
		qemu_plugin_register_vcpu_insn_exec_cb(insn, loongarch_call_cpucfg,
						       QEMU_PLUGIN_CB_R_REGS, site);
		return true;
	}
	if (is_kernel && is_reading(word)) {
		qemu_plugin_register_vcpu_insn_exec_cb(insn, loongarch_call_iocsrrd,
						       QEMU_PLUGIN_CB_R_REGS, site);
		return true;
	}
	if (is_kernel && (word & HVCL_MASK) == HVCL)
		qemu_plugin_register_vcpu_insn_exec_cb(insn, loongarch_call_hvcl,
						       QEMU_PLUGIN_CB_RW_REGS_PC, site);
	return false;
}

static void hook_next(struct qemu_plugin_insn *insn, uint64_t address)
{
	qemu_plugin_register_vcpu_insn_exec_cb(insn, loongarch_call_next,
					       QEMU_PLUGIN_CB_RW_REGS,
					       (void *)(uintptr_t)(address &
								   LOONGARCH_PLACE_MASK));
}

static bool is_at_start(void)
{
	struct vcpu translator = { .buffer = g_byte_array_sized_new(16) };
	bool is_at_start = loongarch_is_at_start(&translator);

	g_byte_array_free(translator.buffer, TRUE);
	return is_at_start;
}

/* Elsewhere in memory user mode may have something at that address: see start.c. */
static void look_at_beginning(struct qemu_plugin_tb *block)
{
	load_note_block(block, atomic_load_explicit(&paracall_qemu_engine.has_started,
						    memory_order_relaxed) ||
				       is_at_start());
	if (loongarch_begins_at(qemu_plugin_tb_vaddr(block)))
		qemu_plugin_register_vcpu_insn_exec_cb(qemu_plugin_tb_get_insn(block, 0),
						       loongarch_start_reached,
						       QEMU_PLUGIN_CB_RW_REGS, NULL);
}

void loongarch_instructions_hook(struct qemu_plugin_tb *block, void *userdata)
{
	size_t count = qemu_plugin_tb_n_insns(block);
	uint64_t address = qemu_plugin_tb_vaddr(block);
	bool is_next = loongarch_is_kernel_address(address) &&
		       atomic_load_explicit(follows_at(address), memory_order_relaxed);

	(void)userdata;
	engine_note_guest();
	look_at_beginning(block);
	for (size_t i = 0; i < count; i++, address += LOONGARCH_SIZE) {
		struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(block, i);
		uint32_t word;

		if (is_next)
			hook_next(insn, address);
		is_next = instruction_word(insn, &word) &&
			  hook(insn, word, address, i == count - 1);
	}
	if (is_next)
		atomic_store_explicit(follows_at(address), true, memory_order_relaxed);
}
