/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a command says of accelerators. Lists that end with TCG are what people write who
 * don't know whether there is a KVM; QEMU then takes the first that works.
 */
#ifndef PARACALL_CLI_RUN_ACCELERATORS_H
#define PARACALL_CLI_RUN_ACCELERATORS_H

#include "options.h"

/* Complains and returns false unless TCG will, or may be made to, run this guest. */
bool accelerators_check(const struct run_options *options, const struct command_line *line);

/* Whoever names another accelerator gets TCG. */
bool accelerators_are_replaced(const struct run_options *options);

/* Some accelerator is named that is not TCG. */
bool accelerators_are_foreign(const struct command_line *line);

#endif /* PARACALL_CLI_RUN_ACCELERATORS_H */
