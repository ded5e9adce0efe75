/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Exceptions other than the #UD that QEMU itself raises for a hypercall. Its
 * interface has no function for that. So the vCPU is sent to an address that
 * can't be executed; QEMU raises that exception, completely,
 * and the differences that the guest could see are corrected before the handler runs.
 */
#ifndef PARACALL_QEMU_X86_EXCEPTIONS_H
#define PARACALL_QEMU_X86_EXCEPTIONS_H

#include "site.h"

/*
 * In the callback of the instruction at @pc: raise that. Returns only if it
 * can't be done here.
 */
void exception_general_protection(struct vcpu *vcpu, const struct site *site, uint64_t pc);
void exception_page_fault(struct vcpu *vcpu, const struct site *site, uint64_t pc,
			  uint64_t error_code, uint64_t address);

/*
 * The exception that execution at @trap raises, as if it came from @pc and with
 * this error code and cr2. Does not return.
 */
void exception_raise_at(struct vcpu *vcpu, uint64_t trap, uint64_t pc, uint64_t error_code,
			uint64_t cr2);

/* While vcpu->raised.trap is set. QEMU is about to deliver an exception of @from. */
void exception_raised(struct vcpu *vcpu, uint64_t from);

/*
 * QEMU has delivered one of vcpu->raised.trap, or an interrupt there; the vCPU is
 * at the handler. True if it was an exception.
 */
bool exception_taken(struct vcpu *vcpu);

#endif /* PARACALL_QEMU_X86_EXCEPTIONS_H */
