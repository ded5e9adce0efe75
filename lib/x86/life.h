/* SPDX-License-Identifier: BSD-2-Clause */
/* x86's part of the life of machines and vCPUs, for arch.c: see ../architecture.h. */
#ifndef PARACALL_LIB_X86_LIFE_H
#define PARACALL_LIB_X86_LIFE_H

#include "../machine.h"

bool x86_is_complete(const struct paracall_engine *engine);
int x86_create(struct paracall_machine *machine);
void x86_choose_mode(struct paracall_cpu *cpu);
void x86_create_cpu(struct paracall_cpu *cpu);
void x86_destroy(struct paracall_machine *machine);
void x86_remove_cpu(struct paracall_cpu *cpu);
void x86_reset_machine(struct paracall_machine *machine);
void x86_reset_shared(struct paracall_cpu *cpu);
void x86_reset_own(struct paracall_cpu *cpu, bool is_whole);
void x86_update(struct paracall_cpu *cpu);

#endif /* PARACALL_LIB_X86_LIFE_H */
