/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What this QEMU's own command line says, and no function reports to a plugin. */
#ifndef PARACALL_QEMU_COMMAND_H
#define PARACALL_QEMU_COMMAND_H

#include "command_line/cpus.h"

struct command {
	/* Instructions are the clock. */
	bool counts_instructions;
	/* One thread runs all vCPUs, if there are several. */
	bool shares_thread;
	/* The machine's type; NULL if QEMU has to choose. */
	const char *machine;
	/* The machine is to have privilege levels above the kernel's, or firmware there. */
	bool has_own_levels;
	/* How many vCPUs there are, and how arranged; false if QEMU will refuse it. */
	bool has_cpus;
	struct command_cpus cpus;
	/* It has QEMU's vmclock device. */
	bool has_vmclock;
	/* What -icount says about recording and replaying; NULL for what it does not. */
	const char *replay_mode;
	const char *recording;
};

/*
 * Reads it, from /proc. If this plugin cannot be loaded into such a QEMU, prints a message
 * to standard error, and returns false.
 */
bool command_learn(struct command *command);

#endif /* PARACALL_QEMU_COMMAND_H */
