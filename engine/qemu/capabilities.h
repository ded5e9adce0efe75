/* SPDX-License-Identifier: GPL-2.0-or-later */
/* For the plugin, and for the command, which checks features before it runs. */
#ifndef PARACALL_QEMU_CAPABILITIES_H
#define PARACALL_QEMU_CAPABILITIES_H

#include <paracall/paracall.h>

/* Whether a QEMU command lets its clocks go by counted instructions. */
bool qemu_counts_instructions(char *const argv[]);

/* Whether a QEMU command wants all vCPUs, if there are several, on one thread. */
bool qemu_shares_thread(char *const argv[]);

/* The same, or it may be said where it is not looked at. */
bool qemu_may_share_thread(char *const argv[]);

/* Whether a command of qemu-system-ppc64 is for a machine that serves PAPR's calls. */
bool qemu_has_papr(char *const argv[]);

/*
 * Bits of enum paracall_capability that the plugin has on this host, in such a
 * QEMU; @argv may be NULL. One is only known later: with several vCPUs on one
 * thread the host can't tell how long each waited.
 */
uint32_t qemu_capabilities(char *const argv[]);

#endif /* PARACALL_QEMU_CAPABILITIES_H */
