/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The page fault is raised by sending the vCPU to the address that is the token,
 * where programs have no page. If an interrupt gets in between there is none.
 */
#include "async_pf.h"

#include "exceptions.h"

#define EFLAGS_IF (1u << 9)

/* Linux stops the guest for a fault that comes while interrupts are off. */
static bool can_raise(struct vcpu *vcpu)
{
	return !paracall_qemu_engine.is_single_threaded &&
	       register_read(vcpu, X86_EFLAGS) & EFLAGS_IF;
}

void async_pf_raise(unsigned int index, void *userdata)
{
	struct vcpu *vcpu = vcpu_by_index(index);
	struct site site = site_unpack(userdata);
	uint64_t rip;
	uint64_t physical;
	uint32_t token;

	qemu_plugin_u64_set(x86_machine()->wants_async_pf, index, 0);
	if (!vcpu || !can_raise(vcpu))
		return;
	rip = site_next_pc(vcpu, &site);
	token = paracall_async_pf_begin(vcpu->cpu);
	if (!token)
		return;
	/* A program may have a page there: then try later. */
	if (qemu_plugin_translate_vaddr(token, &physical)) {
		paracall_async_pf_cancel(vcpu->cpu, token);
		return;
	}
	x86_vcpu(vcpu)->async_pf.token = token;
	exception_raise_at(vcpu, token, rip, 0, token);
}

static void begin_wait(struct vcpu *vcpu)
{
	if (x86_vcpu(vcpu)->async_pf.is_waiting)
		return;
	x86_vcpu(vcpu)->async_pf.is_waiting = true;
	x86_vcpu(vcpu)->async_pf.end_nanoseconds =
		x86_vcpu(vcpu)->updated_nanoseconds + x86_machine()->async_pf_delay;
}

void async_pf_settled(struct vcpu *vcpu, bool was_delivered)
{
	uint32_t token = x86_vcpu(vcpu)->async_pf.token;

	if (!token)
		return;
	x86_vcpu(vcpu)->async_pf.token = 0;
	if (was_delivered)
		begin_wait(vcpu);
	else
		paracall_async_pf_cancel(vcpu->cpu, token);
}

void async_pf_update(struct vcpu *vcpu, unsigned int index, uint64_t nanoseconds)
{
	struct x86_machine *machine = x86_machine();

	/* Also of a guest that was saved where there were such. */
	if (x86_vcpu(vcpu)->async_pf.is_waiting &&
	    nanoseconds >= x86_vcpu(vcpu)->async_pf.end_nanoseconds)
		async_pf_halt(vcpu);
	if (!machine->async_pf_every || nanoseconds < x86_vcpu(vcpu)->async_pf.next_nanoseconds)
		return;
	x86_vcpu(vcpu)->async_pf.next_nanoseconds = nanoseconds + machine->async_pf_every;
	qemu_plugin_u64_set(machine->wants_async_pf, index, 1);
}

void async_pf_halt(struct vcpu *vcpu)
{
	if (!x86_vcpu(vcpu)->async_pf.is_waiting)
		return;
	x86_vcpu(vcpu)->async_pf.is_waiting = false;
	paracall_async_pf_end(vcpu->cpu);
}
