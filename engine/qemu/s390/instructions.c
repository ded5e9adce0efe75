/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Decided once, when QEMU translates a block: which instructions are hooked.
 * Only in supervisor state; in problem state QEMU raises the exception.
 * QEMU's blocks belong to one of the two states, and to one address.
 */
#include "instructions.h"

#include "../first.h"
#include "../load.h"
#include "../memory.h"
#include "calls.h"
#include "registers.h"
#include "start.h"
#include "subcode.h"

#define DIAGNOSE 0x83
#define EXECUTE_RELATIVE_LONG 0xc6
#define SIGNAL_PROCESSOR 0xae

/* The function of KVM's user space: virtio-ccw. */
#define DIAGNOSE_KVM 0x500

/* All that is hooked has this format, RS-a. */
#define SIZE 4

static bool is_hooked(const struct qemu_plugin_insn *insn, uint8_t *bytes)
{
	return qemu_plugin_insn_size(insn) == SIZE &&
	       qemu_plugin_insn_data(insn, bytes, SIZE) == SIZE &&
	       (bytes[0] == DIAGNOSE || bytes[0] == SIGNAL_PROCESSOR);
}

/*
 * What EXECUTE executes QEMU shows at the address of EXECUTE itself: then there
 * is that instruction in memory, of 4 bytes, or of 6 if it is RELATIVE LONG. If
 * memory cannot be read, the safe answer is that it is EXECUTE.
 */
static bool is_executed(struct vcpu *translator, uint64_t vaddr, uint8_t opcode, size_t *size)
{
	uint64_t address;
	uint8_t there;

	*size = SIZE;
	if (!qemu_plugin_translate_vaddr(vaddr, &address) ||
	    !physical_read(translator, address, &there, sizeof(there)))
		return true;
	if (there == EXECUTE_RELATIVE_LONG)
		*size = 6;
	return there != opcode;
}

/* Addresses wrap around. */
static uint64_t wrap(uint64_t address, uint64_t psw_mask)
{
	if (psw_mask & S390_PSW_EXTENDED_ADDRESSING)
		return address;
	return address & (psw_mask & S390_PSW_BASIC_ADDRESSING ? 0x7fffffff : 0xffffff);
}

static void hook_diag(struct qemu_plugin_insn *insn, const struct s390_site *site,
		      uint64_t next)
{
	void *userdata;

	if (s390_site_pack_next(site, next, &userdata)) {
		qemu_plugin_register_vcpu_insn_exec_cb(insn, s390_call_diag,
						       QEMU_PLUGIN_CB_RW_REGS_PC, userdata);
		return;
	}
	/* QEMU calls them in this order. */
	qemu_plugin_register_vcpu_insn_exec_cb(insn, s390_call_next, QEMU_PLUGIN_CB_NO_REGS,
					       (void *)(uintptr_t)next);
	qemu_plugin_register_vcpu_insn_exec_cb(insn, s390_call_diag_after_next,
					       QEMU_PLUGIN_CB_RW_REGS_PC, s390_site_pack(site));
}

/* Virtio devices are notified by it. False if counting is not enough. */
static bool hook_counted(const struct qemu_plugin_tb *block, size_t index,
			 const struct s390_site *site)
{
	const struct engine *engine = &paracall_qemu_engine;
	const struct paracall_call_info *call;

	if (site->is_executed || site->base || site->displacement != DIAGNOSE_KVM ||
	    engine->trace || engine->injects_faults || !engine_code_knows_vcpu())
		return false;
	call = subcode_find_call(block, index);
	if (!call)
		return false;
	qemu_plugin_register_vcpu_insn_exec_cb(qemu_plugin_tb_get_insn(block, index),
					       s390_call_counted, QEMU_PLUGIN_CB_NO_REGS,
					       (void *)(uintptr_t)paracall_call_slot(call->id));
	return true;
}

static void hook(struct vcpu *translator, const struct qemu_plugin_tb *block, size_t index,
		 const uint8_t *bytes, uint64_t psw_mask)
{
	struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(block, index);
	uint64_t vaddr = qemu_plugin_insn_vaddr(insn);
	size_t size;
	struct s390_site site = {
		.r1 = bytes[1] >> 4,
		.r3 = bytes[1] & 15,
		.base = bytes[2] >> 4,
		.displacement = (bytes[2] & 15) << 8 | bytes[3],
	};

	if (bytes[0] == SIGNAL_PROCESSOR) {
		qemu_plugin_register_vcpu_insn_exec_cb(insn, s390_call_sigp,
						       QEMU_PLUGIN_CB_R_REGS,
						       s390_site_pack(&site));
		return;
	}
	site.is_executed = is_executed(translator, vaddr, bytes[0], &size);
	if (!hook_counted(block, index, &site))
		hook_diag(insn, &site, wrap(vaddr + size, psw_mask));
}

static void prepare(struct vcpu *translator)
{
	if (!translator->buffer)
		translator->buffer = g_byte_array_sized_new(16);
}

static uint64_t read_psw_mask(struct vcpu *translator)
{
	prepare(translator);
	return register_read(translator, S390_PSW_MASK);
}

static bool is_at_start(struct vcpu *translator)
{
	prepare(translator);
	return s390_is_at_start(translator);
}

/* With DAT other code can be at that address; it is not checked each time. */
static void look_at_beginning(struct vcpu *translator, struct qemu_plugin_tb *block)
{
	uint64_t address = qemu_plugin_tb_vaddr(block);
	bool may_be_first = first_is_known() || is_at_start(translator);

	load_note_block(block, may_be_first);
	if (may_be_first && first_is_at(address) &&
	    !(read_psw_mask(translator) & (S390_PSW_DAT | S390_PSW_PROBLEM)))
		qemu_plugin_register_vcpu_insn_exec_cb(qemu_plugin_tb_get_insn(block, 0),
						       s390_start_reached,
						       QEMU_PLUGIN_CB_R_REGS,
						       (void *)(uintptr_t)address);
}

/* Most blocks have nothing of interest: for them no register is read. */
void s390_instructions_hook(struct qemu_plugin_tb *block, void *userdata)
{
	size_t count = qemu_plugin_tb_n_insns(block);
	struct vcpu translator = { .is_big_endian = true };
	uint8_t bytes[SIZE];
	uint64_t psw_mask = 0;

	(void)userdata;
	engine_note_guest();
	look_at_beginning(&translator, block);
	for (size_t i = 0; i < count && !(psw_mask & S390_PSW_PROBLEM); i++) {
		struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(block, i);

		if (!is_hooked(insn, bytes))
			continue;
		psw_mask = read_psw_mask(&translator);
		if (!(psw_mask & S390_PSW_PROBLEM))
			hook(&translator, block, i, bytes, psw_mask);
	}
	if (translator.buffer)
		g_byte_array_free(translator.buffer, TRUE);
}
