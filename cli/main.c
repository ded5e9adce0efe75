/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The command: picks the subcommand. */
#include "cli.h"
#include "targets.h"

#include <paracall/paracall.h>
#include <stdio.h>
#include <string.h>

static const struct subcommand {
	const char *name;
	int (*main)(int argc, char **argv);
	const char *purpose;
	/* The exit status if what it printed could not be written. */
	enum exit_status unwritten;
} subcommands[] = {
	{ "run", run_main, "run a guest under QEMU, as a KVM guest", EXIT_REFUSED },
	{ "engines", engines_main, "show the QEMUs found, and which one is used",
	  EXIT_NOTHING },
	{ "top", top_main, "show what a running guest calls, per second", EXIT_NOTHING },
	{ "report", report_main, "show what 'paracall run --record' recorded", EXIT_NOTHING },
	{ "diff", diff_main, "compare two recordings", EXIT_USAGE },
	{ "list", list_main, "show KVM's hypercalls and features", EXIT_NOTHING },
	{ "dtb", dtb_main, "add KVM to the device tree of a PowerPC guest", EXIT_NOTHING },
	{ "check", check_main, "test KVM's interface from inside a guest", EXIT_REFUSED },
	{ "help", help_main, "open the manual page of a command, or a guide", EXIT_NOTHING },
};

#define SUBCOMMANDS (sizeof(subcommands) / sizeof(subcommands[0]))

bool is_subcommand(const char *name)
{
	for (size_t i = 0; i < SUBCOMMANDS; i++)
		if (!strcmp(name, subcommands[i].name))
			return true;
	return false;
}

static void print_help(void)
{
	printf("Usage: paracall COMMAND [OPTION]...\n"
	       "\n"
	       "Linux KVM's paravirtual interface for guests that run without KVM.\n"
	       "\n");
	for (size_t i = 0; i < SUBCOMMANDS; i++)
		printf("  %-10s %s\n", subcommands[i].name, subcommands[i].purpose);
	printf("\n"
	       "  --help     this text; 'paracall COMMAND --help' describes a command\n"
	       "  --version  the version\n"
	       "\n"
	       "See paracall(1), paracall-hypercalls(7) and libparacall(3).\n");
}

/* @status, if all output was written, or nobody reads it. */
static int finish(int status, enum exit_status unwritten)
{
	return flush_output() == OUTPUT_FAILED ? (int)unwritten : status;
}

int main(int argc, char **argv)
{
	const char *word = argc > 1 ? argv[1] : "";

	/* By QEMU's name it is QEMU. */
	if (argc > 0 && target_of_program(argv[0]))
		return drop_in_main(argc, argv);
	open_missing_standard_files();
	if (!strcmp(word, "--help") || !strcmp(word, "-h")) {
		print_help();
		return finish(EXIT_OK, EXIT_NOTHING);
	}
	if (!strcmp(word, "--version") || !strcmp(word, "-V")) {
		printf("paracall %s\n", paracall_version());
		return finish(EXIT_OK, EXIT_NOTHING);
	}
	for (size_t i = 0; i < SUBCOMMANDS; i++)
		if (!strcmp(word, subcommands[i].name))
			return finish(subcommands[i].main(argc - 1, argv + 1),
				      subcommands[i].unwritten);
	/* Tools that resolve the link with a QEMU's name call it so. */
	if (*word == '-')
		complain(
			"no command '%s'; 'paracall --help' lists them, and if a tool started this in place of QEMU, see LIMITS in paracall-tools(7)",
			word);
	else if (argc > 1)
		complain("no command '%s'; 'paracall --help' lists them", word);
	else
		complain("no command given; 'paracall --help' lists the commands");
	return EXIT_USAGE;
}
