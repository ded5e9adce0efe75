/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Decided once, when QEMU translates a block: which instructions are hooked.
 * Nothing is added to any other.
 */
#include "instructions.h"

#include "../load.h"
#include "../spin.h"
#include "apic.h"
#include "async_pf.h"
#include "calls.h"
#include "deferred.h"
#include "halt.h"
#include "leaf.h"
#include "msr.h"
#include "replace.h"
#include "site.h"
#include "tsc.h"
#include "vendor.h"

/* With prefixes; none can be longer. */
#define LONGEST 15

#define OPCODE_HLT 0xf4

#define PAGE_SIZE 0x1000

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
	case 0x67:
		return true;
	}
	/* In 64-bit code these are REX prefixes; otherwise whole instructions. */
	return (byte & 0xf0) == 0x40;
}

/* They can select another instruction with the same opcode. */
static bool is_refining_prefix(uint8_t byte)
{
	return byte == 0x66 || byte == 0xf2 || byte == 0xf3;
}

/*
 * With 66, f2 or f3 vmcall is invalid (Intel SDM vol. 3, VMCALL, "Use of
 * Prefixes"). vmmcall is not: with f2 or f3 it is VMGEXIT, which is VMMCALL
 * outside SEV-ES (AMD APM vol. 3, VMGEXIT). With lock both are invalid.
 */
static enum instruction classify_hypercall(const uint8_t *bytes, bool has_refining_prefix)
{
	bool is_vmmcall = bytes[2] == 0xd9;

	if (bytes[0] != 0x0f || (bytes[2] != 0xc1 && !is_vmmcall) ||
	    (has_refining_prefix && !is_vmmcall))
		return INSTRUCTION_OTHER;
	if (bytes[1] == 0x1f)
		return INSTRUCTION_FAST_HYPERCALL;
	if (bytes[1] != 0x01)
		return INSTRUCTION_OTHER;
	return is_vmmcall ? INSTRUCTION_VMMCALL : INSTRUCTION_VMCALL;
}

/* Opcodes of more than one byte, after the first, 0f. */
static enum instruction classify_second(const uint8_t *bytes, size_t size)
{
	if (size == 2 && bytes[0] == 0x01 && bytes[1] == 0xf9)
		return INSTRUCTION_READ_TSC;
	if (size != 1)
		return INSTRUCTION_OTHER;
	switch (bytes[0]) {
	case 0x30:
		return INSTRUCTION_WRMSR;
	case 0x31:
		return INSTRUCTION_READ_TSC;
	case 0x32:
		return INSTRUCTION_RDMSR;
	case 0xa2:
		return INSTRUCTION_CPUID;
	case 0xaa:
		return INSTRUCTION_RSM;
	}
	return INSTRUCTION_OTHER;
}

enum instruction instruction_classify(const uint8_t *bytes, size_t size,
				      bool *has_refining_prefix)
{
	bool is_repeated = false;

	*has_refining_prefix = false;
	while (size > 1 && (is_ignored_prefix(bytes[0]) || is_refining_prefix(bytes[0]))) {
		*has_refining_prefix |= is_refining_prefix(bytes[0]);
		/* Of f2 and f3 the last one counts. */
		if (bytes[0] == 0xf2 || bytes[0] == 0xf3)
			is_repeated = bytes[0] == 0xf3;
		bytes++;
		size--;
	}
	if (size == HYPERCALL_SIZE && bytes[2] != 0xf9)
		return classify_hypercall(bytes, *has_refining_prefix);
	if (size == 1 && bytes[0] == OPCODE_HLT)
		return INSTRUCTION_HLT;
	if (size == 1 && bytes[0] == 0x90 && is_repeated)
		return INSTRUCTION_PAUSE;
	return size > 1 && bytes[0] == 0x0f ? classify_second(bytes + 1, size - 1)
					    : INSTRUCTION_OTHER;
}

/*
 * Answering in QEMU's place continues after the instruction, and so leaves the block.
 * Where that must not be, QEMU executes it, and @callback corrects the answer
 * before the next instruction. False if that is in another block.
 */
static bool hook_next(const struct qemu_plugin_tb *block, size_t index,
		      qemu_plugin_vcpu_cb *callback)
{
	if (index + 1 >= qemu_plugin_tb_n_insns(block))
		return false;
	qemu_plugin_register_vcpu_insn_exec_cb(qemu_plugin_tb_get_insn(block, index + 1),
					       callback, QEMU_PLUGIN_CB_RW_REGS, NULL);
	return true;
}

/* CPUID is frequent in some guests, and other leaves should cost nothing. */
static void hook_cpuid(const struct qemu_plugin_tb *block, size_t index, struct site *site)
{
	struct leaf leaf = leaf_find(block, index, site->mode & PARACALL_MODE_64BIT);
	qemu_plugin_vcpu_cb *callback = call_cpuid;

	if (x86_machine()->is_hidden)
		return;
	if (leaf.source == LEAF_CONSTANT && !paracall_cpuid_is_ours(leaf.number))
		return;
	if (vendor_is_wanted() || paracall_qemu_engine.counts_instructions)
		site->is_followed = hook_next(block, index, call_after_cpuid);
	if (leaf.source == LEAF_LOADED) {
		qemu_plugin_register_vcpu_mem_cb(qemu_plugin_tb_get_insn(block, leaf.load),
						 call_leaf_loaded, QEMU_PLUGIN_CB_NO_REGS,
						 QEMU_PLUGIN_MEM_R, NULL);
		callback = call_cpuid_loaded;
	}
	qemu_plugin_register_vcpu_insn_exec_cb(qemu_plugin_tb_get_insn(block, index), callback,
					       QEMU_PLUGIN_CB_RW_REGS_PC, site_pack(site));
}

/* Mostly the number is a constant, and need not be read when the call is made. */
static void learn_number(const struct qemu_plugin_tb *block, size_t index, struct site *site)
{
	struct leaf leaf = leaf_find(block, index, site->mode & PARACALL_MODE_64BIT);

	if (leaf.source == LEAF_CONSTANT && leaf.number < (1u << SITE_NUMBER_BITS) - 1)
		site->number = leaf.number + 1;
}

static void hook(const struct qemu_plugin_tb *block, size_t index, enum instruction instruction,
		 struct site *site)
{
	struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(block, index);
	bool is_user = site->mode & PARACALL_MODE_USER;

	switch (instruction) {
	case INSTRUCTION_VMCALL:
	case INSTRUCTION_VMMCALL:
		site->is_vmmcall = instruction == INSTRUCTION_VMMCALL;
		site_take_slot(site);
		learn_number(block, index, site);
		qemu_plugin_register_vcpu_insn_exec_cb(insn, call_hypercall,
						       QEMU_PLUGIN_CB_RW_REGS_PC,
						       site_pack(site));
		break;
	case INSTRUCTION_FAST_HYPERCALL:
		/* What was loaded may have been saved with another policy. */
		if ((x86_machine()->replacement != REPLACE_FAST && !x86_machine()->was_loaded &&
		     !load_is_open()) ||
		    (is_user && !replace_was_here(qemu_plugin_insn_vaddr(insn))))
			break;
		site_take_slot(site);
		learn_number(block, index, site);
		qemu_plugin_register_vcpu_insn_exec_cb(insn, call_fast_hypercall,
						       deferred_is_needed()
							       ? QEMU_PLUGIN_CB_RW_REGS_PC
							       : QEMU_PLUGIN_CB_RW_REGS,
						       site_pack(site));
		break;
	case INSTRUCTION_HLT:
		/* Otherwise it is a general protection fault. */
		if (is_user)
			break;
		if (!((qemu_plugin_insn_vaddr(insn) + site->size) % PAGE_SIZE))
			atomic_store_explicit(&x86_machine()->has_hlt_at_end, true,
					      memory_order_relaxed);
		qemu_plugin_register_vcpu_insn_exec_cb(insn, call_hlt,
						       QEMU_PLUGIN_CB_RW_REGS_PC,
						       site_pack(site));
		break;
	case INSTRUCTION_CPUID:
		hook_cpuid(block, index, site);
		break;
	case INSTRUCTION_RDMSR:
		if (is_user)
			break;
		if (paracall_qemu_engine.counts_instructions)
			site->is_followed = hook_next(block, index, call_after_rdmsr);
		qemu_plugin_register_vcpu_insn_exec_cb(insn, call_rdmsr,
						       QEMU_PLUGIN_CB_RW_REGS_PC,
						       site_pack(site));
		break;
	case INSTRUCTION_WRMSR:
		if (!is_user)
			qemu_plugin_register_vcpu_insn_exec_cb(insn, call_wrmsr,
							       QEMU_PLUGIN_CB_RW_REGS_PC,
							       site_pack(site));
		break;
	case INSTRUCTION_READ_TSC:
		tsc_hook_reading(insn, site);
		break;
	case INSTRUCTION_PAUSE:
		spin_hook(insn, spin_call_hint, site_pack(site));
		break;
	case INSTRUCTION_RSM:
		qemu_plugin_register_vcpu_insn_exec_cb(insn, call_rsm, QEMU_PLUGIN_CB_NO_REGS,
						       NULL);
		break;
	case INSTRUCTION_OTHER:
		break;
	}
}

static enum instruction classify(const struct qemu_plugin_insn *insn, bool *has_refining_prefix)
{
	uint8_t bytes[LONGEST];
	size_t size = qemu_plugin_insn_size(insn);

	if (size > sizeof(bytes) || qemu_plugin_insn_data(insn, bytes, size) != size)
		return INSTRUCTION_OTHER;
	return instruction_classify(bytes, size, has_refining_prefix);
}

/*
 * A STARTUP interrupt makes a vCPU begin at the first byte of a page below
 * 1 MiB, with an instruction pointer of 0. Other real-mode code can be there,
 * too: the callback distinguishes them by the registers.
 */
static bool may_be_start(uint64_t vaddr)
{
	return vaddr < 0x100000 && vaddr % PAGE_SIZE == 0;
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
	if (at->is_real && may_be_start(block_vaddr) && !at->block_offset)
		qemu_plugin_register_vcpu_insn_exec_cb(qemu_plugin_tb_get_insn(block, 0),
						       call_start_vector, QEMU_PLUGIN_CB_R_REGS,
						       NULL);
	for (size_t i = first; i < count; i++) {
		struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(block, i);
		struct site site = *at;
		enum instruction instruction;

		site.size = qemu_plugin_insn_size(insn);
		site.next = qemu_plugin_insn_vaddr(insn) - block_vaddr + site.size;
		site.is_last = i + 1 == count;
		instruction = classify(insn, &site.has_refining_prefix);
		hook(block, i, instruction, &site);
	}
}

/* QEMU does not say which vCPU translates, only reads its registers. */
static struct site read_site(const struct qemu_plugin_tb *block)
{
	struct vcpu translator = { .buffer = g_byte_array_sized_new(16) };
	struct site site = site_of_block(&translator, qemu_plugin_tb_vaddr(block));

	g_byte_array_free(translator.buffer, TRUE);
	return site;
}

/* Only if faults are injected. */
static void hook_async_pf(struct qemu_plugin_tb *block)
{
	struct site site = read_site(block);

	if (site.mode & PARACALL_MODE_USER)
		qemu_plugin_register_vcpu_insn_exec_cond_cb(qemu_plugin_tb_get_insn(block, 0),
							    async_pf_raise,
							    QEMU_PLUGIN_CB_RW_REGS_PC,
							    QEMU_PLUGIN_COND_NE,
							    x86_machine()->wants_async_pf, 0,
							    site_pack(&site));
}

static bool is_vector(uint64_t vaddr)
{
	return vaddr == RESET_VECTOR || vaddr == APIC_WAKE_ADDRESS;
}

/*
 * Where a halt ends by what QEMU does not report, the vCPU continues there. The byte before
 * may be the end of another instruction: that does no harm. It cannot be seen from a page's
 * first one.
 */
static void hook_after_hlt(struct qemu_plugin_tb *block)
{
	struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(block, 0);
	const uint8_t *bytes = qemu_plugin_insn_haddr(insn);
	bool is_first = !(qemu_plugin_insn_vaddr(insn) % PAGE_SIZE);

	if (is_first
		    ? atomic_load_explicit(&x86_machine()->has_hlt_at_end, memory_order_relaxed)
		    : bytes && bytes[-1] == OPCODE_HLT)
		qemu_plugin_register_vcpu_insn_exec_cb(insn, call_after_hlt,
						       QEMU_PLUGIN_CB_NO_REGS, NULL);
}

/* Most blocks have nothing of interest: for them no register is read. */
void instructions_hook(struct qemu_plugin_tb *block, void *userdata)
{
	size_t count = qemu_plugin_tb_n_insns(block);
	size_t first = 0;
	struct site site;
	bool has_refining_prefix;

	(void)userdata;
	engine_note_guest();
	load_note_block(block, qemu_plugin_tb_vaddr(block) == RESET_VECTOR);
	/* Not into a state that did not ask for it: then the next block does so, or none. */
	if (x86_machine()->has_deferred && !load_is_open())
		apic_send_deferred();
	tsc_hook_block(block);
	hook_after_hlt(block);
	if (x86_machine()->async_pf_every && !paracall_qemu_engine.is_single_threaded)
		hook_async_pf(block);
	while (first < count &&
	       !classify(qemu_plugin_tb_get_insn(block, first), &has_refining_prefix))
		first++;
	if (first == count && !is_vector(qemu_plugin_tb_vaddr(block)) &&
	    !may_be_start(qemu_plugin_tb_vaddr(block)))
		return;
	site = read_site(block);
	hook_from(block, first, &site);
}
