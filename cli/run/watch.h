/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A process of its own that waits until QEMU has ended and then writes what is to be
 * written, for a QEMU that takes this process's place: whoever started it has QEMU's own
 * process, with its signals and its exit status, and -daemonize does what it says.
 */
#ifndef PARACALL_CLI_RUN_WATCH_H
#define PARACALL_CLI_RUN_WATCH_H

#include "options.h"

/* The watching process's name, which it has in /proc/PROCESS/comm. */
#define WATCH_NAME "paracall-watch"

/*
 * The file for the summary, open for QEMU, too: its plugin writes there when it ends in
 * order, so that all is written then. -1 if none is wanted. Complains and returns false
 * if it can't be written.
 */
bool watch_open_summary(const struct run_options *options, int *summary);

/*
 * Starts it if there is anything to write: the summary, should QEMU not end in order, the
 * trace @trace of @command, or a recording. Complains and returns false if that can't be
 * written.
 */
bool watch_start(const struct run_options *options, int report, int summary,
		 struct trace *trace, char *const command[]);

/* QEMU instead of this process. Returns after a complaint if it can't be started. */
void watch_exec(char *const argv[]);

#endif /* PARACALL_CLI_RUN_WATCH_H */
