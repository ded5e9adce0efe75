/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Decided once, when QEMU translates a block: which instructions are hooked.
 * Nothing is added to any other.
 */
#include "instructions.h"

#include "apic.h"
#include "calls.h"
#include "leaf.h"
#include "replace.h"
#include "site.h"

/* A prefixed hlt or cpuid is still one; none of interest is longer. */
#define LONGEST 4

/* Where processors begin after a reset: Intel SDM vol. 3, "First Instruction". */
#define RESET_VECTOR 0xfffffff0u

static bool is_ignored_prefix(uint8_t byte)
{
	switch (byte) {
	case 0x26:
	case 0x2e:
	case 0x36:
	case 0x3e:
	case 0x64:
	case 0x65:
	case 0x66:
	case 0x67:
	case 0xf2:
	case 0xf3:
		return true;
	}
	return false;
}

static bool is_hypercall(const uint8_t *bytes, size_t size, uint8_t second)
{
	return size == HYPERCALL_SIZE && bytes[0] == 0x0f && bytes[1] == second &&
	       (bytes[2] == 0xc1 || bytes[2] == 0xd9);
}

enum instruction instruction_classify(const uint8_t *bytes, size_t size)
{
	if (is_hypercall(bytes, size, 0x01))
		return INSTRUCTION_HYPERCALL;
	if (is_hypercall(bytes, size, 0x1f))
		return INSTRUCTION_FAST_HYPERCALL;
	while (size > 1 && is_ignored_prefix(bytes[0])) {
		bytes++;
		size--;
	}
	/* In 64-bit code these are REX prefixes; elsewhere whole instructions. */
	if (size > 1 && (bytes[0] & 0xf0) == 0x40) {
		bytes++;
		size--;
	}
	if (size == 1 && bytes[0] == 0xf4)
		return INSTRUCTION_HLT;
	if (size == 2 && bytes[0] == 0x0f && bytes[1] == 0xa2)
		return INSTRUCTION_CPUID;
	return INSTRUCTION_OTHER;
}

/* CPUID is frequent in some guests, and other leaves should cost nothing. */
static void hook_cpuid(const struct qemu_plugin_tb *block, size_t index,
		       const struct site *site)
{
	struct leaf leaf = leaf_find(block, index, site->mode & PARACALL_MODE_64BIT);
	qemu_plugin_vcpu_cb *callback = call_cpuid;

	if (leaf.source == LEAF_CONSTANT && !paracall_cpuid_is_ours(leaf.number))
		return;
	if (leaf.source == LEAF_LOADED) {
		qemu_plugin_register_vcpu_mem_cb(qemu_plugin_tb_get_insn(block, leaf.load),
						 call_leaf_loaded, QEMU_PLUGIN_CB_NO_REGS,
						 QEMU_PLUGIN_MEM_R, NULL);
		callback = call_cpuid_loaded;
	}
	qemu_plugin_register_vcpu_insn_exec_cb(qemu_plugin_tb_get_insn(block, index), callback,
					       QEMU_PLUGIN_CB_RW_REGS_PC, site_pack(site));
}

static void hook(const struct qemu_plugin_tb *block, size_t index, enum instruction instruction,
		 struct site *site)
{
	struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(block, index);
	bool is_user = site->mode & PARACALL_MODE_USER;

	switch (instruction) {
	case INSTRUCTION_HYPERCALL:
		site_take_slot(site);
		qemu_plugin_register_vcpu_insn_exec_cb(insn, call_hypercall,
						       QEMU_PLUGIN_CB_RW_REGS_PC,
						       site_pack(site));
		break;
	case INSTRUCTION_FAST_HYPERCALL:
		if (paracall_qemu_engine.replacement != REPLACE_FAST ||
		    (is_user && !replace_was_here(qemu_plugin_insn_vaddr(insn))))
			break;
		site_take_slot(site);
		qemu_plugin_register_vcpu_insn_exec_cb(insn, call_fast_hypercall,
						       paracall_qemu_engine.is_single_threaded
							       ? QEMU_PLUGIN_CB_RW_REGS_PC
							       : QEMU_PLUGIN_CB_RW_REGS,
						       site_pack(site));
		break;
	case INSTRUCTION_HLT:
		/* Elsewhere it is a general protection fault. */
		if (!is_user)
			qemu_plugin_register_vcpu_insn_exec_cb(insn, call_hlt,
							       QEMU_PLUGIN_CB_RW_REGS_PC,
							       site_pack(site));
		break;
	case INSTRUCTION_CPUID:
		hook_cpuid(block, index, site);
		break;
	case INSTRUCTION_OTHER:
		break;
	}
}

static enum instruction classify(const struct qemu_plugin_insn *insn)
{
	uint8_t bytes[LONGEST];
	size_t size = qemu_plugin_insn_size(insn);

	if (size > sizeof(bytes) || qemu_plugin_insn_data(insn, bytes, size) != size)
		return INSTRUCTION_OTHER;
	return instruction_classify(bytes, size);
}

static void hook_from(struct qemu_plugin_tb *block, size_t first, const struct site *at)
{
	uint64_t block_vaddr = qemu_plugin_tb_vaddr(block);
	size_t count = qemu_plugin_tb_n_insns(block);

	if (at->is_real && block_vaddr == RESET_VECTOR)
		qemu_plugin_register_vcpu_insn_exec_cb(qemu_plugin_tb_get_insn(block, 0),
						       call_reset_vector,
						       QEMU_PLUGIN_CB_NO_REGS, NULL);
	if (at->is_real && block_vaddr == APIC_WAKE_ADDRESS)
		qemu_plugin_register_vcpu_insn_exec_cb(qemu_plugin_tb_get_insn(block, 0),
						       call_wake_vector,
						       QEMU_PLUGIN_CB_RW_REGS_PC, NULL);
	for (size_t i = first; i < count; i++) {
		struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(block, i);
		struct site site = *at;

		site.next = qemu_plugin_insn_vaddr(insn) - block_vaddr +
			    qemu_plugin_insn_size(insn);
		hook(block, i, classify(insn), &site);
	}
}

static bool is_vector(uint64_t vaddr)
{
	return vaddr == RESET_VECTOR || vaddr == APIC_WAKE_ADDRESS;
}

/* Most blocks have nothing of interest: for them no register is read. */
void instructions_hook(struct qemu_plugin_tb *block, void *userdata)
{
	size_t count = qemu_plugin_tb_n_insns(block);
	size_t first = 0;
	struct site site;
	struct vcpu translator = { .cpu = NULL };

	(void)userdata;
	if (paracall_qemu_engine.has_deferred)
		apic_send_deferred();
	while (first < count && !classify(qemu_plugin_tb_get_insn(block, first)))
		first++;
	if (first == count && !is_vector(qemu_plugin_tb_vaddr(block)))
		return;
	/* QEMU does not say which vCPU translates, only reads its registers. */
	translator.buffer = g_byte_array_sized_new(16);
	site = site_of_block(&translator, qemu_plugin_tb_vaddr(block));
	g_byte_array_free(translator.buffer, TRUE);
	hook_from(block, first, &site);
}
