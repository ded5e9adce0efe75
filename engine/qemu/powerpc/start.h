/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The start of the machine, and its resets. */
#ifndef PARACALL_QEMU_POWERPC_START_H
#define PARACALL_QEMU_POWERPC_START_H

#include "../engine.h"

/* No interrupt since a reset: on its thread, or while it translates. */
bool powerpc_is_at_start(struct vcpu *vcpu);

/* Find out where memory is, unless that is known: in a process that begins with a load. */
void powerpc_look_around(struct vcpu *vcpu);

/* The first instruction is executed, perhaps not for the first time. */
qemu_plugin_vcpu_cb start_reached;

#endif /* PARACALL_QEMU_POWERPC_START_H */
