/* SPDX-License-Identifier: BSD-2-Clause */
/* The state of PowerPC's machines and vCPUs, besides what all have. */
#ifndef PARACALL_LIB_POWERPC_STATE_H
#define PARACALL_LIB_POWERPC_STATE_H

#include "magic_page.h"

struct powerpc_cpu {
	struct paracall_cpu cpu;
	struct magic_page magic_page;
};

struct powerpc_machine {
	struct paracall_machine machine;
	/* Where .powerpc of the machine's engine leads. */
	struct paracall_powerpc_engine functions;
	struct magic_page_start magic_page_start;
};

static inline struct powerpc_cpu *powerpc_cpu(struct paracall_cpu *cpu)
{
	return (struct powerpc_cpu *)cpu;
}

static inline struct powerpc_machine *powerpc_machine(struct paracall_machine *machine)
{
	return (struct powerpc_machine *)machine;
}

/* The vCPU's magic page, for reading only. */
static inline const struct magic_page *powerpc_magic_page(const struct paracall_cpu *cpu)
{
	return &((const struct powerpc_cpu *)cpu)->magic_page;
}

#endif /* PARACALL_LIB_POWERPC_STATE_H */
