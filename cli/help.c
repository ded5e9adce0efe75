/* SPDX-License-Identifier: GPL-2.0-or-later */
/* paracall help: a manual page, in man. */
#include "cli.h"
#include "options.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void print_usage(void)
{
	printf("Usage: paracall help [COMMAND]\n"
	       "\n"
	       "Open a command's manual page, or paracall's own.\n"
	       "\n");
}

static const struct option_row rows[] = {
	HELP_ROW,
	{ .name = NULL },
};

static const struct option_table table = {
	.command = "help",
	.print_usage = print_usage,
	.groups = (const struct option_group[]){ { .rows = rows }, { .rows = NULL } },
	.wrong = EXIT_USAGE,
};

/* The page of the build tree, or the one that was installed, wherever that is. */
static int open_page(const char *name)
{
	char *file = format_string("%s.1", name);
	char *path = own_file("doc", PARACALL_MANUAL_DIRECTORY, file);

	if (!access(path, R_OK))
		execlp("man", "man", "-l", path, (char *)NULL);
	else
		execlp("man", "man", "1", name, (char *)NULL);
	complain("help: 'man' can't be run: %s; 'paracall --help' shows the commands",
		 strerror(errno));
	free(path);
	free(file);
	return EXIT_NOTHING;
}

int help_main(int argc, char **argv)
{
	char **words;
	int status = options_read(&table, NULL, argc, argv, &words);
	char *name;

	if (status >= 0)
		return status;
	if (words[0] && words[1]) {
		complain("help: one command at a time, not also '%s'", words[1]);
		return EXIT_USAGE;
	}
	if (!words[0])
		return open_page("paracall");
	if (!is_subcommand(words[0])) {
		complain("help: no command '%s'; 'paracall --help' lists them", words[0]);
		return EXIT_USAGE;
	}
	name = format_string("paracall-%s", words[0]);
	status = open_page(name);
	free(name);
	return status;
}
