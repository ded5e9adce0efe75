/* SPDX-License-Identifier: BSD-2-Clause */
/* KVM_HC_FEATURES. */
#include "../table.h"

uint32_t paracall_features(struct paracall_cpu *cpu, uint32_t mode, const uint64_t *arguments,
			   uint64_t *output)
{
	(void)mode;
	(void)arguments;
	*output = cpu->machine->features;
	return PARACALL_EV_SUCCESS;
}
