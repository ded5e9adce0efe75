/* SPDX-License-Identifier: GPL-2.0-or-later */
/* KVM's features by the names that QEMU has for them, in --features and in -cpu. */
#ifndef PARACALL_CLI_RUN_FEATURES_H
#define PARACALL_CLI_RUN_FEATURES_H

#include "options.h"

/*
 * Gives .special what QEMU's -cpu says and then what --features says, which stands alone if
 * its list does not begin with a sign; all by the kernel documents' names. Says what it
 * took for what, and warns of what can't be offered.
 */
void features_take(struct run_options *options);

/* Adds words like "-pv-unhalt" to what is chosen. */
void features_add(struct run_options *options, const char *words);

#endif /* PARACALL_CLI_RUN_FEATURES_H */
