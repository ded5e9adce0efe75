/* SPDX-License-Identifier: GPL-2.0-or-later */
/* paracall list: the table, in the format of the kernel's document. */
#include "../engine/qemu/capabilities.h"
#include "cli.h"
#include "options.h"
#include "targets.h"

#include <paracall/paracall.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static void print_usage(void)
{
	printf("Usage: paracall list [NAME|NUMBER]...\n"
	       "       paracall list --features\n"
	       "       paracall list --registers\n"
	       "\n"
	       "Show every hypercall that KVM has defined, and those of each architecture's own\n"
	       "kinds (DIAGNOSE, ePAPR, PAPR, SMCCC, SBI, hvcl), in the format of the kernel's\n"
	       "document; or only those with the given names (KICK_CPU, KVM_HC_KICK_CPU) or\n"
	       "numbers (5; for kinds other than KVM's own in hexadecimal: 0x9c).\n"
	       "\n");
}

/* "a0 flags, a1 apic_id"; how many there are. */
static unsigned int print_fields(const struct paracall_call_info *info,
				 enum paracall_direction direction, const char *heading)
{
	unsigned int count = 0;
	char place[8];

	for (unsigned int i = 0; i < PARACALL_MAX_FIELDS && info->fields[i].name; i++) {
		if (info->fields[i].direction != direction)
			continue;
		paracall_field_place(info, &info->fields[i], place, sizeof(place));
		printf("%s%s %s", count++ ? ", " : heading, place, info->fields[i].name);
	}
	return count;
}

static const char *handled_words(const struct paracall_call_info *info)
{
	switch (info->server) {
	case PARACALL_SERVED_BY_ENGINE:
		return "by QEMU itself, and counted";
	case PARACALL_SERVED_BY_LIBRARY:
		return "yes";
	default:
		return "no, answered as unknown";
	}
}

static bool has_guests(enum paracall_architecture architecture)
{
	const struct target_info *target;

	for (size_t i = 0; (target = target_at(i)); i++)
		if (target->architecture == architecture)
			return true;
	return false;
}

/* What --inject can do to it, in the grammar's words. */
static void print_faults(const struct paracall_call_info *info)
{
	static const struct {
		enum paracall_fault fault;
		const char *words;
	} faults[] = {
		{ PARACALL_FAULT_DROP, "drop" },
		{ PARACALL_FAULT_UNKNOWN, "enosys" },
		{ PARACALL_FAULT_RESULT, "error=, retval=" },
		{ PARACALL_FAULT_DELAY, "delay=" },
		{ PARACALL_FAULT_LATE, "late=" },
	};
	const char *separator = "Faults: ";

	for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
		struct paracall_rule rule = {
			.size = sizeof(rule),
			.place = PARACALL_AT_CALL,
			.index = (int32_t)info->id,
			.fault = faults[i].fault,
		};

		if (!has_guests(info->architecture) ||
		    !paracall_rule_fits(&rule, info->architecture))
			continue;
		printf("%s%s", separator, faults[i].words);
		separator = ", ";
	}
	puts(*separator == ',' ? "" : "Faults: none");
}

static void print_row(const struct paracall_call_info *info)
{
	char underline[64];
	int length = paracall_call_title(info, underline, sizeof(underline));

	puts(underline);
	memset(underline, '-', length);
	puts(underline);
	printf("Architecture: %s\n", paracall_architecture_name(info->architecture));
	printf("Status: %s\n", paracall_status_name(info->status));
	printf("Purpose: %s\n", info->purpose);
	puts(print_fields(info, PARACALL_IN, "Arguments: ") ? "" : "Arguments: none");
	if (print_fields(info, PARACALL_OUT, "Returns: "))
		putchar('\n');
	printf("Needs: %s\n", info->needs ? info->needs : "nothing");
	printf("Handled: %s\n", handled_words(info));
	print_faults(info);
}

static bool is_numbered_in_hexadecimal(const struct paracall_call_info *info)
{
	return info->kind != PARACALL_CALL_HYPERCALL;
}

static bool is_row(const struct paracall_call_info *info, const char *word)
{
	char *end;
	unsigned long number = strtoul(word, &end, 0);

	if (*word && !*end)
		return number == info->number &&
		       (!is_numbered_in_hexadecimal(info) || !strncasecmp(word, "0x", 2));
	if (!strncasecmp(word, "KVM_HC_", 7))
		word += 7;
	return !strcasecmp(word, info->name);
}

/* All of that name or number; false if there are none. */
static bool print_matching(const char *word, bool *is_first)
{
	bool is_found = false;

	for (size_t i = 0; i < paracall_call_count(); i++) {
		if (!is_row(paracall_call_info(i), word))
			continue;
		if (!*is_first)
			putchar('\n');
		print_row(paracall_call_info(i));
		is_found = true;
		*is_first = false;
	}
	return is_found;
}

static int print_named(char **words)
{
	bool is_first = true;

	for (int i = 0; words[i]; i++) {
		if (print_matching(words[i], &is_first))
			continue;
		complain("no hypercall '%s'; 'paracall list' shows all", words[i]);
		return EXIT_NOTHING;
	}
	return EXIT_OK;
}

static void print_all(void)
{
	for (size_t i = 0; i < paracall_call_count(); i++) {
		if (i)
			putchar('\n');
		print_row(paracall_call_info(i));
	}
}

static const char *offer_word(enum paracall_architecture architecture,
			      const struct paracall_feature_info *info, uint32_t capabilities)
{
	uint32_t bit = 1u << info->bit;

	if (paracall_features_default(architecture, capabilities) & bit)
		return "yes";
	capabilities |= QEMU_CAPABILITIES_ON_REQUEST;
	return paracall_features_available(architecture, capabilities) & bit ? "on request"
									     : "no";
}

/* Why a feature is not offered by default; an empty line is none. */
static void print_reason(const struct paracall_feature_info *info, uint32_t capabilities)
{
	uint32_t missing = info->capabilities & ~(capabilities | QEMU_CAPABILITIES_ON_REQUEST);
	const char *separator = info->reason ? "; " : "";

	if (!info->reason && !missing)
		return;
	printf("%41s%s", "because ", info->reason ? info->reason : "");
	for (uint32_t bit = 1; missing && bit <= missing; bit <<= 1) {
		if (!(missing & bit))
			continue;
		printf("%sQEMU's TCG cannot %s here", separator, paracall_capability_name(bit));
		separator = "; ";
	}
	putchar('\n');
}

static void print_features_of(enum paracall_architecture architecture)
{
	uint32_t capabilities = qemu_capabilities(false);
	const struct paracall_feature_info *info;

	printf("%3s  %-22s  %-10s  %s\n", "bit", "feature", "offered", "what it announces");
	for (size_t i = 0; (info = paracall_feature_info(architecture, i)); i++) {
		printf("%3u  %-22s  %-10s  %s\n", info->bit, info->name,
		       offer_word(architecture, info, capabilities), info->purpose);
		print_reason(info, capabilities);
	}
}

static void print_features(void)
{
	const struct target_info *target;
	uint32_t printed = 0;

	for (size_t i = 0; (target = target_at(i)); i++) {
		if (!target->features_from || printed & target->architecture)
			continue;
		printf("%s%s: %s\n", printed ? "\n" : "",
		       paracall_architecture_name(target->architecture), target->features_from);
		print_features_of(target->architecture);
		printed |= target->architecture;
	}
}

static void print_registers_of(enum paracall_architecture architecture)
{
	printf("%-10s  %-17s  %-18s  %s\n", "number", "register", "feature", "purpose");
	for (size_t i = 0; i < paracall_msr_count(); i++) {
		const struct paracall_msr_info *info = paracall_msr_info(i);

		printf("0x%-8x  %-17s  %-18s  %s\n", info->number, info->name,
		       paracall_feature_name(architecture, info->feature), info->purpose);
	}
}

static void print_registers(void)
{
	const struct target_info *target;

	for (size_t i = 0; (target = target_at(i)); i++)
		if (target->has_msrs)
			print_registers_of(target->architecture);
}

struct list_options {
	bool features;
	bool registers;
};

static const struct option_row rows[] = {
	{ .name = "features",
	  .letter = 'f',
	  .help = "show KVM's feature bits instead: which are offered, and why not",
	  .place = offsetof(struct list_options, features) },
	{ .name = "registers",
	  .letter = 'r',
	  .help = "show KVM's registers (MSRs) instead",
	  .place = offsetof(struct list_options, registers) },
	HELP_ROW,
	{ .name = NULL },
};

static const struct option_table table = {
	.command = "list",
	.print_usage = print_usage,
	.groups = (const struct option_group[]){ { .rows = rows }, { .rows = NULL } },
	.wrong = EXIT_USAGE,
};

int list_main(int argc, char **argv)
{
	struct list_options options = { .features = false };
	char **words;
	int status = options_read(&table, &options, argc, argv, &words);

	if (status >= 0)
		return status;
	if (*words && (options.features || options.registers)) {
		complain("list: --features and --registers take no names; they show all");
		return EXIT_USAGE;
	}
	if (*words)
		return print_named(words);
	if (options.registers)
		print_registers();
	else if (options.features)
		print_features();
	else
		print_all();
	return EXIT_OK;
}
