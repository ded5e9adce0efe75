/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which vCPU runs. */
#ifndef PARACALL_QEMU_S390_CURRENT_H
#define PARACALL_QEMU_S390_CURRENT_H

#include "../engine.h"

/*
 * The vCPU that runs, in a callback of an instruction: with one thread for all
 * vCPUs QEMU's @index is that of whichever translated the block. NULL if there
 * is none.
 */
struct vcpu *s390_vcpu_current(unsigned int index);

/* It has just taken an interruption; of these QEMU names the right one. */
void s390_vcpu_note(struct vcpu *vcpu);

/* Another vCPU sets its prefix area, as kernels do before they start it. */
void s390_vcpu_note_prefix(struct vcpu *vcpu, uint64_t prefix);

#endif /* PARACALL_QEMU_S390_CURRENT_H */
