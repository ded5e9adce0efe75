/* SPDX-License-Identifier: BSD-2-Clause */
/* The magic pages in a record, for arch.c: see ../architecture.h. */
#ifndef PARACALL_LIB_POWERPC_SAVE_H
#define PARACALL_LIB_POWERPC_SAVE_H

#include "../machine.h"
#include "../record.h"

void powerpc_save(struct paracall_machine *machine, struct record_writer *writer);
void powerpc_save_cpu(struct paracall_cpu *cpu, struct record_writer *writer);
int powerpc_load(struct paracall_machine *machine, struct record_reader *reader, bool is_real);
int powerpc_load_cpu(struct paracall_cpu *cpu, struct record_reader *reader, bool is_real);

#endif /* PARACALL_LIB_POWERPC_SAVE_H */
