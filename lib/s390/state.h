/* SPDX-License-Identifier: BSD-2-Clause */
/* The state of s390's vCPUs, besides what all have. */
#ifndef PARACALL_LIB_S390_STATE_H
#define PARACALL_LIB_S390_STATE_H

#include "../machine.h"

struct s390_cpu {
	struct paracall_cpu cpu;
	/* The guest requested interrupts about pages; see page_reference.c. */
	_Atomic(bool) has_pfault_token;
};

static inline struct s390_cpu *s390_cpu(struct paracall_cpu *cpu)
{
	return (struct s390_cpu *)cpu;
}

#endif /* PARACALL_LIB_S390_STATE_H */
