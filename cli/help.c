/* SPDX-License-Identifier: GPL-2.0-or-later */
/* paracall help: the manual page of a command, or on a subject, in man. */
#include "cli.h"
#include "options.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Pages on what several commands share. */
static const struct guide {
	const char *name;
	const char *section;
	const char *purpose;
} guides[] = {
	{ "features", "7", "what a guest is offered, and how it waits" },
	{ "hypercalls", "7", "every call that KVM has defined" },
	{ "inject", "7", "fault injection" },
	{ "limits", "7", "what does not work, by architecture" },
	{ "plugin", "7", "the plugin without the command" },
	{ "recording", "5", "the format of recordings" },
	{ "snapshots", "7", "snapshots, migration, record and replay" },
	{ "summary", "5", "the table of a guest's calls, as text and JSON" },
	{ "tools", "7", "Paracall as the QEMU of other tools" },
	{ "trace", "7", "events, and lists that choose them" },
};

#define GUIDES (sizeof(guides) / sizeof(guides[0]))

static void print_usage(void)
{
	printf("Usage: paracall help [COMMAND|GUIDE]\n"
	       "\n"
	       "Open a command's manual page, a guide, or paracall's own page.\n"
	       "\n"
	       "Guides:\n");
	for (size_t i = 0; i < GUIDES; i++)
		printf("  %-10s %s\n", guides[i].name, guides[i].purpose);
	printf("\n");
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
static int open_page(const char *name, const char *section)
{
	char *file = format_string("%s.%s", name, section);
	char *directory = format_string("%s/man%s", PARACALL_MANUAL_DIRECTORY, section);
	char *path = own_file("doc", directory, file);

	if (!access(path, R_OK))
		execlp("man", "man", "-l", path, (char *)NULL);
	else
		execlp("man", "man", section, name, (char *)NULL);
	complain("help: 'man' can't be run: %s; 'paracall --help' shows the commands",
		 strerror(errno));
	free(path);
	free(directory);
	free(file);
	return EXIT_NOTHING;
}

/* NULL: neither a command nor a guide has this name. */
static const char *section_of(const char *name)
{
	if (is_subcommand(name))
		return "1";
	for (size_t i = 0; i < GUIDES; i++)
		if (!strcmp(name, guides[i].name))
			return guides[i].section;
	return NULL;
}

int help_main(int argc, char **argv)
{
	char **words;
	int status = options_read(&table, NULL, argc, argv, &words);
	const char *section;
	char *name;

	if (status >= 0)
		return status;
	if (words[0] && words[1]) {
		complain("help: one command at a time, not also '%s'", words[1]);
		return EXIT_USAGE;
	}
	if (!words[0])
		return open_page("paracall", "1");
	section = section_of(words[0]);
	if (!section) {
		complain(
			"help: no command or guide '%s'; 'paracall help --help' lists the guides, 'paracall --help' the commands",
			words[0]);
		return EXIT_USAGE;
	}
	name = format_string("paracall-%s", words[0]);
	status = open_page(name, section);
	free(name);
	return status;
}
