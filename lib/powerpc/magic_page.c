/* SPDX-License-Identifier: BSD-2-Clause */
/* KVM_HC_PPC_MAP_MAGIC_PAGE, which no engine can do yet. */
#include "../table.h"

uint32_t paracall_magic_page_map(struct paracall_cpu *cpu, uint32_t mode,
				 const uint64_t *arguments, uint64_t *output)
{
	(void)cpu;
	(void)mode;
	(void)arguments;
	(void)output;
	return PARACALL_EV_UNIMPLEMENTED;
}
