/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A string of options, like that of an environment variable. */
#ifndef PARACALL_CLI_RUN_WORDS_H
#define PARACALL_CLI_RUN_WORDS_H

#include "../cli.h"

/*
 * Adds its words: between blanks, with quotes and backslashes as in a shell, and nothing
 * else of that. False if a quote is not closed.
 */
bool words_split(struct strings *words, const char *text);

#endif /* PARACALL_CLI_RUN_WORDS_H */
