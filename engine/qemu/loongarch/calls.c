/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "calls.h"

#include "../clock.h"
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

/* QEMU would make an instruction of it that does not exist. */
void loongarch_call_hvcl(unsigned int index, void *userdata)
{
	struct vcpu *vcpu = vcpu_by_index(index);
	uint64_t pc;

	if (!vcpu)
		return;
	pc = site_pc(vcpu, userdata);
	trace_note_site(vcpu, NULL, pc);
	paracall_hvcl(vcpu->cpu, loongarch_code(loongarch_site_word(userdata)));
	qemu_plugin_set_pc(pc + LOONGARCH_SIZE);
}

static void change_next(struct vcpu *vcpu, const void *site, uint64_t bits, bool replaces)
{
	uint64_t next = (loongarch_site_place(site) + LOONGARCH_SIZE) & LOONGARCH_PLACE_MASK;

	loongarch_vcpu(vcpu)->change = (struct loongarch_change){
		.next = (uint32_t)next + 1,
		.reg = loongarch_rd(loongarch_site_word(site)),
		.bits = bits,
		.replaces = replaces,
	};
}

void loongarch_call_cpucfg(unsigned int index, void *userdata)
{
	struct vcpu *vcpu = vcpu_by_index(index);
	uint32_t number, value;

	if (!vcpu)
		return;
	number = (uint32_t)register_read(vcpu, loongarch_rj(loongarch_site_word(userdata)));
	if (number < PARACALL_KVM_CPUCFG_SIGNATURE || number > PARACALL_KVM_CPUCFG_LAST)
		return;
	note_site(vcpu, userdata);
	if (paracall_cpucfg(vcpu->cpu, number, &value))
		change_next(vcpu, userdata, value, true);
}

void loongarch_call_iocsrrd(unsigned int index, void *userdata)
{
	struct vcpu *vcpu = vcpu_by_index(index);

	if (vcpu &&
	    (uint32_t)register_read(vcpu, loongarch_rj(loongarch_site_word(userdata))) ==
		    PARACALL_LOONGARCH_IOCSR_FEATURES)
		change_next(vcpu, userdata, PARACALL_LOONGARCH_IOCSR_VM, false);
}

/* What comes in between, like an interrupt's code, is not at that place. */
void loongarch_call_next(unsigned int index, void *userdata)
{
	struct vcpu *vcpu = vcpu_by_index(index);
	struct loongarch_change *change;

	if (!vcpu)
		return;
	change = &loongarch_vcpu(vcpu)->change;
	if (change->next != (uintptr_t)userdata + 1)
		return;
	change->next = 0;
	if (change->reg != LOONGARCH_R0)
		register_write(vcpu, change->reg,
			       change->replaces
				       ? change->bits
				       : register_read(vcpu, change->reg) | change->bits);
}

void loongarch_call_forget(struct vcpu *vcpu)
{
	loongarch_vcpu(vcpu)->change.next = 0;
}

/* Not more often than the host's clock ticks. */
void loongarch_call_interrupted(unsigned int index, int type, uint64_t from, uint64_t to,
				void *userdata)
{
	struct vcpu *vcpu = vcpu_by_index(index);
	uint64_t nanoseconds;

	(void)type;
	(void)to;
	(void)userdata;
	if (!vcpu)
		return;
	nanoseconds = clock_coarse_nanoseconds();
	if (nanoseconds == loongarch_vcpu(vcpu)->updated_nanoseconds)
		return;
	loongarch_vcpu(vcpu)->updated_nanoseconds = nanoseconds;
	trace_note_site(vcpu, NULL, from);
	paracall_update(vcpu->cpu);
}
