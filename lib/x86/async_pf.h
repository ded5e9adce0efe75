/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PARACALL_LIB_X86_ASYNC_PF_H
#define PARACALL_LIB_X86_ASYNC_PF_H

#include "../machine.h"

/* What waits of asynchronous page faults, in paracall_update(). */
void paracall_update_async_pf(struct paracall_cpu *cpu);

#endif /* PARACALL_LIB_X86_ASYNC_PF_H */
