/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PARACALL_LIB_X86_MAP_GPA_RANGE_H
#define PARACALL_LIB_X86_MAP_GPA_RANGE_H

#include "../machine.h"
#include "../record.h"

/* NULL if out of memory. There is none in a machine without the feature. */
struct private_memory *paracall_private_memory_new(uint32_t max_cpus);
void paracall_private_memory_free(struct private_memory *memory);

/* All of the machine's memory is shared, as at its creation. */
void paracall_private_memory_reset(struct paracall_machine *machine);

/* The ranges in a record; as in ../architecture.h. */
void paracall_private_memory_save(struct paracall_machine *machine,
				  struct record_writer *writer);
int paracall_private_memory_load(struct paracall_machine *machine, struct record_reader *reader,
				 bool is_real);

#endif /* PARACALL_LIB_X86_MAP_GPA_RANGE_H */
