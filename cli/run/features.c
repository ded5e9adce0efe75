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

static void translate_list(struct run_options *options)
{
	char *list = format_string("%s", options->special.features);
	const char *word = list;

	options->special.features = NULL;
	for (;;) {
		size_t length = strcspn(word, ",");
		char *words = translate(options, word, length);

		features_add(options, words);
		free(words);
		if (!word[length])
			break;
		word += length + 1;
	}
	free(list);
}

static bool is_available(const struct run_options *options, const char *feature)
{
	enum paracall_architecture architecture = options->target->architecture;
	uint32_t available = paracall_features_available(architecture, options->capabilities);
	uint32_t features = 0;

	return !paracall_features_parse(architecture, feature, available, &features, NULL,
					NULL);
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

void features_take(struct run_options *options)
{
	enum paracall_architecture architecture = options->target->architecture;
	const struct kvm_name *name;

	if (!target_has_option(options->target, "features"))
		return;
	take_others(options);
	/* Paracall's own option wins. */
	options->has_own_features = options->special.features;
	if (options->has_own_features) {
		translate_list(options);
		return;
	}
	for (size_t i = 0; (name = kvm_name_at(i)); i++)
		if (name->architecture == architecture)
			take_feature(options, name);
	if (ask(options, KVM_NAME_HIDES) == COMMAND_NO) {
		features_add(options, "none");
		options->hides_kvm = true;
	}
}
