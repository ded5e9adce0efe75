/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Leaves out what is for other targets. */
#include "foreign.h"

#include "../../engine/qemu/command_line/kvm_names.h"
#include "../../inject/parse.h"
#include "features.h"

#include <stdlib.h>
#include <string.h>

static bool has_feature(enum paracall_architecture architecture, const char *word,
			size_t length)
{
	const struct paracall_feature_info *info;

	for (size_t i = 0; (info = paracall_feature_info(architecture, i)); i++)
		if (strlen(info->name) == length && !strncmp(info->name, word, length))
			return true;
	return kvm_name_find(architecture, word, length);
}

static bool is_foreign_feature(const struct target_info *target, const char *word,
			       size_t length)
{
	if (has_feature(target->architecture, word, length))
		return false;
	for (size_t i = 0; target_at(i); i++)
		if (has_feature(target_at(i)->architecture, word, length))
			return true;
	return false;
}

/*
 * A list that begins without a sign is all that is offered: of others' features, nothing. One
 * that begins with a sign has to go on doing so: without its first word, by a "+".
 */
static void leave_out_features(struct run_options *options)
{
	/* Still the command line's. */
	const char *word = options->special.features;
	struct strings words = { .items = NULL };
	bool is_relative = word && (*word == '+' || *word == '-');
	bool is_first = true;

	for (; word; is_first = false) {
		size_t length = strcspn(word, ",");
		size_t sign = *word == '+' || *word == '-';
		bool lacks_sign =
			is_relative && !words.count && !sign && strncmp(word, "none", 4);
		char *copy = format_string("%s%.*s", lacks_sign ? "+" : "", (int)length, word);

		if (!is_foreign_feature(options->target, word + sign, length - sign))
			strings_add(&words, copy);
		else if (is_first && !sign)
			strings_add(&words, "none");
		free(copy);
		word = word[length] ? word + length + 1 : NULL;
	}
	options->special.features = NULL;
	for (size_t i = 0; i < words.count; i++)
		features_add(options, words.items[i]);
	strings_free(&words);
}

static bool is_injection(enum paracall_architecture architecture, const char *text)
{
	struct paracall_injection injection = { .size = sizeof(injection) };

	return !injection_parse(&injection, architecture, text);
}

static bool is_foreign_injection(const struct target_info *target, const char *text)
{
	if (is_injection(target->architecture, text))
		return false;
	for (size_t i = 0; target_at(i); i++)
		if (is_injection(target_at(i)->architecture, text))
			return true;
	return false;
}

static void leave_out_injections(struct run_options *options)
{
	struct strings all = options->inject;

	options->inject = (struct strings){ .items = NULL };
	for (size_t i = 0; i < all.count; i++)
		if (!is_foreign_injection(options->target, all.items[i]))
			strings_add(&options->inject, all.items[i]);
	strings_free(&all);
}

void foreign_leave_out(struct run_options *options)
{
	leave_out_features(options);
	leave_out_injections(options);
	for (const struct option_group *group = target_option_groups; group->rows; group++)
		for (const struct option_row *row = group->rows; row->name; row++)
			if (!target_has_option(options->target, row->name))
				option_forget(row, &options->special);
}
