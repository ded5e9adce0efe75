/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * QEMU can record the input of a guest with one vCPU, and run it
 * again from that: -icount ...,rr=record or rr=replay. A guest that runs again must
 * get the same from here, too, at the same counted instructions.
 */
#ifndef PARACALL_QEMU_REPLAY_H
#define PARACALL_QEMU_REPLAY_H

#include "target.h"

/* When the plugin is loaded: what -icount says, NULL for what it does not. */
void replay_learn(const char *mode, const char *recording);

/*
 * Then: stores beside QEMU's recording what the guest gets
 * that QEMU does not know, or reads it from there. Changes those @options that
 * cannot be replayed. False, and a message on standard error, if that is impossible.
 */
bool replay_begin(const struct target *target, struct plugin_options *options);

/* Whether QEMU records or replays. */
bool replay_is_on(void);

/* The time of day when the recording began; only if replay_is_on(). */
uint64_t replay_realtime(void);

#endif /* PARACALL_QEMU_REPLAY_H */
