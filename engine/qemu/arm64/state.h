/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is kept of an arm64 machine, and of each of its vCPUs. */
#ifndef PARACALL_QEMU_ARM64_STATE_H
#define PARACALL_QEMU_ARM64_STATE_H

#include "../engine.h"
#include "implementations.h"

/* A reading of the counter that is looked at: see counter.c. */
struct reading {
	/* The host's clock before it. */
	uint64_t nanoseconds;
	/* The number of the register that it goes to, and the next instruction's address. */
	unsigned int destination;
	uint64_t next_pc;
};

struct arm64_vcpu {
	struct vcpu vcpu;
	/* When the guest's record was last brought up to date; coarse. */
	uint64_t updated_nanoseconds;
	struct reading reading;
};

struct arm64_machine {
	/* The guest calls its hypervisor, which is to be Paracall. */
	_Atomic(bool) is_served;
	/* By QEMU's command it has an EL2, or firmware at EL3. */
	bool has_own_levels;
	/* What is listed to the guest, before it runs. */
	struct implementations implementations;
	/* Where records of stolen time are, or were, 0: nowhere; and whether they are there. */
	_Atomic(uint64_t) records;
	_Atomic(bool) has_records;
	/* The one that is there after them, or 0; and the last of this process, or 0. */
	uint64_t mark;
	uint64_t last_mark;
};

static inline struct arm64_vcpu *arm64_vcpu(struct vcpu *vcpu)
{
	return (struct arm64_vcpu *)vcpu;
}

static inline struct arm64_machine *arm64_machine(void)
{
	return paracall_qemu_engine.target_machine;
}

#endif /* PARACALL_QEMU_ARM64_STATE_H */
