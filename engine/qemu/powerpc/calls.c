/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "calls.h"

#include "../spin.h"
#include "../trace.h"
#include "current.h"
#include "idle.h"
#include "registers.h"
#include "site.h"
#include "sprg.h"

/* Numbers of PAPR's calls. */
#define H_SET_SPRG0 0x24
#define H_CONFER 0xe4
#define H_GUEST_RUN_VCPU 0x480
#define KVMPPC_H_ENTER_NESTED 0xf804

uint64_t powerpc_program_counter(void *context)
{
	const struct vcpu *vcpu = context;

	return vcpu->site_pc;
}

/* KVM uses MSR[SF], which Book E lacks: arch/powerpc/kvm/powerpc.c, kvmppc_kvm_pv. */
static void call(struct vcpu *vcpu, const struct powerpc_site *site)
{
	bool is_64bit = site->is_64bit && !powerpc_is_book_e();

	paracall_epapr_hypercall(vcpu->cpu, is_64bit ? PARACALL_MODE_64BIT : 0);
}

void powerpc_call_marker(unsigned int index, void *userdata)
{
	struct powerpc_site site = powerpc_site_unpack(userdata);
	struct vcpu *vcpu = powerpc_vcpu_current(index, site.is_big_endian);

	if (!vcpu)
		return;
	trace_note_site(vcpu, userdata, site.pc);
	call(vcpu, &site);
	if (powerpc_vcpu(vcpu)->wants_idle)
		idle_wait(vcpu, &site);
}

/* Instead of the instruction, of which QEMU would make a system call. */
static void call_and_step_over(struct vcpu *vcpu, const struct powerpc_site *site,
			       void *userdata)
{
	trace_note_site(vcpu, userdata, site->pc);
	call(vcpu, site);
	if (powerpc_vcpu(vcpu)->wants_idle)
		idle_wait(vcpu, NULL);
	qemu_plugin_set_pc(powerpc_site_after(site, 4));
}

void powerpc_call_sc(unsigned int index, void *userdata)
{
	struct powerpc_site site = powerpc_site_unpack(userdata);
	struct vcpu *vcpu = powerpc_vcpu_current(index, site.is_big_endian);

	if (vcpu && (uint32_t)register_read(vcpu, PARACALL_POWERPC_R0) == PARACALL_KVM_SC_MAGIC)
		call_and_step_over(vcpu, &site, userdata);
}

/* Whatever r0 holds: arch/powerpc/kvm/booke.c, BOOKE_INTERRUPT_HV_SYSCALL. */
void powerpc_call_sc_1(unsigned int index, void *userdata)
{
	struct powerpc_site site = powerpc_site_unpack(userdata);
	struct vcpu *vcpu = powerpc_vcpu_current(index, site.is_big_endian);

	if (vcpu)
		call_and_step_over(vcpu, &site, userdata);
}

/*
 * PAPR's calls that QEMU serves by the SPRGs: hw/ppc/spapr_hcall.c, h_set_sprg0, and
 * spapr_nested.c, nested_save_state and nested_load_state.
 */
static bool uses_sprgs(uint64_t number)
{
	return number == H_SET_SPRG0 || number == H_GUEST_RUN_VCPU ||
	       number == KVMPPC_H_ENTER_NESTED;
}

/*
 * After H_CEDE it waits, until it does anything again. If it need not wait, it
 * continues at once, and that is noticed soon. H_CONFER ends the vCPU's turn in QEMU, which
 * helps another one only if one thread runs all vCPUs.
 */
static void note_spinning(struct vcpu *vcpu, uint64_t number, void *userdata, uint64_t pc)
{
	if (number == POWERPC_H_CEDE) {
		spin_note_halt(vcpu);
		return;
	}
	spin_note_wake(vcpu);
	if (number == H_CONFER)
		spin_give_way(vcpu, userdata, pc);
}

void powerpc_call_papr(unsigned int index, void *userdata)
{
	struct powerpc_site site = powerpc_site_unpack(userdata);
	struct vcpu *vcpu = powerpc_vcpu_current(index, site.is_big_endian);
	uint64_t number;

	if (!vcpu)
		return;
	if (idle_is_here(vcpu, &site)) {
		spin_note_halt(vcpu);
		return;
	}
	number = register_read(vcpu, PARACALL_POWERPC_R3);
	if (powerpc_vcpu(vcpu)->keeps_sprgs && uses_sprgs(number))
		sprg_give_back(vcpu);
	trace_note_site(vcpu, userdata, site.pc);
	paracall_papr_hypercall_number(vcpu->cpu, number);
	note_spinning(vcpu, number, userdata, site.pc);
}

void powerpc_call_hint(unsigned int index, void *userdata)
{
	struct powerpc_site site = powerpc_site_unpack(userdata);
	struct vcpu *vcpu = powerpc_vcpu_current(index, site.is_big_endian);

	if (vcpu)
		spin_hint(vcpu, userdata, site.pc);
}
