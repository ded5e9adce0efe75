/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An instruction that clears MSR[EE] while that is forced to 0 changes nothing that
 * can be read later. So instructions that load the register set a flag, which QEMU's
 * translated code writes itself.
 */
#include "msr.h"

#include "current.h"

/* All have a primary opcode and an extended one; Power ISA, book III, and book III-E. */
#define OPCODE_MASK 0xfc0007feu
#define RFI 0x4c000064u
#define RFID 0x4c000024u
#define RFSCV 0x4c0000a4u
#define RFCI 0x4c000066u
#define RFDI 0x4c00004eu
#define RFMCI 0x4c00004cu
#define MTMSR 0x7c000124u
#define MTMSRD 0x7c000164u
#define WRTEE 0x7c000106u
#define WRTEEI 0x7c000146u

/* Of each vCPU: it was. */
static qemu_plugin_u64 loaded;

void msr_install(void)
{
	loaded.score = qemu_plugin_scoreboard_new(sizeof(uint64_t));
}

bool msr_is_hooked(uint32_t word)
{
	switch (word & OPCODE_MASK) {
	case RFI:
	case RFID:
	case RFSCV:
	case RFCI:
	case RFDI:
	case RFMCI:
	case MTMSR:
	case MTMSRD:
	case WRTEE:
	case WRTEEI:
		return true;
	}
	return false;
}

void msr_note_loaded(const struct vcpu *vcpu)
{
	qemu_plugin_u64_set(loaded, vcpu->index, true);
}

static void call_load(unsigned int index, void *userdata)
{
	struct vcpu *vcpu = powerpc_vcpu_current(index, (uintptr_t)userdata);

	if (vcpu)
		msr_note_loaded(vcpu);
}

void msr_hook(struct qemu_plugin_insn *insn, bool is_big_endian)
{
	if (engine_code_knows_vcpu())
		qemu_plugin_register_vcpu_insn_exec_inline_per_vcpu(
			insn, QEMU_PLUGIN_INLINE_STORE_U64, loaded, true);
	else
		qemu_plugin_register_vcpu_insn_exec_cb(insn, call_load, QEMU_PLUGIN_CB_R_REGS,
						       (void *)(uintptr_t)is_big_endian);
}

bool msr_was_loaded(void *context)
{
	const struct vcpu *vcpu = context;
	bool was_loaded = qemu_plugin_u64_get(loaded, vcpu->index);

	qemu_plugin_u64_set(loaded, vcpu->index, false);
	return was_loaded;
}
