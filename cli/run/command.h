/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The QEMU command that is run. */
#ifndef PARACALL_CLI_RUN_COMMAND_H
#define PARACALL_CLI_RUN_COMMAND_H

#include "options.h"

/*
 * The user's command, or the default machine's and what was added to it, as the QEMU that
 * was chosen is to have it, still without the plugin; and the version of that QEMU's plugin
 * interface. Complains and returns false if there is none, or if it can't run so.
 */
bool command_make(struct strings *command, int *plugin_api, const struct run_options *options);

#endif /* PARACALL_CLI_RUN_COMMAND_H */
