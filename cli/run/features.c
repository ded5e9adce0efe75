/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "features.h"

#include "../../engine/qemu/command_line/kvm_names.h"

#include <stdlib.h>
#include <string.h>

void features_add(struct run_options *options, const char *words)
{
	char *list = options->special.features
			     ? format_string("%s,%s", options->special.features, words)
			     : format_string("%s", words);

	free(options->feature_list);
	options->feature_list = list;
	options->special.features = list;
}

/* "pv-unhalt", or the two that QEMU has one name for. */
static char *join_features(const struct kvm_name *name, const char *sign, const char *between)
{
	return name->features[1] ? format_string("%s%s%s%s%s", sign, name->features[0], between,
						 sign, name->features[1])
				 : format_string("%s%s", sign, name->features[0]);
}

/* One word of --features, with its sign if it has one. */
static char *translate(const struct run_options *options, const char *word, size_t length)
{
	char sign[2] = "";
	const struct kvm_name *name;
	char *features;

	if (length && (*word == '+' || *word == '-'))
		sign[0] = *word;
	name = kvm_name_find(options->target->architecture, word + strlen(sign),
			     length - strlen(sign));
	if (!name || !name->features[0])
		return format_string("%.*s", (int)length, word);
	features = join_features(name, "", " and ");
	complain("--features: QEMU's '%s' is %s", name->name, features);
	free(features);
	return join_features(name, sign, ",");
}

static uint32_t available_features(const struct run_options *options)
{
	return paracall_features_available(options->target->architecture,
					   options->capabilities);
}

static bool is_available(const struct run_options *options, const char *feature)
{
	uint32_t features = 0;

	return !paracall_features_parse(options->target->architecture, feature,
					available_features(options), &features, NULL, NULL);
}

static void warn(const struct kvm_name *name, const struct command_option *option)
{
	char *quote = qemu_command_quote(option);

	complain(
		"%s: the feature '%s' can't be offered, and is left out; 'paracall list --features' says why",
		quote, name->name);
	free(quote);
}

static void take_feature(struct run_options *options, const struct kvm_name *name)
{
	const struct command_option *option;
	enum command_answer answer =
		command_line_cpu_property(&options->line, options->target->cpu_type, name->name,
					  &option);
	char *words;

	if (answer == COMMAND_SILENT || !name->features[0])
		return;
	if (answer == COMMAND_YES && !is_available(options, name->features[0])) {
		warn(name, option);
		return;
	}
	words = join_features(name, answer == COMMAND_YES ? "+" : "-", ",");
	features_add(options, words);
	free(words);
}

/* Silent, too, about what this architecture doesn't have. */
static enum command_answer ask(const struct run_options *options, const char *name)
{
	const struct target_info *target = options->target;

	return kvm_name_find(target->architecture, name, strlen(name))
		       ? command_line_cpu_property(&options->line, target->cpu_type, name, NULL)
		       : COMMAND_SILENT;
}

/* QEMU's own: what is no feature. */
static void take_others(struct run_options *options)
{
	struct target_options *special = &options->special;

	if (!special->hints && ask(options, KVM_NAME_DEDICATED) == COMMAND_YES)
		special->hints = "realtime";
	if (ask(options, KVM_NAME_ENFORCES) == COMMAND_YES)
		special->enforces = true;
}

/* The caller's to free. */
static char *translate_list(const struct run_options *options, const char *word)
{
	char *list = NULL;

	for (;;) {
		size_t length = strcspn(word, ",");
		char *words = translate(options, word, length);
		char *longer =
			list ? format_string("%s,%s", list, words) : format_string("%s", words);

		free(words);
		free(list);
		list = longer;
		if (!word[length])
			return list;
		word += length + 1;
	}
}

/* Nothing if the list is wrong, which is complained of later. */
static uint32_t parse_own(const struct run_options *options, const char *list)
{
	uint32_t features = 0;

	if (paracall_features_parse(options->target->architecture, list,
				    available_features(options), &features, NULL, NULL))
		return 0;
	return features;
}

static void take_command_line(struct run_options *options)
{
	enum paracall_architecture architecture = options->target->architecture;
	const struct kvm_name *name;

	for (size_t i = 0; (name = kvm_name_at(i)); i++)
		if (name->architecture == architecture)
			take_feature(options, name);
	if (ask(options, KVM_NAME_HIDES) == COMMAND_NO) {
		features_add(options, "none");
		options->hides_kvm = true;
	}
}

/* One that begins with a sign changes what is offered without it. */
static bool is_relative(const char *list)
{
	return *list == '+' || *list == '-';
}

void features_take(struct run_options *options)
{
	char *own = NULL;

	if (!target_has_option(options->target, "features"))
		return;
	take_others(options);
	if (options->special.features)
		own = translate_list(options, options->special.features);
	options->special.features = NULL;
	if (!own || is_relative(own))
		take_command_line(options);
	if (!own)
		return;
	/* Paracall's own option wins: who asks for a feature wants KVM to be seen, too. */
	options->own_features = parse_own(options, own);
	options->hides_kvm &= !options->own_features;
	features_add(options, own);
	free(own);
}
