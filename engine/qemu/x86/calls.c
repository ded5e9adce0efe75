/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "calls.h"

#include "apic.h"
#include "replace.h"
#include "site.h"

#include <stdatomic.h>

/*
 * An interrupt to itself may have to wait until the vCPU is between two blocks.
 * For that it is made to translate the next one.
 */
static void send_deferred(struct vcpu *vcpu, uint64_t next_pc)
{
	if (vcpu->has_deferred) {
		replace_retranslate(vcpu, next_pc);
		qemu_plugin_set_pc(next_pc);
	}
}

void call_hypercall(unsigned int index, void *userdata)
{
	struct vcpu *vcpu = vcpu_current(index);
	struct site site = site_unpack(userdata);
	uint64_t next_pc;

	if (!vcpu)
		return;
	next_pc = site_next_pc(vcpu, &site);
	paracall_hypercall(vcpu->cpu, site_mode(vcpu, &site));
	replace_instruction(vcpu, &site, next_pc);
	send_deferred(vcpu, next_pc);
	qemu_plugin_set_pc(next_pc);
}

void call_fast_hypercall(unsigned int index, void *userdata)
{
	struct vcpu *vcpu = vcpu_current(index);
	struct site site = site_unpack(userdata);

	if (!vcpu)
		return;
	paracall_hypercall(vcpu->cpu, site_mode(vcpu, &site));
	if (vcpu->has_deferred)
		send_deferred(vcpu, site_next_pc(vcpu, &site));
}

/*
 * A halt that a kick has already ended is stepped over. Any other is QEMU's:
 * the vCPU really sleeps, and costs nothing while it does.
 */
void call_hlt(unsigned int index, void *userdata)
{
	struct vcpu *vcpu = vcpu_current(index);
	struct site site = site_unpack(userdata);

	if (!vcpu)
		return;
	atomic_store_explicit(&vcpu->was_woken, false, memory_order_relaxed);
	if (!paracall_halt(vcpu->cpu))
		qemu_plugin_set_pc(site_next_pc(vcpu, &site));
}

void call_wake_vector(unsigned int index, void *userdata)
{
	struct vcpu *vcpu = vcpu_current(index);

	(void)userdata;
	if (!vcpu || !atomic_exchange(&vcpu->was_woken, false))
		return;
	apic_send_init_to_self(vcpu);
	if (vcpu->has_deferred)
		replace_retranslate(vcpu, APIC_WAKE_ADDRESS);
	/* Where it was: QEMU takes the INIT before it goes on from there. */
	qemu_plugin_set_pc(0);
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
	/* Which vCPU it is makes no difference but to the counters. */
	if (!paracall_cpuid_is_ours(leaf) || !paracall_cpuid(vcpu->cpu, leaf, &result))
		return;
	register_write(vcpu, PARACALL_X86_RAX, result.eax);
	register_write(vcpu, PARACALL_X86_RBX, result.ebx);
	register_write(vcpu, PARACALL_X86_RCX, result.ecx);
	register_write(vcpu, PARACALL_X86_RDX, result.edx);
	site = site_unpack(userdata);
	qemu_plugin_set_pc(site_next_pc(vcpu, &site));
}

static bool may_be_our_leaf(qemu_plugin_mem_value value)
{
	switch (value.type) {
	case QEMU_PLUGIN_MEM_VALUE_U32:
		return paracall_cpuid_is_ours(value.data.u32);
	case QEMU_PLUGIN_MEM_VALUE_U64:
		return paracall_cpuid_is_ours((uint32_t)value.data.u64);
	default:
		/* A part of the register: it has to be read then. */
		return true;
	}
}

/* Both are of one block, so that even a wrong index is the same for both. */
void call_leaf_loaded(unsigned int index, qemu_plugin_meminfo_t info, uint64_t vaddr,
		      void *userdata)
{
	struct vcpu *vcpu = vcpu_by_index(index);

	(void)vaddr;
	(void)userdata;
	if (vcpu)
		vcpu->may_be_our_leaf = may_be_our_leaf(qemu_plugin_mem_get_value(info));
}

void call_cpuid_loaded(unsigned int index, void *userdata)
{
	struct vcpu *vcpu = vcpu_by_index(index);

	if (vcpu && vcpu->may_be_our_leaf)
		call_cpuid(index, userdata);
}

void call_reset_vector(unsigned int index, void *userdata)
{
	struct engine *engine = &paracall_qemu_engine;

	(void)index;
	(void)userdata;
	if (!atomic_exchange(&engine->has_started, true))
		return;
	paracall_machine_reset(engine->machine);
	replace_reset();
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
