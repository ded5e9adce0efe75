/* SPDX-License-Identifier: BSD-2-Clause */
/* KVM_HC_FEATURES. */
#include "calls.h"

int64_t paracall_features(struct paracall_cpu *cpu, struct call *call)
{
	call->outputs[0] = cpu->machine->features;
	return PARACALL_EV_SUCCESS;
}
