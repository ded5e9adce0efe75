/* SPDX-License-Identifier: GPL-2.0-or-later */
/* For the plugin, and for the command, which checks features before it runs. */
#ifndef PARACALL_QEMU_CAPABILITIES_H
#define PARACALL_QEMU_CAPABILITIES_H

#include <paracall/paracall.h>

/* Bits of enum paracall_capability that the plugin has. */
#define QEMU_CAPABILITIES (PARACALL_CAN_WAKE | PARACALL_CAN_INTERRUPT | PARACALL_CAN_YIELD)

#endif /* PARACALL_QEMU_CAPABILITIES_H */
