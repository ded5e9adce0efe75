/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The command: picks the subcommand. */
#include "cli.h"

#include <fcntl.h>
#include <paracall/paracall.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const struct subcommand {
	const char *name;
	int (*main)(int argc, char **argv);
	const char *purpose;
} subcommands[] = {
	{ "run", run_main, "run a guest under QEMU, as a KVM guest" },
	{ "engines", engines_main, "show the QEMUs found, and which one is used" },
	{ "top", top_main, "show what a running guest calls, as it does" },
	{ "report", report_main, "show what 'paracall run --record' recorded" },
	{ "diff", diff_main, "compare two recordings" },
	{ "list", list_main, "show KVM's hypercalls and features" },
	{ "dtb", dtb_main, "tell a PowerPC guest of KVM in a device tree's file" },
	{ "check", check_main, "test KVM's interface from inside a guest" },
};

#define SUBCOMMANDS (sizeof(subcommands) / sizeof(subcommands[0]))

static void print_help(void)
{
	printf("Usage: paracall COMMAND [OPTION]...\n"
	       "\n"
	       "Linux KVM's paravirtual interface for guests that run without KVM.\n"
	       "\n");
	for (size_t i = 0; i < SUBCOMMANDS; i++)
		printf("  %-10s %s\n", subcommands[i].name, subcommands[i].purpose);
	printf("\n"
	       "  --help     this text; 'paracall COMMAND --help' for a command's\n"
	       "  --version  the version\n"
	       "\n"
	       "See paracall(1), paracall-hypercalls(7) and libparacall(3).\n");
}

/* Else the next file to be opened would be taken for standard output or error. */
static void open_missing_standard_files(void)
{
	for (int file = 0; file <= STDERR_FILENO; file++)
		if (fcntl(file, F_GETFD) < 0 && open("/dev/null", O_RDWR) < 0)
			return;
}

int main(int argc, char **argv)
{
	const char *word = argc > 1 ? argv[1] : "";

	open_missing_standard_files();
	if (!strcmp(word, "--help") || !strcmp(word, "-h")) {
		print_help();
		return EXIT_OK;
	}
	if (!strcmp(word, "--version") || !strcmp(word, "-V")) {
		printf("paracall %s\n", paracall_version());
		return EXIT_OK;
	}
	for (size_t i = 0; i < SUBCOMMANDS; i++)
		if (!strcmp(word, subcommands[i].name))
			return subcommands[i].main(argc - 1, argv + 1);
	if (argc > 1)
		complain("no command '%s'; 'paracall --help' lists them", word);
	else
		complain("what to do? 'paracall --help' lists the commands");
	return EXIT_USAGE;
}
