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

#endif /* PARACALL_QEMU_CAPABILITIES_H */
