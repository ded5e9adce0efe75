/* SPDX-License-Identifier: GPL-2.0-or-later */
/* QEMU command lines: what users' say, and our own default one. */
#ifndef PARACALL_CLI_QEMU_COMMAND_H
#define PARACALL_CLI_QEMU_COMMAND_H

#include "cli.h"
#include "targets.h"

/*
 * Complains and returns false if the user's command, a program and its
 * arguments, can't run with Paracall.
 */
bool qemu_command_check(char *const argv[]);

/* The arguments ask for the x2APIC, in which halted vCPUs can't be woken. */
bool qemu_command_wants_x2apic(char *const argv[]);

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
