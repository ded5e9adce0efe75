/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Paracall can have QEMU's name, and a script on PATH can lead to it: who looks for QEMU
 * there must not find itself. Each program started is noted in the variable
 * PARACALL_SEEN of its environment, and none that is noted is started again below it.
 */
#ifndef PARACALL_CLI_SEEN_H
#define PARACALL_CLI_SEEN_H

#include <stdbool.h>

/* This program itself. */
bool seen_is_self(const char *path);

/* This program itself, by whatever name, or one that led to it. */
bool seen_is(const char *path);

/*
 * The environment for @program, with it and this one noted: an array and strings that are
 * kept until the process ends or execs. NULL if memory is short.
 */
char **seen_environment(const char *program);

#endif /* PARACALL_CLI_SEEN_H */
