/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is kept of a RISC-V machine, and of each of its harts. */
#ifndef PARACALL_QEMU_RISCV_STATE_H
#define PARACALL_QEMU_RISCV_STATE_H

#include "../engine.h"

struct riscv_vcpu {
	struct vcpu vcpu;
	/* When the guest's record was last brought up to date; coarse. */
	uint64_t updated_nanoseconds;
	/* It has begun since the last reset; under the machine's lock. */
	bool has_begun;
	/* What the guest's kernel may write to, of that size: see pmp.c. 0: nothing yet. */
	uint64_t writable;
};

struct riscv_machine {
	/* Around beginnings. */
	pthread_mutex_t lock;
	/* The end of memory was searched for. */
	bool knows_memory;
};

static inline struct riscv_vcpu *riscv_vcpu(struct vcpu *vcpu)
{
	return (struct riscv_vcpu *)vcpu;
}

static inline struct riscv_machine *riscv_machine(void)
{
	return paracall_qemu_engine.target_machine;
}

#endif /* PARACALL_QEMU_RISCV_STATE_H */
