/* SPDX-License-Identifier: BSD-2-Clause */
/* Steal time that nobody stole. */
#ifndef PARACALL_LIB_X86_STEAL_TIME_H
#define PARACALL_LIB_X86_STEAL_TIME_H

#include "../machine.h"

/* Whether the guest wants to be told, and can be. */
bool paracall_steal_is_running(struct paracall_cpu *cpu);

/* Tell it of so much more; on the vCPU's thread, while that is so. */
void paracall_steal_more(struct paracall_cpu *cpu, uint64_t nanoseconds);

/* What the host's scheduler counted meanwhile, in paracall_update(). */
void paracall_update_steal_time(struct paracall_cpu *cpu);

#endif /* PARACALL_LIB_X86_STEAL_TIME_H */
