/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A plugin can't raise program interruptions, nor step over an instruction that
 * is the target of EXECUTE; and QEMU takes DIAGNOSE's code from the instruction
 * alone. But QEMU has a specification exception for every
 * DIAGNOSE that it doesn't know, and tells when it has delivered one; then it is
 * made into another, or taken back.
 */
#ifndef PARACALL_QEMU_S390_INTERRUPTION_H
#define PARACALL_QEMU_S390_INTERRUPTION_H

#include "../engine.h"

/* Each is for the instruction that QEMU executes next. */

/* Make it this outcome's exception. */
void interruption_expect(enum paracall_diag_outcome outcome);

/* Make it none: the guest goes on there, as if nothing was. */
void interruption_take_back(struct vcpu *vcpu, uint64_t next_pc);

/*
 * Make it a function of DIAGNOSE that QEMU knows: one that it has by its @code,
 * but not where that comes by a base register.
 */
void interruption_detour(struct vcpu *vcpu, uint32_t code, unsigned int r1, unsigned int r3,
			 uint64_t next_pc);

/* Whether the DIAGNOSE before @next_pc is part of a detour; QEMU is to execute it. */
bool interruption_is_detour(struct vcpu *vcpu, uint64_t next_pc);

/* An interruption was delivered, perhaps that one. */
void interruption_delivered(struct vcpu *vcpu);

#endif /* PARACALL_QEMU_S390_INTERRUPTION_H */
