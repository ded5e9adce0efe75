/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the command line of paracall check says. */
#ifndef PARACALL_CLI_CHECK_OPTIONS_H
#define PARACALL_CLI_CHECK_OPTIONS_H

#include "machine.h"
#include "print.h"
#include "sequences.h"

struct check_options {
	uint32_t engines;
	/* A name, or NULL for all. */
	const char *architecture;
	/* Where the guests are; --guests, or the default, which is owned. */
	char *folder;
	unsigned int seconds;
	enum check_format format;
	bool lists, lists_rules, is_long;
	/* How many runs at a time. */
	unsigned int jobs;
	/* The shard, from 1, of how many; 0 of 0: all runs. */
	unsigned int shard, shard_count;
	/* A file for the results, too, or NULL. */
	const char *junit;
	/* Two engines; or none. */
	bool compares;
	enum check_engine compared[2];
	struct sequences sequences;
	/* End with NULL; none is all. */
	char **patterns;
};

/*
 * Fill in @options. Returns -1 to continue, or the exit status to end with. In any
 * case the folder is to be freed.
 */
int check_options_parse(struct check_options *options, int argc, char **argv);

/* Whether the program is named on the command line; without names, all are. */
bool check_is_wanted(const struct check_options *options, const char *program);

#endif /* PARACALL_CLI_CHECK_OPTIONS_H */
