/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "rewrite.h"

#include "../../engine/qemu/command_line/kvm_names.h"
#include "accelerators.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* One command that becomes another. */
struct rewriting {
	const struct run_options *options;
	const struct command_line *line;
	struct strings result;
	/* The first accelerator of a list that has no TCG was replaced already. */
	bool has_tcg;
	/* What was replaced by what, for people; NULL: nothing they should know of. */
	const struct command_option *accelerator;
	const struct command_option *host;
};

/* A word and its value as they are, or with another one. */
static void add(struct rewriting *rewriting, const struct command_option *option,
		const char *value)
{
	strings_add(&rewriting->result, option->word);
	if (value)
		strings_add(&rewriting->result, value);
}

static void take_accelerator(struct rewriting *rewriting, const struct command_option *option)
{
	const char *name = command_option_value(option, "accel");

	if (!name || !strcmp(name, "tcg")) {
		add(rewriting, option, option->value);
		return;
	}
	if (!rewriting->has_tcg) {
		add(rewriting, option, "tcg");
		rewriting->accelerator = option;
	}
	rewriting->has_tcg = true;
}

static void take_cpu(struct rewriting *rewriting, const struct command_option *option)
{
	const struct target_info *target = rewriting->options->target;
	const char *model = command_option_value(option, "model");
	bool is_host = model && !strcmp(model, "host") &&
		       accelerators_are_replaced(rewriting->options) &&
		       accelerators_are_foreign(rewriting->line);
	char *value;

	if (is_host)
		rewriting->host = option;
	/* The machine's own then. */
	if (is_host && !target->tcg_host)
		return;
	value = must(kvm_names_drop(target->architecture, option->value,
				    is_host ? target->tcg_host : NULL));
	add(rewriting, option, value);
	free(value);
}

static bool is_kvm_global(const struct rewriting *rewriting,
			  const struct command_option *option)
{
	const char *property = command_option_value(option, "property");

	return property && kvm_name_find(rewriting->options->target->architecture, property,
					 strlen(property));
}

static void take_option(struct rewriting *rewriting, const struct command_option *option)
{
	if (!strcmp(option->group, "accel"))
		take_accelerator(rewriting, option);
	else if (!strcmp(option->group, "cpu") && option->value)
		take_cpu(rewriting, option);
	else if (strcmp(option->group, "global") || !is_kvm_global(rewriting, option))
		add(rewriting, option, option->value);
}

/* Which names accelerators, and TCG is none of them; else NULL. */
static const struct command_option *option_without_tcg(const struct command_line *line)
{
	struct command_accelerator accelerator = { .seen = 0 };

	if (!command_line_has_accelerator(line, "tcg"))
		command_line_next_accelerator(line, &accelerator);
	return accelerator.option;
}

/* The last word counts, and those before may stay. */
static void add_machine(struct rewriting *rewriting)
{
	const struct command_line *line = rewriting->line;
	const char *gic = command_line_value(line, "machine", "gic-version");

	if (command_line_value(line, "machine", "accel") && !command_line_last(line, "accel")) {
		rewriting->accelerator = option_without_tcg(line);
		strings_add(&rewriting->result, "-machine");
		strings_add(&rewriting->result, "accel=tcg");
	}
	if (gic && !strcmp(gic, "host") && accelerators_are_replaced(rewriting->options)) {
		strings_add(&rewriting->result, "-machine");
		strings_add(&rewriting->result, "gic-version=max");
	}
}

/* The caller's to free. */
static char *quote_or_nothing(const struct command_option *option)
{
	return option ? qemu_command_quote(option) : format_string("%s", "");
}

static void report(const struct rewriting *rewriting)
{
	const struct command_option *host = rewriting->host;
	const char *cpu = rewriting->options->target->tcg_host;
	char *words[2];

	if (!rewriting->accelerator && !host)
		return;
	words[0] = quote_or_nothing(rewriting->accelerator);
	words[1] = quote_or_nothing(host);
	complain("%s%s%s: this guest runs under TCG%s%s", words[0],
		 rewriting->accelerator && host ? ", " : "", words[1],
		 !host ? ""
		 : cpu ? ", with -cpu "
		       : ", with the machine's own CPU",
		 host && cpu ? cpu : "");
	free(words[0]);
	free(words[1]);
}

void rewrite_command(struct strings *command, const struct run_options *options,
		     const struct command_line *line)
{
	struct rewriting rewriting = { .options = options,
				       .line = line,
				       .has_tcg = command_line_has_accelerator(line, "tcg") };
	size_t word = 0;

	for (size_t i = 0; i < line->count; i++) {
		const struct command_option *option = &line->options[i];

		/* Of a file; and all between options are disks. */
		if (option->file)
			continue;
		for (; word < option->index; word++)
			strings_add(&rewriting.result, command->items[word]);
		take_option(&rewriting, option);
		word += option->value ? 2 : 1;
	}
	for (; word < command->count; word++)
		strings_add(&rewriting.result, command->items[word]);
	if (accelerators_are_foreign(line))
		add_machine(&rewriting);
	report(&rewriting);
	strings_free(command);
	*command = rewriting.result;
}
