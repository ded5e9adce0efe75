/* SPDX-License-Identifier: BSD-2-Clause */
/* What the library knows of a RISC-V guest's vCPUs. */
#ifndef PARACALL_LIB_RISCV_STATE_H
#define PARACALL_LIB_RISCV_STATE_H

#include "../machine.h"
#include "../steal_mark.h"

struct riscv_cpu {
	struct paracall_cpu cpu;
	/* Where the record of steal time is; NO_RECORD: nowhere. */
	uint64_t sta_record;
	/* Of the engine's run delay, what the guest has received; see ../run_delay.h. */
	uint64_t reported_run_delay;
	/* The sequence that the record then had; see ../steal_mark.h. */
	uint32_t sta_sequence;
};

struct riscv_machine {
	struct paracall_machine machine;
	struct steal_mark mark;
};

/* Not a multiple of the record's size. */
#define NO_RECORD UINT64_MAX

static inline struct riscv_cpu *riscv_cpu(struct paracall_cpu *cpu)
{
	return (struct riscv_cpu *)cpu;
}

static inline struct riscv_machine *riscv_machine_of(const struct paracall_cpu *cpu)
{
	return (struct riscv_machine *)cpu->machine;
}

#endif /* PARACALL_LIB_RISCV_STATE_H */
