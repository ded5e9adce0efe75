/* SPDX-License-Identifier: BSD-2-Clause */
/* x86's state in a record, for arch.c: see ../architecture.h. */
#ifndef PARACALL_LIB_X86_SAVE_H
#define PARACALL_LIB_X86_SAVE_H

#include "../machine.h"
#include "../record.h"

void x86_save(struct paracall_machine *machine, struct record_writer *writer);
void x86_save_cpu(struct paracall_cpu *cpu, struct record_writer *writer);
int x86_load(struct paracall_machine *machine, struct record_reader *reader, bool is_real);
int x86_load_cpu(struct paracall_cpu *cpu, struct record_reader *reader, bool is_real);

#endif /* PARACALL_LIB_X86_SAVE_H */
