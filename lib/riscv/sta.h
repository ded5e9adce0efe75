/* SPDX-License-Identifier: BSD-2-Clause */
/* What a vCPU's life means for its record of steal time; see ../architecture.h. */
#ifndef PARACALL_LIB_RISCV_STA_H
#define PARACALL_LIB_RISCV_STA_H

#include "../record.h"
#include "state.h"

/* [vCPU, or when the machine is made] There is no record any more. */
void sta_stop(struct paracall_cpu *cpu);

/* [vCPU] Reports to the guest what came since. */
void sta_update(struct paracall_cpu *cpu);

/* [vCPU, while none runs] See paracall_set_mark(). */
bool sta_set_mark(struct paracall_cpu *cpu);
enum paracall_mark sta_check_mark(struct paracall_cpu *cpu);

/* [stopped] As a record; see ../architecture.h. */
void sta_save(struct paracall_cpu *cpu, struct record_writer *writer);
int sta_load(struct paracall_cpu *cpu, struct record_reader *reader, bool is_real);

/* [vCPU] For fault injection: whether the guest looks there; and so much more. */
bool sta_is_running(struct paracall_cpu *cpu);
void sta_more(struct paracall_cpu *cpu, int64_t nanoseconds);

#endif /* PARACALL_LIB_RISCV_STA_H */
