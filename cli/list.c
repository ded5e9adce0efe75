/* SPDX-License-Identifier: GPL-2.0-or-later */
/* paracall list: the table, in the template of the kernel's document. */
#include "cli.h"

#include <getopt.h>
#include <paracall/paracall.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static void print_help(void)
{
	printf("Usage: paracall list [NAME|NUMBER]...\n"
	       "       paracall list --features\n"
	       "\n"
	       "Show every hypercall that KVM has defined, in the template of the kernel's\n"
	       "document, or the ones of these names (KICK_CPU, KVM_HC_KICK_CPU) or numbers.\n"
	       "\n"
	       "  -f, --features  show KVM's feature bits instead, and which are offered\n"
	       "  -h, --help      this text\n");
}

static void print_architectures(uint32_t architectures)
{
	const char *separator = "";

	for (uint32_t bit = 1; bit && bit <= architectures; bit <<= 1) {
		if (!(architectures & bit))
			continue;
		printf("%s%s", separator, paracall_architecture_name(bit));
		separator = ", ";
	}
}

static void print_arguments(const struct paracall_argument *arguments)
{
	if (!arguments[0].name)
		printf("none");
	for (int i = 0; i < PARACALL_MAX_ARGUMENTS && arguments[i].name; i++)
		printf("%sa%d %s", i ? ", " : "", i, arguments[i].name);
}

static void print_row(const struct paracall_hypercall_info *info)
{
	char underline[64];
	int length = snprintf(underline, sizeof(underline), "%u. KVM_HC_%s", info->number,
			      info->name);

	puts(underline);
	memset(underline, '-', length);
	puts(underline);
	printf("Architecture: ");
	print_architectures(info->architectures);
	printf("\nStatus: %s\n", paracall_status_name(info->status));
	printf("Purpose: %s\n", info->purpose);
	printf("Arguments: ");
	print_arguments(info->arguments);
	printf("\nNeeds: %s\n", info->needs ? info->needs : "nothing");
	printf("Handled: %s\n", info->handled ? "yes" : "no, answered as unknown");
}

static bool is_row(const struct paracall_hypercall_info *info, const char *word)
{
	char *end;
	unsigned long number = strtoul(word, &end, 0);

	if (*word && !*end)
		return number == info->number;
	if (!strncasecmp(word, "KVM_HC_", 7))
		word += 7;
	return !strcasecmp(word, info->name);
}

static const struct paracall_hypercall_info *find_row(const char *word)
{
	for (size_t i = 0; i < paracall_hypercall_count(); i++)
		if (is_row(paracall_hypercall_info(i), word))
			return paracall_hypercall_info(i);
	return NULL;
}

static int print_named(char **words)
{
	for (int i = 0; words[i]; i++) {
		const struct paracall_hypercall_info *info = find_row(words[i]);

		if (!info) {
			complain("no hypercall '%s'; 'paracall list' shows all", words[i]);
			return EXIT_NOTHING;
		}
		if (i)
			putchar('\n');
		print_row(info);
	}
	return EXIT_OK;
}

static void print_all(void)
{
	for (size_t i = 0; i < paracall_hypercall_count(); i++) {
		if (i)
			putchar('\n');
		print_row(paracall_hypercall_info(i));
	}
}

static void print_features(void)
{
	printf("%3s  %-22s  %-7s  %s\n", "bit", "feature", "offered", "what it announces");
	for (size_t i = 0; i < paracall_feature_count(); i++) {
		const struct paracall_feature_info *info = paracall_feature_info(i);

		printf("%3u  %-22s  %-7s  %s\n", info->bit, info->name,
		       info->implemented ? "yes" : "no", info->purpose);
	}
}

int list_main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "features", no_argument, NULL, 'f' },
		{ "help", no_argument, NULL, 'h' },
		{ .name = NULL },
	};
	int option;
	bool features = false;

	opterr = 0;
	while ((option = getopt_long(argc, argv, "fh", options, NULL)) != -1) {
		switch (option) {
		case 'f':
			features = true;
			break;
		case 'h':
			print_help();
			return EXIT_OK;
		default:
			complain("list: unknown option '%s'; see 'paracall list --help'",
				 argv[optind - 1]);
			return EXIT_USAGE;
		}
	}
	if (features && optind < argc) {
		complain("list: --features takes no names; it shows all");
		return EXIT_USAGE;
	}
	if (features)
		print_features();
	else if (optind < argc)
		return print_named(argv + optind);
	else
		print_all();
	return EXIT_OK;
}
