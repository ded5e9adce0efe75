/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What x86 guests require of QEMU's command line. */
#ifndef PARACALL_CLI_RUN_X86_H
#define PARACALL_CLI_RUN_X86_H

#include "options.h"

/* Complains and returns false if a word of it and an option exclude each other. */
bool x86_check_command(const struct run_options *options, const struct command_line *line);

/* Without the feature that excludes what the command asks for. */
void x86_adapt(struct run_options *options);

void x86_add_arguments(struct strings *command, const struct run_options *options);

#endif /* PARACALL_CLI_RUN_X86_H */
