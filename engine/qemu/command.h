/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What this QEMU's own command says, and no function tells a plugin. */
#ifndef PARACALL_QEMU_COMMAND_H
#define PARACALL_QEMU_COMMAND_H

#include <stdbool.h>

struct command {
	/* Instructions are the clock. */
	bool counts_instructions;
	/* One thread runs all vCPUs, if there are several. */
	bool shares_thread;
	/* The machine's type; NULL if QEMU has to choose. */
	const char *machine;
	/* What -icount says of recording and replaying; NULL for what it doesn't. */
	const char *replay_mode;
	const char *recording;
};

/*
 * Reads it, from /proc. Says on standard error what is lost, and if this plugin
 * can't be loaded into such a QEMU, which is false.
 */
bool command_learn(struct command *command);

#endif /* PARACALL_QEMU_COMMAND_H */
