/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "calls.h"

#include "../clock.h"
#include "../load.h"
#include "../readings.h"
#include "../spin.h"
#include "../trace.h"
#include "apic.h"
#include "async_pf.h"
#include "deferred.h"
#include "exceptions.h"
#include "foreign.h"
#include "halt.h"
#include "memory_map.h"
#include "msr.h"
#include "registers.h"
#include "replace.h"
#include "site.h"
#include "vendor.h"

#include <stdatomic.h>

#define EFLAGS_AT_START 2

static void hypercall(struct vcpu *vcpu, const struct site *site)
{
	if (site->number)
		paracall_hypercall_number(vcpu->cpu, site_mode(vcpu, site), site->number - 1);
	else
		paracall_hypercall(vcpu->cpu, site_mode(vcpu, site));
}

/*
 * With one thread for all vCPUs nothing else may show a load before: without interrupts, by a
 * guest that waits for a vCPU which it kicked. A load forgets the site, so that comes after it.
 */
void call_begin(struct vcpu *vcpu, void *userdata)
{
	load_check(vcpu);
	trace_note_site(vcpu, userdata, 0);
}

void call_hypercall(unsigned int index, void *userdata)
{
	struct vcpu *vcpu = vcpu_current(index);
	struct site site = site_unpack(userdata);
	uint64_t next_pc;

	if (!vcpu)
		return;
	call_begin(vcpu, userdata);
	next_pc = site_next_pc(vcpu, &site);
	if (foreign_is_refused(vcpu, &site, next_pc))
		return;
	/*
	 * As in KVM, execute the replaced instruction again. So a single step and the
	 * shadow of sti end where they have to, after QEMU's no-op.
	 */
	if (replace_instruction(vcpu, &site, next_pc)) {
		qemu_plugin_set_pc(next_pc - site.size);
		return;
	}
	x86_vcpu(vcpu)->is_at_end = site.is_last;
	hypercall(vcpu, &site);
	x86_vcpu(vcpu)->is_at_end = false;
	deferred_send(vcpu, next_pc);
	qemu_plugin_set_pc(next_pc);
}

void call_fast_hypercall(unsigned int index, void *userdata)
{
	struct vcpu *vcpu = vcpu_current(index);
	struct site site = site_unpack(userdata);

	if (!vcpu)
		return;
	call_begin(vcpu, userdata);
	hypercall(vcpu, &site);
	if (x86_vcpu(vcpu)->has_deferred)
		deferred_send(vcpu, site_next_pc(vcpu, &site));
}

void call_wake_vector(unsigned int index, void *userdata)
{
	struct vcpu *vcpu = vcpu_current(index);

	(void)userdata;
	if (!vcpu || !atomic_exchange(&x86_vcpu(vcpu)->was_woken, false))
		return;
	apic_send_init_to_self(vcpu);
	if (x86_vcpu(vcpu)->has_deferred)
		replace_retranslate(vcpu, APIC_WAKE_ADDRESS);
	/* Where it was: QEMU takes the INIT before it continues there. */
	qemu_plugin_set_pc(0);
}

/* Which vCPU it is matters only to the counters. */
static bool answer_cpuid(struct vcpu *vcpu, uint32_t leaf)
{
	struct paracall_cpuid result;

	if (!paracall_cpuid(vcpu->cpu, leaf, &result))
		return false;
	register_write(vcpu, PARACALL_X86_RAX, result.eax);
	register_write(vcpu, PARACALL_X86_RBX, result.ebx);
	register_write(vcpu, PARACALL_X86_RCX, result.ecx);
	register_write(vcpu, PARACALL_X86_RDX, result.edx);
	return true;
}

void call_cpuid(unsigned int index, void *userdata)
{
	struct vcpu *vcpu = vcpu_by_index(index);
	struct site site = site_unpack(userdata);
	uint32_t leaf;

	if (!vcpu)
		return;
	x86_vcpu(vcpu)->postponed_leaf = 0;
	leaf = register_read(vcpu, PARACALL_X86_RAX);
	if (!paracall_cpuid_is_ours(leaf))
		return;
	trace_note_site(vcpu, userdata, 0);
	if (site.is_followed) {
		x86_vcpu(vcpu)->postponed_leaf = leaf;
		if (vendor_is_wanted())
			vendor_ask(vcpu);
		return;
	}
	if (answer_cpuid(vcpu, leaf))
		qemu_plugin_set_pc(site_next_pc(vcpu, &site));
}

void call_after_cpuid(unsigned int index, void *userdata)
{
	struct vcpu *vcpu = vcpu_by_index(index);
	uint32_t leaf = vcpu ? x86_vcpu(vcpu)->postponed_leaf : 0;

	(void)userdata;
	if (!leaf)
		return;
	x86_vcpu(vcpu)->postponed_leaf = 0;
	vendor_learn(vcpu);
	answer_cpuid(vcpu, leaf);
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
		x86_vcpu(vcpu)->may_be_our_leaf =
			may_be_our_leaf(qemu_plugin_mem_get_value(info));
}

void call_cpuid_loaded(unsigned int index, void *userdata)
{
	struct vcpu *vcpu = vcpu_by_index(index);

	if (!vcpu)
		return;
	x86_vcpu(vcpu)->postponed_leaf = 0;
	if (x86_vcpu(vcpu)->may_be_our_leaf)
		call_cpuid(index, userdata);
}

void call_forget(struct vcpu *vcpu)
{
	struct x86_vcpu *x86 = x86_vcpu(vcpu);

	halt_forget(vcpu);
	atomic_store(&x86->was_sent_init, false);
	x86->postponed_leaf = 0;
	x86->is_vendor_asked = false;
	x86->has_postponed_msr = false;
	x86->raised.trap = 0;
	x86->has_deferred = false;
	x86->has_hidden_rcx = false;
	x86->async_pf.token = 0;
	x86->async_pf.is_waiting = false;
}

static void begin_anew(struct vcpu *vcpu)
{
	call_forget(vcpu);
	spin_note_wake(vcpu);
	paracall_cpu_reset(vcpu->cpu);
}

/* One vCPU has restarted; the others do so when they are started. */
static void reset_machine(struct vcpu *vcpu)
{
	trace_note_site(vcpu, NULL, 0);
	paracall_machine_reset(paracall_qemu_engine.machine, vcpu->cpu);
	replace_reset();
}

/*
 * The boot processor comes here after INIT, too, and then the others continue. But that
 * is only known if the INIT was sent by SEND_IPI.
 */
void call_reset_vector(unsigned int index, void *userdata)
{
	struct engine *engine = &paracall_qemu_engine;
	struct vcpu *vcpu = vcpu_current(index);
	bool is_alone;

	(void)userdata;
	if (!vcpu)
		return;
	load_note_start();
	if (!atomic_exchange(&engine->has_started, true)) {
		clock_begin();
		memory_map_probe(vcpu);
		return;
	}
	load_check(vcpu);
	is_alone = atomic_load(&x86_vcpu(vcpu)->was_sent_init);
	begin_anew(vcpu);
	if (!is_alone)
		reset_machine(vcpu);
	load_mark(vcpu);
}

/* As INIT leaves them (Intel SDM vol. 3, "Processor State After Reset"). */
static bool has_registers_of_start(struct vcpu *vcpu)
{
	static const unsigned int zeros[] = { X86_RIP,		X86_RSP,
					      PARACALL_X86_RAX, PARACALL_X86_RBX,
					      PARACALL_X86_RCX, PARACALL_X86_RSI };

	for (size_t i = 0; i < sizeof(zeros) / sizeof(zeros[0]); i++)
		if (register_read(vcpu, zeros[i]))
			return false;
	return register_read(vcpu, X86_EFLAGS) == EFLAGS_AT_START;
}

void call_start_vector(unsigned int index, void *userdata)
{
	struct vcpu *vcpu = vcpu_current(index);

	(void)userdata;
	if (!vcpu || !has_registers_of_start(vcpu))
		return;
	load_check(vcpu);
	begin_anew(vcpu);
	load_mark(vcpu);
}

/* Not more often than the host's clock ticks, unless the guest's time is another. */
static bool is_update_due(struct vcpu *vcpu)
{
	return clock_has_ticked(&x86_vcpu(vcpu)->updated_nanoseconds) ||
	       paracall_qemu_engine.counts_instructions;
}

static void update(struct vcpu *vcpu, unsigned int index)
{
	readings_want(vcpu);
	async_pf_update(vcpu, index, x86_vcpu(vcpu)->updated_nanoseconds);
	paracall_update(vcpu->cpu);
	load_mark(vcpu);
}

void call_interrupted(unsigned int index, int type, uint64_t from, uint64_t to, void *userdata)
{
	struct vcpu *vcpu = vcpu_by_index(index);
	bool is_due;

	(void)type;
	(void)to;
	(void)userdata;
	if (!vcpu)
		return;
	is_due = is_update_due(vcpu);
	/* First: it forgets what is known of the vCPU, where it is included. */
	if (is_due)
		load_check(vcpu);
	trace_note_site(vcpu, NULL, from);
	msr_delivered(vcpu);
	readings_end(vcpu);
	if (x86_vcpu(vcpu)->raised.trap && from == x86_vcpu(vcpu)->raised.trap)
		async_pf_settled(vcpu, exception_taken(vcpu));
	apic_learn_id(vcpu);
	halt_end(vcpu);
	vcpu->spin_hints = 0;
	if (is_due)
		update(vcpu, index);
	/* It would be sent by the next block that is translated, which may be any. */
	if (paracall_qemu_engine.counts_instructions && x86_machine()->has_deferred)
		apic_send_deferred();
}

void call_exception(unsigned int index, int type, uint64_t from, uint64_t to, void *userdata)
{
	struct vcpu *vcpu = vcpu_by_index(index);

	(void)type;
	(void)to;
	(void)userdata;
	if (vcpu && x86_vcpu(vcpu)->raised.trap)
		exception_raised(vcpu, from);
}
