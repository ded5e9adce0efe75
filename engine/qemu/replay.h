/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * QEMU can record what a guest with one vCPU is given from outside, and run it
 * again from that: -icount ...,rr=record or rr=replay. A guest that runs again must
 * get the same from here, too, at the same counted instructions.
 */
#ifndef PARACALL_QEMU_REPLAY_H
#define PARACALL_QEMU_REPLAY_H

#include "target.h"

/* When the plugin is loaded: what -icount says, NULL for what it doesn't. */
void replay_learn(const char *mode, const char *recording);

/*
 * Then: keeps beside QEMU's recording what the guest is told
 * that QEMU does not know of, or takes it from there. Changes of @options what
 * can't be replayed. False, and a sentence on standard error, if that can't be.
 */
bool replay_begin(const struct target *target, struct plugin_options *options);

/* Whether QEMU records or replays. */
bool replay_is_on(void);

/* The time of day when the recording began; only if replay_is_on(). */
uint64_t replay_realtime(void);

#endif /* PARACALL_QEMU_REPLAY_H */
