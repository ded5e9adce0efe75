/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "calls.h"

#include "../clock.h"
#include "../readings.h"
#include "../spin.h"
#include "../trace.h"
#include "registers.h"
#include "state.h"

#define PAGE_MASK 0xfffu
#define SIZE 4

/*
 * QEMU shares a block between all addresses at which its page is mapped. While one runs,
 * QEMU's pc is that of its first instruction or of a later one before the hooked one;
 * and blocks are shorter than a page.
 */
static uint64_t site_pc(struct vcpu *vcpu, void *userdata)
{
	uint64_t pc = register_read(vcpu, ARM64_PC);

	return pc + (((uintptr_t)userdata - pc) & PAGE_MASK);
}

uint64_t arm64_program_counter(void *context)
{
	struct vcpu *vcpu = context;

	if (vcpu->site && !vcpu->site_pc)
		vcpu->site_pc = site_pc(vcpu, vcpu->site);
	return vcpu->site_pc;
}

/* NULL if it is the engine's own. */
static struct vcpu *served_vcpu(unsigned int index)
{
	return atomic_load_explicit(&arm64_machine()->is_served, memory_order_relaxed)
		       ? vcpu_by_index(index)
		       : NULL;
}

static void step_over(struct vcpu *vcpu, void *userdata)
{
	qemu_plugin_set_pc(site_pc(vcpu, userdata) + SIZE);
}

/*
 * Who has just called what QEMU does, on this thread. KVM leaves 0 in X1 to X3 behind
 * those calls, too, and QEMU what was there. One that waits does not come back here.
 */
static _Thread_local struct vcpu *left_to_qemu;

void arm64_call_hvc(unsigned int index, void *userdata)
{
	struct vcpu *vcpu = served_vcpu(index);

	left_to_qemu = NULL;
	if (!vcpu)
		return;
	trace_note_site(vcpu, userdata, 0);
	if (paracall_smccc(vcpu->cpu, PARACALL_SMCCC_HVC) == PARACALL_SMCCC_DONE)
		step_over(vcpu, userdata);
	else
		left_to_qemu = vcpu;
}

void arm64_call_done(unsigned int index, int type, uint64_t from, uint64_t to, void *userdata)
{
	struct vcpu *vcpu = left_to_qemu;

	(void)index;
	(void)type;
	(void)from;
	(void)to;
	(void)userdata;
	left_to_qemu = NULL;
	for (unsigned int i = PARACALL_ARM64_X1; vcpu && i <= PARACALL_ARM64_X3; i++)
		register_write(vcpu, i, 0);
}

/* QEMU would make an undefined instruction of it. */
void arm64_call_smc(unsigned int index, void *userdata)
{
	struct vcpu *vcpu = served_vcpu(index);

	if (!vcpu)
		return;
	trace_note_site(vcpu, userdata, 0);
	paracall_smccc(vcpu->cpu, PARACALL_SMCCC_SMC);
	step_over(vcpu, userdata);
}

/* arch/arm64/kvm/handle_exit.c, handle_smc. */
void arm64_call_other_smc(unsigned int index, void *userdata)
{
	struct vcpu *vcpu = served_vcpu(index);

	if (!vcpu)
		return;
	register_write(vcpu, PARACALL_ARM64_X0, UINT64_MAX);
	step_over(vcpu, userdata);
}

void arm64_call_interrupted(unsigned int index, int type, uint64_t from, uint64_t to,
			    void *userdata)
{
	struct vcpu *vcpu = vcpu_by_index(index);

	(void)type;
	(void)to;
	(void)userdata;
	left_to_qemu = NULL;
	if (!vcpu)
		return;
	trace_note_site(vcpu, NULL, from);
	readings_end(vcpu);
	spin_note_wake(vcpu);
	vcpu->spin_hints = 0;
	if (!clock_has_ticked(&arm64_vcpu(vcpu)->updated_nanoseconds))
		return;
	readings_want(vcpu);
	paracall_update(vcpu->cpu);
}
