/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Other programs: asked a question, or run in our place. */
#ifndef PARACALL_CLI_CHILD_H
#define PARACALL_CLI_CHILD_H

#include <stddef.h>

/*
 * Run a program and read what it prints, both streams, up to @size - 1 bytes.
 * It has ten seconds. Returns 0 if it could be started and ended in time.
 */
int child_ask(char *const argv[], char *answer, size_t size);

/*
 * Run a program on our terminal, with our standard streams, until it ends.
 * Signals from the terminal are its business; those sent to us are passed on.
 * Returns its exit status, or 128 + the signal that ended it, or -1 with errno
 * set if it couldn't be started.
 */
int child_run(char *const argv[]);

#endif /* PARACALL_CLI_CHILD_H */
