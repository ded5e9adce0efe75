/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A plugin cannot raise program interruptions, nor step over an instruction that
 * is the target of EXECUTE; and QEMU takes DIAGNOSE's code from the instruction
 * alone. But QEMU raises a specification exception for every
 * DIAGNOSE that it lacks, and reports when it has delivered one; then it is
 * changed into another one, or undone.
 */
#ifndef PARACALL_QEMU_S390_INTERRUPTION_H
#define PARACALL_QEMU_S390_INTERRUPTION_H

#include "../engine.h"

/* Each is for the instruction that QEMU executes next. */

/* Make it this outcome's exception. */
void interruption_expect(enum paracall_diag_outcome outcome);

/* Undo it: the guest continues there, as if nothing had happened. */
void interruption_take_back(struct vcpu *vcpu, uint64_t next_pc);

/*
 * Make it a function of DIAGNOSE that QEMU has: one that it has by its @code,
 * but not if the code comes from a base register.
 */
void interruption_detour(struct vcpu *vcpu, uint32_t code, unsigned int r1, unsigned int r3,
			 uint64_t next_pc);

/* Whether the DIAGNOSE before @next_pc is part of a detour, and QEMU's to execute. */
bool interruption_is_detour(struct vcpu *vcpu, uint64_t next_pc);

/* An interruption was delivered, perhaps that one. */
void interruption_delivered(struct vcpu *vcpu);

#endif /* PARACALL_QEMU_S390_INTERRUPTION_H */
