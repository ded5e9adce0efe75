/* SPDX-License-Identifier: BSD-2-Clause */
/* What a vCPU's life means for its record of steal time; see ../architecture.h. */
#ifndef PARACALL_LIB_LOONGARCH_STEAL_TIME_H
#define PARACALL_LIB_LOONGARCH_STEAL_TIME_H

#include "../record.h"
#include "state.h"

/* [vCPU] The record is written to no more. */
void loongarch_steal_time_stop(struct paracall_cpu *cpu);

/* [vCPU] Reports to the guest what came since. */
void loongarch_steal_time_update(struct paracall_cpu *cpu);

/* [vCPU, while none runs] See paracall_set_mark(). */
bool loongarch_steal_time_set_mark(struct paracall_cpu *cpu);
enum paracall_mark loongarch_steal_time_check_mark(struct paracall_cpu *cpu);

/* [stopped] As a record; see ../architecture.h. */
void loongarch_steal_time_save(struct paracall_cpu *cpu, struct record_writer *writer);
int loongarch_steal_time_load(struct paracall_cpu *cpu, struct record_reader *reader,
			      bool is_real);

/* [vCPU] For fault injection: whether the guest looks there; and so much more. */
bool loongarch_steal_time_is_running(struct paracall_cpu *cpu);
void loongarch_steal_time_more(struct paracall_cpu *cpu, int64_t nanoseconds);

#endif /* PARACALL_LIB_LOONGARCH_STEAL_TIME_H */
