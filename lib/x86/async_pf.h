/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PARACALL_LIB_X86_ASYNC_PF_H
#define PARACALL_LIB_X86_ASYNC_PF_H

#include "../record.h"
#include "state.h"

/* What waits of asynchronous page faults, in paracall_update(). */
void paracall_update_async_pf(struct paracall_cpu *cpu);

/* In a record. False if the guest of @cpu can't wait for these, with @en in its register. */
void paracall_async_pf_save(const struct x86_cpu *cpu, struct record_writer *writer);
bool paracall_async_pf_load(const struct paracall_cpu *cpu, uint64_t en,
			    struct record_reader *reader, struct async_pf *faults);

#endif /* PARACALL_LIB_X86_ASYNC_PF_H */
