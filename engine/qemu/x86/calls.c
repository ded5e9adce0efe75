/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "calls.h"

#include "apic.h"
#include "instructions.h"
#include "site.h"

#include <stdatomic.h>

/*
 * Opcodes 0f 01 c1 (vmcall), 0f 01 d9 (vmmcall), and 0f 1f with the same last
 * byte: a no-op with a register operand, an encoding that no assembler emits.
 * One byte differs, so that other vCPUs see either the old or the new one.
 */
#define OFFSET_FAST 1
#define BYTE_FAST 0x1f
#define OFFSET_VENDOR 2
#define BYTE_VMCALL 0xc1
#define BYTE_VMMCALL 0xd9

static bool replacement_byte(enum replacement replacement, unsigned int *offset, uint8_t *byte)
{
	switch (replacement) {
	case REPLACE_KEEP:
		return false;
	case REPLACE_VMCALL:
		*offset = OFFSET_VENDOR;
		*byte = BYTE_VMCALL;
		return true;
	case REPLACE_VMMCALL:
		*offset = OFFSET_VENDOR;
		*byte = BYTE_VMMCALL;
		return true;
	case REPLACE_FAST:
		*offset = OFFSET_FAST;
		*byte = BYTE_FAST;
		return true;
	}
	return false;
}

/* Write one byte of guest code, unless it is there; true if it was written. */
static bool patch_byte(struct vcpu *vcpu, uint64_t vaddr, uint8_t byte)
{
	GByteArray *buffer = vcpu->buffer;
	uint64_t address;

	if (!qemu_plugin_translate_vaddr(vaddr, &address) ||
	    qemu_plugin_read_memory_hwaddr(address, buffer, 1) || buffer->data[0] == byte)
		return false;
	buffer->len = 1;
	buffer->data[0] = byte;
	return !qemu_plugin_write_memory_hwaddr(address, buffer);
}

/*
 * Privileged code only: pages of user programs can be shared with files. Real
 * mode is left out too: its code is the firmware's.
 */
static void replace(struct vcpu *vcpu, const struct site *site, uint64_t next_pc)
{
	unsigned int offset;
	uint8_t byte;

	if (site->mode & PARACALL_MODE_USER || site->is_real || !site->is_flat)
		return;
	if (!replacement_byte(paracall_qemu_engine.replacement, &offset, &byte))
		return;
	if (patch_byte(vcpu, next_pc - HYPERCALL_SIZE + offset, byte))
		paracall_statistics_add(&vcpu->statistics->replaced, 1);
}

void call_hypercall(unsigned int index, void *userdata)
{
	struct vcpu *vcpu = vcpu_by_index(index);
	struct site site = site_unpack(userdata);
	uint64_t next_pc;

	if (!vcpu)
		return;
	next_pc = site_next_pc(vcpu, &site);
	apic_learn_id(vcpu);
	paracall_hypercall(vcpu->cpu, site_mode(vcpu, &site));
	replace(vcpu, &site, next_pc);
	qemu_plugin_set_pc(next_pc);
}

void call_fast_hypercall(unsigned int index, void *userdata)
{
	struct vcpu *vcpu = vcpu_by_index(index);
	struct site site = site_unpack(userdata);

	if (vcpu)
		paracall_hypercall(vcpu->cpu, site_mode(vcpu, &site));
}

/*
 * A halt that a kick has already ended is stepped over. Any other is QEMU's:
 * the vCPU really sleeps, and costs nothing while it does.
 */
void call_hlt(unsigned int index, void *userdata)
{
	struct vcpu *vcpu = vcpu_by_index(index);
	struct site site = site_unpack(userdata);

	if (!vcpu)
		return;
	apic_learn_id(vcpu);
	if (!paracall_halt(vcpu->cpu))
		qemu_plugin_set_pc(site_next_pc(vcpu, &site));
}

void call_cpuid(unsigned int index, void *userdata)
{
	struct vcpu *vcpu = vcpu_by_index(index);
	struct paracall_cpuid result;
	struct site site;
	uint32_t leaf;

	if (!vcpu)
		return;
	leaf = register_read(vcpu, PARACALL_X86_RAX);
	if (!paracall_cpuid_is_ours(leaf) || !paracall_cpuid(vcpu->cpu, leaf, &result))
		return;
	register_write(vcpu, PARACALL_X86_RAX, result.eax);
	register_write(vcpu, PARACALL_X86_RBX, result.ebx);
	register_write(vcpu, PARACALL_X86_RCX, result.ecx);
	register_write(vcpu, PARACALL_X86_RDX, result.edx);
	site = site_unpack(userdata);
	qemu_plugin_set_pc(site_next_pc(vcpu, &site));
}

void call_reset_vector(unsigned int index, void *userdata)
{
	struct engine *engine = &paracall_qemu_engine;

	(void)index;
	(void)userdata;
	if (atomic_exchange(&engine->has_started, true))
		paracall_machine_reset(engine->machine);
}

void call_interrupted(unsigned int index, int type, uint64_t from, uint64_t to, void *userdata)
{
	struct vcpu *vcpu = vcpu_by_index(index);

	(void)type;
	(void)from;
	(void)to;
	(void)userdata;
	if (!vcpu)
		return;
	apic_learn_id(vcpu);
	paracall_resume(vcpu->cpu);
}
