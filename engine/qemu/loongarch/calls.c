/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "calls.h"

#include "../clock.h"
#include "../current.h"
#include "../load.h"
#include "../trace.h"
#include "registers.h"
#include "site.h"
#include "state.h"

/*
 * Blocks end with their page, and go on directly to others of that page only. So QEMU's pc
 * is in the page of the instruction, whatever block it is of.
 */
static uint64_t site_pc(struct vcpu *vcpu, const void *site)
{
	return (register_read(vcpu, LOONGARCH_PC) & ~LOONGARCH_PLACE_MASK) |
	       loongarch_site_place(site);
}

/* Only a trace wants to know the place. */
static void note_site(struct vcpu *vcpu, const void *site)
{
	trace_note_site(vcpu, NULL, paracall_qemu_engine.trace ? site_pc(vcpu, site) : 0);
}

uint64_t loongarch_program_counter(void *context)
{
	const struct vcpu *vcpu = context;

	return vcpu->site_pc;
}

/*
 * With one thread for all vCPUs: kernels have the offset of a vCPU's variables in $r21, which is
 * another one for each; before they do, it is 0. In user mode programs have it.
 */
static struct vcpu *current_vcpu(unsigned int index)
{
	struct vcpu *vcpu = vcpu_by_index(index);
	uint64_t offset;

	if (!vcpu || !paracall_qemu_engine.is_single_threaded ||
	    !loongarch_is_kernel_address(register_read(vcpu, LOONGARCH_PC)))
		return vcpu;
	offset = register_read(vcpu, LOONGARCH_R21);
	return offset ? current_find(index, offset) : vcpu;
}

/* An interrupt came at @from: here QEMU names the vCPU. */
static void note_offset(struct vcpu *vcpu, uint64_t from)
{
	uint64_t offset = 0;

	if (paracall_qemu_engine.is_single_threaded && loongarch_is_kernel_address(from))
		offset = register_read(vcpu, LOONGARCH_R21);
	if (offset)
		current_note(vcpu, offset);
}

/* QEMU would make an instruction of it that does not exist. */
void loongarch_call_hvcl(unsigned int index, void *userdata)
{
	struct vcpu *vcpu = current_vcpu(index);
	uint64_t pc;

	if (!vcpu)
		return;
	pc = site_pc(vcpu, userdata);
	trace_note_site(vcpu, NULL, pc);
	paracall_hvcl(vcpu->cpu, loongarch_code(loongarch_site_word(userdata)));
	qemu_plugin_set_pc(pc + LOONGARCH_SIZE);
}

/* With one thread for all vCPUs QEMU's number is that of whichever translated the block. */
static struct loongarch_change *change_of(struct vcpu *vcpu)
{
	return paracall_qemu_engine.is_single_threaded ? &loongarch_machine()->change
						       : &loongarch_vcpu(vcpu)->change;
}

static void change_next(struct vcpu *vcpu, const void *site, uint64_t bits, bool replaces)
{
	*change_of(vcpu) = (struct loongarch_change){
		.is_pending = true,
		.next_pc = site_pc(vcpu, site) + LOONGARCH_SIZE,
		.reg = loongarch_rd(loongarch_site_word(site)),
		.bits = bits,
		.replaces = replaces,
	};
}

/* Before it is executed: whether it is KVM's, and what it gives. */
static bool take_cpucfg(struct vcpu *vcpu, const void *site, uint32_t *value)
{
	uint32_t number =
		(uint32_t)register_read(vcpu, loongarch_rj(loongarch_site_word(site)));

	if (number < PARACALL_KVM_CPUCFG_SIGNATURE || number > PARACALL_KVM_CPUCFG_LAST)
		return false;
	note_site(vcpu, site);
	return paracall_cpucfg(vcpu->cpu, number, value);
}

void loongarch_call_cpucfg(unsigned int index, void *userdata)
{
	struct vcpu *vcpu = current_vcpu(index);
	uint32_t value;

	if (vcpu && take_cpucfg(vcpu, userdata, &value))
		change_next(vcpu, userdata, value, true);
}

void loongarch_call_last_cpucfg(unsigned int index, void *userdata)
{
	struct vcpu *vcpu = current_vcpu(index);
	unsigned int to = loongarch_rd(loongarch_site_word(userdata));
	uint64_t next_pc;
	uint32_t value;

	if (!vcpu || !take_cpucfg(vcpu, userdata, &value))
		return;
	next_pc = site_pc(vcpu, userdata) + LOONGARCH_SIZE;
	if (to != LOONGARCH_R0)
		register_write(vcpu, to, value);
	qemu_plugin_set_pc(next_pc);
}

/* All bits of the address count: QEMU has nothing at others whose lower half is the same. */
void loongarch_call_iocsrrd(unsigned int index, void *userdata)
{
	struct vcpu *vcpu = vcpu_by_index(index);

	if (vcpu && register_read(vcpu, loongarch_rj(loongarch_site_word(userdata))) ==
			    PARACALL_LOONGARCH_IOCSR_FEATURES)
		change_next(vcpu, userdata, PARACALL_LOONGARCH_IOCSR_VM, false);
}

/* What comes next is at @pc: if that is where the change belongs, it is made. */
static void end_change(struct vcpu *vcpu, struct loongarch_change *change, uint64_t pc)
{
	change->is_pending = false;
	if (change->next_pc == pc && change->reg != LOONGARCH_R0)
		register_write(vcpu, change->reg,
			       change->replaces
				       ? change->bits
				       : register_read(vcpu, change->reg) | change->bits);
}

void loongarch_call_next(unsigned int index, void *userdata)
{
	struct vcpu *vcpu = vcpu_by_index(index);
	struct loongarch_change *change;

	if (!vcpu)
		return;
	change = change_of(vcpu);
	if (change->is_pending)
		end_change(vcpu, change,
			   (register_read(vcpu, LOONGARCH_PC) & ~LOONGARCH_PLACE_MASK) |
				   (uintptr_t)userdata);
}

void loongarch_call_forget(struct vcpu *vcpu)
{
	change_of(vcpu)->is_pending = false;
	current_forget(vcpu);
}

/* It came before the next instruction, or the reading itself was not allowed. */
void loongarch_call_broken_off(unsigned int index, int type, uint64_t from, uint64_t to,
			       void *userdata)
{
	struct vcpu *vcpu = vcpu_by_index(index);
	struct loongarch_change *change;

	(void)type;
	(void)to;
	(void)userdata;
	if (!vcpu)
		return;
	change = change_of(vcpu);
	if (change->is_pending)
		end_change(vcpu, change, from);
}

void loongarch_call_interrupted(unsigned int index, int type, uint64_t from, uint64_t to,
				void *userdata)
{
	struct vcpu *vcpu = vcpu_by_index(index);

	if (!vcpu)
		return;
	load_note_interrupt(vcpu);
	loongarch_call_broken_off(index, type, from, to, userdata);
	note_offset(vcpu, from);
	if (!clock_has_ticked(&loongarch_vcpu(vcpu)->updated_nanoseconds))
		return;
	trace_note_site(vcpu, NULL, from);
	paracall_update(vcpu->cpu);
}
