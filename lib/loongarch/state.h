/* SPDX-License-Identifier: BSD-2-Clause */
/* What the library knows of a LoongArch guest beside what all have. */
#ifndef PARACALL_LIB_LOONGARCH_STATE_H
#define PARACALL_LIB_LOONGARCH_STATE_H

#include "../machine.h"
#include "../steal_mark.h"

struct loongarch_cpu {
	struct paracall_cpu cpu;
	/* What the guest last said of its record of steal time; 0: nothing. */
	uint64_t steal_time;
	/* Of the engine's run delay, what the guest has received; see ../run_delay.h. */
	uint64_t reported_run_delay;
	/* The version that the record then had; see ../steal_mark.h. */
	uint32_t steal_version;
};

struct loongarch_machine {
	struct paracall_machine machine;
	struct steal_mark mark;
};

static inline struct loongarch_cpu *loongarch_cpu(struct paracall_cpu *cpu)
{
	return (struct loongarch_cpu *)cpu;
}

static inline struct loongarch_machine *loongarch_machine_of(const struct paracall_cpu *cpu)
{
	return (struct loongarch_machine *)cpu->machine;
}

#endif /* PARACALL_LIB_LOONGARCH_STATE_H */
