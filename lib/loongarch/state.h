/* SPDX-License-Identifier: BSD-2-Clause */
/* What the library knows of a LoongArch guest beside what all have. */
#ifndef PARACALL_LIB_LOONGARCH_STATE_H
#define PARACALL_LIB_LOONGARCH_STATE_H

#include "../machine.h"

struct loongarch_cpu {
	struct paracall_cpu cpu;
	/* What the guest last said of its record of steal time; 0: nothing. */
	uint64_t steal_time;
	/* Of the engine's run delay, what the guest has received; see ../run_delay.h. */
	uint64_t reported_run_delay;
	/* The version that the record then had; 0: it was not written. */
	uint32_t steal_version;
};

struct loongarch_machine {
	struct paracall_machine machine;
	/* A record with a version that was written while no vCPU ran; see steal_time.c. */
	_Atomic(bool) has_mark;
	struct paracall_gpa mark_place;
	uint64_t mark_steal;
	uint32_t mark_version;
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
