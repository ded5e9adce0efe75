/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is kept of a LoongArch machine, and of each of its vCPUs. */
#ifndef PARACALL_QEMU_LOONGARCH_STATE_H
#define PARACALL_QEMU_LOONGARCH_STATE_H

#include "../engine.h"

/* What an instruction gives is changed after it: see calls.h. */
struct loongarch_change {
	bool is_pending;
	/* Where the instruction that comes next is. */
	uint64_t next_pc;
	unsigned int reg;
	/* It gets these bits, beside those that it has or in place of them. */
	uint64_t bits;
	bool replaces;
};

struct loongarch_vcpu {
	struct vcpu vcpu;
	struct loongarch_change change;
	/* When the guest's record was last brought up to date; coarse. */
	uint64_t updated_nanoseconds;
	/* When it last went on after a sleep it was where the machine begins. */
	bool is_at_start;
	/* It is plugged in. */
	_Atomic(bool) is_there;
};

struct loongarch_machine {
	/* Where memory ends was found out. */
	bool has_memory;
	/* With one thread for all vCPUs; else each has its own. */
	struct loongarch_change change;
	/* There, and with -icount: vCPUs that have begun since a reset, and if there was one. */
	_Atomic(unsigned int) begun;
	bool had_reset;
};

static inline struct loongarch_vcpu *loongarch_vcpu(struct vcpu *vcpu)
{
	return (struct loongarch_vcpu *)vcpu;
}

static inline struct loongarch_machine *loongarch_machine(void)
{
	return paracall_qemu_engine.target_machine;
}

#endif /* PARACALL_QEMU_LOONGARCH_STATE_H */
