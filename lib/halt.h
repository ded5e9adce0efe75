/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PARACALL_LIB_HALT_H
#define PARACALL_LIB_HALT_H

#include "machine.h"

/*
 * Kick @target, which was found under @apic_id, on behalf of @cpu, whose thread this
 * is. The engine must have PARACALL_CAN_WAKE.
 */
void halt_kick(struct paracall_cpu *cpu, struct paracall_cpu *target, uint32_t apic_id);

#endif /* PARACALL_LIB_HALT_H */
