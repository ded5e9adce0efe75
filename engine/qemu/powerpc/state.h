/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is kept of a PowerPC machine, and of each of its vCPUs. */
#ifndef PARACALL_QEMU_POWERPC_STATE_H
#define PARACALL_QEMU_POWERPC_STATE_H

#include "../engine.h"

/* SPRG0 and those that follow, as far as sprg.c is about them. */
#define SPRGS_KEPT 8

struct powerpc_vcpu {
	struct vcpu vcpu;
	/* EV_IDLE was called; where it then waits, see idle.c. */
	bool wants_idle;
	uint64_t idle_pc;
	/* Where to continue after the next instruction. */
	uint64_t next_pc;
	/* What they have, or will have, if that is known; see sprg.c. */
	bool keeps_sprgs;
	uint64_t sprg[SPRGS_KEPT];
};

struct powerpc_machine {
	/* sc 1 is a call of PAPR's, which QEMU serves. */
	bool has_papr;
};

static inline struct powerpc_vcpu *powerpc_vcpu(struct vcpu *vcpu)
{
	return (struct powerpc_vcpu *)vcpu;
}

static inline struct powerpc_machine *powerpc_machine(void)
{
	return paracall_qemu_engine.target_machine;
}

#endif /* PARACALL_QEMU_POWERPC_STATE_H */
