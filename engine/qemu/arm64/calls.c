/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "calls.h"

#include "../clock.h"
#include "../current.h"
#include "../load.h"
#include "../readings.h"
#include "../spin.h"
#include "../trace.h"
#include "counter.h"
#include "registers.h"
#include "state.h"

#define PAGE_MASK 0xfffu
#define SIZE 4

/*
 * QEMU shares a block between all addresses at which its page is mapped. While one runs,
 * QEMU's pc is that of its first instruction or of a later one before the hooked one;
 * and blocks are shorter than a page.
 */
uint64_t arm64_site_pc(struct vcpu *vcpu, void *userdata)
{
	uint64_t pc = register_read(vcpu, ARM64_PC);

	return pc + (((uintptr_t)userdata - pc) & PAGE_MASK);
}

uint64_t arm64_program_counter(void *context)
{
	struct vcpu *vcpu = context;

	if (vcpu->site && !vcpu->site_pc)
		vcpu->site_pc = arm64_site_pc(vcpu, vcpu->site);
	return vcpu->site_pc;
}

/*
 * ---- Which vCPU runs, with one thread for all --------------------------------
 *
 * Kernels have another number in TPIDR_EL1 on each; before they do, it is 0. It is noted when
 * QEMU names the vCPU. One that was just started is the only one without a number.
 */

static bool has_numbers(void)
{
	return paracall_qemu_engine.is_single_threaded && register_exists(ARM64_TPIDR);
}

static void note_number(struct vcpu *vcpu)
{
	uint64_t number;

	atomic_store_explicit(&vcpu->is_stopped, false, memory_order_relaxed);
	number = register_read(vcpu, ARM64_TPIDR);
	if (number)
		current_note(vcpu, number);
}

static struct vcpu *current_vcpu(unsigned int index)
{
	struct vcpu *vcpu = vcpu_by_index(index);
	uint64_t number = vcpu && has_numbers() ? register_read(vcpu, ARM64_TPIDR) : 0;

	return number ? current_find(index, number) : vcpu;
}

/* MPIDR's affinity, as QEMU's machine virt numbers vCPUs: 16 in a cluster, or less than that. */
#define CLUSTER 16

static struct vcpu *vcpu_of_affinity(uint64_t affinity)
{
	uint64_t cluster = affinity >> 8;
	uint64_t number = affinity & 0xff;

	return cluster > 0xff || number >= CLUSTER ? NULL
						   : vcpu_by_index(cluster * CLUSTER + number);
}

/* What has just been left to QEMU, on this thread. */
struct left_call {
	/* NULL: nothing. */
	struct vcpu *vcpu;
	/* With one thread for all vCPUs: X0 and X1, which are lost when it is done. */
	uint32_t function;
	uint64_t affinity;
};

static _Thread_local struct left_call left_to_qemu;

static void note_left(struct vcpu *vcpu)
{
	left_to_qemu.vcpu = vcpu;
	if (!has_numbers())
		return;
	left_to_qemu.function = (uint32_t)register_read(vcpu, PARACALL_ARM64_X0);
	left_to_qemu.affinity = register_read(vcpu, PARACALL_ARM64_X1);
}

/* A vCPU that is started has no number yet, whatever it had when it was switched off. */
static void note_started(uint64_t affinity)
{
	struct vcpu *target = vcpu_of_affinity(affinity);

	if (!target)
		return;
	current_forget(target);
	atomic_store(&target->is_stopped, false);
}

/* PSCI's CPU_ON and CPU_OFF, by their lower halves, are done; @vcpu called. */
static void note_power(struct vcpu *vcpu, const struct left_call *left)
{
	if (left->vcpu && left->function == PARACALL_PSCI_CPU_OFF) {
		current_forget(vcpu);
		atomic_store(&vcpu->is_stopped, true);
		return;
	}
	note_number(vcpu);
	if (left->vcpu && (left->function & ~PARACALL_SMCCC_64BIT) == PARACALL_PSCI_CPU_ON &&
	    register_read(vcpu, PARACALL_ARM64_X0) == PARACALL_SMCCC_SUCCESS)
		note_started(left->affinity);
}

/* NULL if it is the engine's own. */
static struct vcpu *served_vcpu(unsigned int index)
{
	return atomic_load_explicit(&arm64_machine()->is_served, memory_order_relaxed)
		       ? current_vcpu(index)
		       : NULL;
}

static void step_over(struct vcpu *vcpu, void *userdata)
{
	qemu_plugin_set_pc(arm64_site_pc(vcpu, userdata) + SIZE);
}

void arm64_call_hvc(unsigned int index, void *userdata)
{
	struct vcpu *vcpu = served_vcpu(index);

	left_to_qemu.vcpu = NULL;
	if (!vcpu)
		return;
	trace_note_site(vcpu, userdata, 0);
	if (paracall_smccc(vcpu->cpu, PARACALL_SMCCC_HVC) == PARACALL_SMCCC_DONE)
		step_over(vcpu, userdata);
	else
		note_left(vcpu);
}

/*
 * KVM leaves 0 in X1 to X3 after those calls, too, and QEMU what was there. A call that
 * waits does not come here.
 */
void arm64_call_done(unsigned int index, int type, uint64_t from, uint64_t to, void *userdata)
{
	struct left_call left = left_to_qemu;
	struct vcpu *vcpu = vcpu_by_index(index);

	(void)type;
	(void)from;
	(void)to;
	(void)userdata;
	left_to_qemu.vcpu = NULL;
	if (vcpu && has_numbers())
		note_power(vcpu, &left);
	for (unsigned int i = PARACALL_ARM64_X1; left.vcpu && i <= PARACALL_ARM64_X3; i++)
		register_write(left.vcpu, i, 0);
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
	left_to_qemu.vcpu = NULL;
	if (!vcpu)
		return;
	load_note_interrupt(vcpu);
	if (has_numbers())
		note_number(vcpu);
	trace_note_site(vcpu, NULL, from);
	readings_end(vcpu);
	spin_note_wake(vcpu);
	vcpu->spin_hints = 0;
	if (!clock_has_ticked(&arm64_vcpu(vcpu)->updated_nanoseconds))
		return;
	counter_refresh(vcpu);
	paracall_update(vcpu->cpu);
}
