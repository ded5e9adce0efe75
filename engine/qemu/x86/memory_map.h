/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where a PC has memory. */
#ifndef PARACALL_QEMU_X86_MEMORY_MAP_H
#define PARACALL_QEMU_X86_MEMORY_MAP_H

#include "../memory.h"

/* Determined before the guest's first instruction: later, devices can be anywhere. */
void memory_map_probe(struct vcpu *vcpu);

/* Whether that was done, and any memory responded. */
bool memory_map_is_known(void);

/* As well as possible for a guest that was loaded while it ran. */
void memory_map_probe_late(struct vcpu *vcpu);

#endif /* PARACALL_QEMU_X86_MEMORY_MAP_H */
