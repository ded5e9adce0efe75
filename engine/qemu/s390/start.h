/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The machine's beginning, and its resets. */
#ifndef PARACALL_QEMU_S390_START_H
#define PARACALL_QEMU_S390_START_H

#include "../engine.h"

/* Whether the guest's first instruction is at that address; the first asked for is. */
bool s390_start_is_at(uint64_t address);

/* It is executed, perhaps not for the first time; @userdata is that address. */
qemu_plugin_vcpu_cb s390_start_reached;

#endif /* PARACALL_QEMU_S390_START_H */
