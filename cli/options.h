/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Options of a subcommand, as a table from which they are read and --help is printed. */
#ifndef PARACALL_CLI_OPTIONS_H
#define PARACALL_CLI_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

struct option_row {
	const char *name;
	/* 0: there is none. */
	char letter;
	/* It may be left out, with the "=". */
	bool is_optional;
	/* What --help calls its value; NULL: it has none. */
	const char *value;
	/* For --help: lines; "%s" is for @list. NULL: an old name, which is not shown. */
	const char *help;
	/* The caller's to free. */
	char *(*list)(void);
	/* The allowed values, for users: "text or json". NULL: anything. */
	const char *words;
	/* The value that equals none, for targets to which the option does not apply. */
	const char *neutral;
	/*
	 * Takes the value, or NULL. Returns false after a complaint. Without it @place is
	 * where the value goes, in the structure of options: a const char *; or a bool,
	 * which is set, if there are no values.
	 */
	bool (*take)(void *options, const char *value);
	size_t place;
};

/* In each table. */
#define HELP_ROW \
	{ \
		.name = "help", .letter = 'h', .help = "this text", \
	}

struct option_group {
	/*
	 * Above it in --help, after an empty line; "%s" is for @list. NULL: there is not
	 * even that.
	 */
	const char *heading;
	char *(*list)(void);
	/* The last one has no name. */
	const struct option_row *rows;
	/* Where the structure that they are about is, in the subcommand's. */
	size_t offset;
};

struct option_table {
	/* The subcommand. */
	const char *command;
	/* What --help begins with. */
	void (*print_usage)(void);
	/* The last one has no rows. */
	const struct option_group *groups;
	/* The exit status if the command line is wrong. */
	int wrong;
	/* Options end at the first word that is none; the message about an unknown one. */
	bool ends_at_word;
	void (*complain_of)(const char *word);
};

/*
 * Reads them into the subcommand's structure. Returns -1 to continue, with the other
 * words at @words, which end with NULL; or the exit status to end with.
 */
int options_read(const struct option_table *table, void *options, int argc, char **argv,
		 char ***words);

/* What an option was given, or NULL: also for one without values that was. */
const char *option_given(const struct option_row *row, const void *options);

/* As if it had not been given. */
void option_forget(const struct option_row *row, void *options);

#endif /* PARACALL_CLI_OPTIONS_H */
