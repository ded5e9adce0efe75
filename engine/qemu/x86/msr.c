/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * QEMU ignores registers that it does not know, so KVM's are served before it
 * sees them. It has no function for plugins that raises an exception either.
 * But it raises one itself for a register that does not exist: so where KVM would
 * refuse, ecx names such a register while QEMU executes the instruction, and is
 * restored when the exception has been delivered, before the guest's handler
 * begins.
 */
#include "msr.h"

#include "../load.h"
#include "../trace.h"
#include "apic.h"
#include "calls.h"
#include "deferred.h"
#include "site.h"

/*
 * Would be the x2APIC's destination format register, but there is none: Intel
 * SDM vol. 3, "x2APIC Register Address Space". QEMU refuses it, too.
 */
#define MSR_THAT_FAULTS 0x80e

/* What wrmsr is to write. */
static uint64_t msr_value(struct vcpu *vcpu)
{
	return (uint32_t)register_read(vcpu, PARACALL_X86_RAX) |
	       register_read(vcpu, PARACALL_X86_RDX) << 32;
}

static void raise_general_protection(struct vcpu *vcpu, uint64_t rcx)
{
	x86_vcpu(vcpu)->hidden_rcx = rcx;
	x86_vcpu(vcpu)->has_hidden_rcx = true;
	register_write(vcpu, PARACALL_X86_RCX, MSR_THAT_FAULTS);
}

void msr_delivered(struct vcpu *vcpu)
{
	if (!x86_vcpu(vcpu)->has_hidden_rcx)
		return;
	x86_vcpu(vcpu)->has_hidden_rcx = false;
	register_write(vcpu, PARACALL_X86_RCX, x86_vcpu(vcpu)->hidden_rcx);
}

/* Where system calls go: these are the first to show where a kernel is. */
#define MSR_SYSENTER_EIP 0x176
#define MSR_LSTAR 0xc0000082

/* Of QEMU's own registers some are of interest to traces. */
static void report_kernel_entry(unsigned int index, void *userdata, uint32_t number)
{
	struct engine *engine = &paracall_qemu_engine;
	uint64_t arguments[2] = { number };
	struct vcpu *vcpu;

	if (!paracall_trace_wants(engine->trace, PARACALL_EVENT_KERNEL_ENTRY) ||
	    (number != MSR_LSTAR && number != MSR_SYSENTER_EIP))
		return;
	vcpu = vcpu_current(index);
	trace_note_site(vcpu, userdata, 0);
	arguments[1] = msr_value(vcpu);
	if (arguments[1])
		paracall_trace_report(vcpu->cpu, PARACALL_EVENT_KERNEL_ENTRY, 0, 0, arguments,
				      2);
}

/* What rdmsr and wrmsr have in common; NULL if the register is QEMU's. */
static struct vcpu *find_vcpu(unsigned int index, uint64_t *rcx)
{
	struct vcpu *vcpu = vcpu_by_index(index);

	*rcx = 0;
	if (!vcpu)
		return NULL;
	*rcx = register_read(vcpu, PARACALL_X86_RCX);
	return paracall_msr_is_ours((uint32_t)*rcx) ? vcpu_current(index) : NULL;
}

static void write_result(struct vcpu *vcpu, uint64_t value)
{
	register_write(vcpu, PARACALL_X86_RAX, (uint32_t)value);
	register_write(vcpu, PARACALL_X86_RDX, value >> 32);
}

void call_after_rdmsr(unsigned int index, void *userdata)
{
	struct vcpu *vcpu = vcpu_by_index(index);

	(void)userdata;
	if (!vcpu || !x86_vcpu(vcpu)->has_postponed_msr)
		return;
	x86_vcpu(vcpu)->has_postponed_msr = false;
	write_result(vcpu, x86_vcpu(vcpu)->postponed_msr);
}

void call_rdmsr(unsigned int index, void *userdata)
{
	struct site site = site_unpack(userdata);
	struct vcpu *vcpu;
	uint64_t value;
	uint64_t rcx;

	vcpu = vcpu_by_index(index);
	if (vcpu)
		x86_vcpu(vcpu)->has_postponed_msr = false;
	vcpu = find_vcpu(index, &rcx);
	if (!vcpu)
		return;
	call_begin(vcpu, userdata);
	if (paracall_rdmsr(vcpu->cpu, (uint32_t)rcx, &value) != PARACALL_MSR_DONE) {
		raise_general_protection(vcpu, rcx);
		return;
	}
	if (site.is_followed) {
		/* The next instruction finds it by the same number, be it the right one. */
		vcpu = vcpu_by_index(index);
		x86_vcpu(vcpu)->has_postponed_msr = true;
		x86_vcpu(vcpu)->postponed_msr = value;
		return;
	}
	write_result(vcpu, value);
	qemu_plugin_set_pc(site_next_pc(vcpu, &site));
}

void call_wrmsr(unsigned int index, void *userdata)
{
	struct site site = site_unpack(userdata);
	enum paracall_msr_outcome outcome;
	struct vcpu *vcpu;
	uint64_t next_pc;
	uint64_t value;
	uint64_t rcx;

	vcpu = find_vcpu(index, &rcx);
	if (!vcpu) {
		report_kernel_entry(index, userdata, (uint32_t)rcx);
		return;
	}
	call_begin(vcpu, userdata);
	value = msr_value(vcpu);
	next_pc = site_next_pc(vcpu, &site);
	x86_vcpu(vcpu)->is_at_end = site.is_last;
	outcome = paracall_wrmsr(vcpu->cpu, (uint32_t)rcx, value);
	x86_vcpu(vcpu)->is_at_end = false;
	load_save(vcpu);
	if (outcome != PARACALL_MSR_DONE) {
		raise_general_protection(vcpu, rcx);
		return;
	}
	deferred_send(vcpu, next_pc);
	qemu_plugin_set_pc(next_pc);
}
