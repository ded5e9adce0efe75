/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What Paracall adds to QEMU's command line: the plugin and its options. */
#ifndef PARACALL_CLI_RUN_PLUGIN_H
#define PARACALL_CLI_RUN_PLUGIN_H

#include "options.h"

/*
 * The plugin is the one for that version of the plugin interface. @report is the file for
 * the counters; @trace the trace's memory, and @summary the file to which the plugin adds a
 * summary at its end, or -1. False after a complaint if there is no plugin.
 */
bool plugin_add(struct strings *command, int plugin_api, const struct run_options *options,
		int report, int trace, int summary);

#endif /* PARACALL_CLI_RUN_PLUGIN_H */
