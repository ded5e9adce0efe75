/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "calls.h"

#include "../clock.h"
#include "../load.h"
#include "../spin.h"
#include "../trace.h"
#include "registers.h"
#include "state.h"

#define PAGE_MASK 0xfffu
#define SIZE 4

/*
 * QEMU shares a block between all addresses at which its page is mapped. While one runs,
 * QEMU's pc is that of its first instruction or of a later one before the hooked one; and
 * an instruction that begins in another page begins a block.
 */
static uint64_t site_pc(struct vcpu *vcpu, void *userdata)
{
	uint64_t pc = register_read(vcpu, RISCV_PC);

	return pc + (((uintptr_t)userdata - pc) & PAGE_MASK);
}

uint64_t riscv_program_counter(void *context)
{
	struct vcpu *vcpu = context;

	if (vcpu->site && !vcpu->site_pc)
		vcpu->site_pc = site_pc(vcpu, vcpu->site);
	return vcpu->site_pc;
}

/* QEMU numbers harts by their ids, unless a machine has gaps there. */
struct vcpu *riscv_vcpu_current(unsigned int index)
{
	struct vcpu *vcpu = vcpu_by_index(index);
	struct vcpu *found;

	if (!vcpu || !paracall_qemu_engine.is_single_threaded ||
	    !register_exists(RISCV_MHARTID))
		return vcpu;
	found = vcpu_by_index((unsigned int)register_read(vcpu, RISCV_MHARTID));
	return found ? found : vcpu;
}

void riscv_call_ecall(unsigned int index, void *userdata)
{
	struct vcpu *vcpu = riscv_vcpu_current(index);

	if (!vcpu)
		return;
	trace_note_site(vcpu, userdata, 0);
	if (paracall_sbi(vcpu->cpu) == PARACALL_SBI_DONE)
		qemu_plugin_set_pc(site_pc(vcpu, userdata) + SIZE);
}

void riscv_call_interrupted(unsigned int index, int type, uint64_t from, uint64_t to,
			    void *userdata)
{
	struct vcpu *vcpu = vcpu_by_index(index);

	(void)type;
	(void)to;
	(void)userdata;
	if (!vcpu)
		return;
	load_note_interrupt(vcpu);
	trace_note_site(vcpu, NULL, from);
	spin_note_wake(vcpu);
	vcpu->spin_hints = 0;
	if (clock_has_ticked(&riscv_vcpu(vcpu)->updated_nanoseconds))
		paracall_update(vcpu->cpu);
}
