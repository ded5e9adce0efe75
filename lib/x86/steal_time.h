/* SPDX-License-Identifier: BSD-2-Clause */
/* Injected steal time. */
#ifndef PARACALL_LIB_X86_STEAL_TIME_H
#define PARACALL_LIB_X86_STEAL_TIME_H

#include "../machine.h"

/* Whether the guest has requested it, and it is possible. */
bool paracall_steal_is_running(struct paracall_cpu *cpu);

/* Add this much; on the vCPU's thread, while the former is true. */
void paracall_steal_more(struct paracall_cpu *cpu, uint64_t nanoseconds);

/* Add what the host's scheduler counted meanwhile, in paracall_update(). */
void paracall_update_steal_time(struct paracall_cpu *cpu);

#endif /* PARACALL_LIB_X86_STEAL_TIME_H */
