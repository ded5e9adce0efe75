/* SPDX-License-Identifier: GPL-2.0-or-later */
/* For the plugin, and for the command, which checks features before it runs. */
#ifndef PARACALL_QEMU_CAPABILITIES_H
#define PARACALL_QEMU_CAPABILITIES_H

#include <paracall/paracall.h>

/*
 * Bits of enum paracall_capability that the plugin has on this host, in such a
 * QEMU. One is only known later: with several vCPUs on one thread the host cannot
 * report how long each of them waited.
 */
uint32_t qemu_capabilities(bool counts_instructions);

/* And those that it has if an option says so: arm64's target-impl-cpus. */
#define QEMU_CAPABILITIES_ON_REQUEST PARACALL_CAN_LIST_IMPLEMENTATIONS

#endif /* PARACALL_QEMU_CAPABILITIES_H */
