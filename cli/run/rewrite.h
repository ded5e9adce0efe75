/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What of a QEMU command is for KVM, and has to be another word for TCG: accelerators, the
 * CPU "host", and KVM's features, which are Paracall's to offer.
 */
#ifndef PARACALL_CLI_RUN_REWRITE_H
#define PARACALL_CLI_RUN_REWRITE_H

#include "options.h"

/* @line is what @command says; it is to be freed before @command is used. */
void rewrite_command(struct strings *command, const struct run_options *options,
		     const struct command_line *line);

#endif /* PARACALL_CLI_RUN_REWRITE_H */
