/* SPDX-License-Identifier: BSD-2-Clause */
/* How a vCPU's life affects its record of stolen time; see ../architecture.h. */
#ifndef PARACALL_LIB_ARM64_STOLEN_TIME_H
#define PARACALL_LIB_ARM64_STOLEN_TIME_H

#include "../record.h"
#include "state.h"

/* The record has no place any more. By any thread. */
void stolen_time_forget(struct paracall_cpu *cpu);

/* [vCPU] Nothing is counted until the guest asks again. */
void stolen_time_stop(struct paracall_cpu *cpu);

/* [vCPU] Reports the time stolen since then to the guest. */
void stolen_time_update(struct paracall_cpu *cpu);

/* [stopped] As a record; see ../architecture.h. */
void stolen_time_save(struct paracall_cpu *cpu, struct record_writer *writer);
int stolen_time_load(struct paracall_cpu *cpu, struct record_reader *reader, bool is_real);

/* [vCPU] For fault injection: whether the guest uses it; and add this much. */
bool stolen_time_is_running(struct paracall_cpu *cpu);
void stolen_time_more(struct paracall_cpu *cpu, int64_t nanoseconds);

#endif /* PARACALL_LIB_ARM64_STOLEN_TIME_H */
