/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The CPU raises #UD for it, which KVM takes and looks at the instruction:
 * arch/x86/kvm/x86.c, handle_ud() and emulator_fix_hypercall();
 * arch/x86/kvm/emulate.c, group7_rm0 and group7_rm3.
 */
#include "foreign.h"

#include "exceptions.h"
#include "paging.h"

#include <stdatomic.h>

/* Error code of a page fault. */
#define FAULT_PRESENT 1
#define FAULT_WRITE 2
#define FAULT_USER 4

static bool is_foreign(const struct site *site)
{
	const struct x86_machine *machine = x86_machine();
	enum own_instruction other = site->is_vmmcall ? OWN_VMCALL : OWN_VMMCALL;

	return (machine->replacement == REPLACE_NATIVE ||
		machine->replacement == REPLACE_REFUSE) &&
	       atomic_load_explicit(&machine->own, memory_order_relaxed) == other;
}

/*
 * KVM writes the CPU's own instruction with the guest's rights. If the guest
 * cannot write there, it gets the page fault.
 */
static void check_writable(struct vcpu *vcpu, const struct site *site, uint64_t next_pc)
{
	uint64_t pc = next_pc - site->size;
	bool is_user = site->mode & PARACALL_MODE_USER;
	uint64_t error_code = FAULT_PRESENT | FAULT_WRITE | (is_user ? FAULT_USER : 0);

	/* The instruction has two ends, and may be on two pages. */
	if (!paging_may_write(vcpu, pc, is_user))
		exception_page_fault(vcpu, site, pc, error_code, pc);
	else if (!paging_may_write(vcpu, next_pc - 1, is_user))
		exception_page_fault(vcpu, site, pc, error_code, (next_pc - 1) & ~0xfffull);
}

bool foreign_is_refused(struct vcpu *vcpu, const struct site *site, uint64_t next_pc)
{
	if (!is_foreign(site))
		return false;
	/* Of the two vmcall alone is a privileged instruction to KVM's emulator. */
	if (!site->is_vmmcall && site->mode & PARACALL_MODE_USER) {
		exception_general_protection(vcpu, site, next_pc - site->size);
		return true;
	}
	if (x86_machine()->replacement == REPLACE_REFUSE)
		return true;
	if (site->is_flat && !site->is_real)
		check_writable(vcpu, site, next_pc);
	return false;
}
