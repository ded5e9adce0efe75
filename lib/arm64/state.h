/* SPDX-License-Identifier: BSD-2-Clause */
/* What arm64's machines and vCPUs have beside what all have. */
#ifndef PARACALL_LIB_ARM64_STATE_H
#define PARACALL_LIB_ARM64_STATE_H

#include "../machine.h"

struct arm64_cpu {
	struct paracall_cpu cpu;
	/* Where the record of stolen time is, plus 1; 0: nowhere. Others may set it. */
	_Atomic(uint64_t) stolen_time_place;
	/* The guest has requested it. */
	bool counts_stolen_time;
	/* The part of the run delay that the guest has received; see ../run_delay.h. */
	uint64_t reported_run_delay;
};

struct arm64_machine {
	struct paracall_machine machine;
	/* Where .arm64 of the machine's engine leads. */
	struct paracall_arm64_engine functions;
};

static inline struct arm64_cpu *arm64_cpu(struct paracall_cpu *cpu)
{
	return (struct arm64_cpu *)cpu;
}

#endif /* PARACALL_LIB_ARM64_STATE_H */
