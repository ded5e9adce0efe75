/* SPDX-License-Identifier: GPL-2.0-or-later */
/* QEMU command lines: checks of users' ones, and our own default one. */
#ifndef PARACALL_CLI_QEMU_COMMAND_H
#define PARACALL_CLI_QEMU_COMMAND_H

#include "../engine/qemu/command_line/command_line.h"
#include "cli.h"
#include "targets.h"

/*
 * Complains and returns false if the user's command, a program and its
 * arguments, can't run with Paracall.
 */
bool qemu_command_check(const char *program, const struct command_line *line);

/* An option as typed, in quotes; the caller frees it. */
char *qemu_command_quote(const struct command_option *option);

/* In QEMU's lists a comma stands doubled. The caller's to free. */
char *qemu_double_commas(const char *string);

/* A machine for a kernel, in words of users. */
struct default_machine {
	const struct target_info *target;
	const char *kernel;
	const char *initrd;
	const char *append;
	const char *cpus;
	const char *memory;
	const char *disk;
};

/*
 * Adds the arguments for such a machine. Complains and returns false if a file
 * is missing or a number is none.
 */
bool qemu_command_default(struct strings *command, const struct default_machine *machine);

#endif /* PARACALL_CLI_QEMU_COMMAND_H */
