/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is kept of each vCPU of s390. */
#ifndef PARACALL_QEMU_S390_STATE_H
#define PARACALL_QEMU_S390_STATE_H

#include "../engine.h"

struct s390_vcpu {
	struct vcpu vcpu;
	/* Another vCPU has reset it. */
	_Atomic(bool) was_reset;
	/* What it did last was to reset the machine; see start.c. */
	_Atomic(bool) resets_machine;
};

static inline struct s390_vcpu *s390_vcpu(struct vcpu *vcpu)
{
	return (struct s390_vcpu *)vcpu;
}

#endif /* PARACALL_QEMU_S390_STATE_H */
