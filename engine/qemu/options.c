/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "options.h"

#include "../../inject/parse.h"

#include <stdio.h>
#include <string.h>
#include <sys/random.h>

bool option_choose(const char *key, const char *value, const char *first, const char *second,
		   bool *is_first)
{
	*is_first = !strcmp(value, first);
	if (*is_first || !strcmp(value, second))
		return true;
	fprintf(stderr, "paracall: %s=%s: use %s or %s\n", key, value, first, second);
	return false;
}

static bool take_spin(struct plugin_options *options, char *value)
{
	return option_choose("spin", value, "yield", "keep", &options->spin_yields);
}

const struct plugin_option option_spin = { "spin", take_spin };

static bool take_enforce(struct plugin_options *options, char *value)
{
	return option_choose("enforce", value, "on", "off", &options->enforce_features);
}

const struct plugin_option option_enforce = { "enforce", take_enforce };

static bool take_hints(struct plugin_options *options, char *value)
{
	bool is_realtime;

	if (!option_choose("hints", value, "realtime", "none", &is_realtime))
		return false;
	options->hints = is_realtime ? 1u << PARACALL_KVM_HINTS_REALTIME : 0;
	return true;
}

const struct plugin_option option_hints = { "hints", take_hints };

/* Commas separate QEMU's arguments, so colons separate the features here. */
static bool take_features(struct plugin_options *options, char *value)
{
	uint32_t available =
		paracall_features_available(options->architecture, options->capabilities);
	const char *wrong;
	size_t length;
	int error;

	for (char *c = value; *c; c++)
		if (*c == ':')
			*c = ',';
	error = paracall_features_parse(options->architecture, value, available,
					&options->features, &wrong, &length);
	if (error)
		fprintf(stderr,
			"paracall: feature '%.*s': %s; 'paracall list --features' shows them all\n",
			(int)length, wrong, paracall_strerror(error));
	return !error;
}

const struct plugin_option option_features = { "features", take_features };

static bool take_injection(struct plugin_options *options, char *value)
{
	const char *wrong = injection_parse(&options->injection, options->architecture, value);

	if (wrong)
		fprintf(stderr, "paracall: inject=%s: %s\n", value, wrong);
	return !wrong;
}

static bool take_report(struct plugin_options *options, char *value)
{
	options->report = value;
	return true;
}

static bool take_trace(struct plugin_options *options, char *value)
{
	options->trace = value;
	return true;
}

static bool take_summary(struct plugin_options *options, char *value)
{
	options->summary = value;
	return true;
}

static bool take_format(struct plugin_options *options, char *value)
{
	bool is_text;

	if (!option_choose("format", value, "text", "json", &is_text))
		return false;
	options->is_json = !is_text;
	return true;
}

/* Of all targets. */
static const struct plugin_option option_format = { "format", take_format };
static const struct plugin_option option_inject = { "inject", take_injection };
static const struct plugin_option option_report = { "report", take_report };
static const struct plugin_option option_summary = { "summary", take_summary };
static const struct plugin_option option_trace = { "trace", take_trace };

static const struct plugin_option *const common_options[] = {
	&option_format, &option_inject, &option_report, &option_summary, &option_trace, NULL,
};

static const struct plugin_option *find(const struct plugin_option *const *list,
					const char *key, size_t length)
{
	for (; *list; list++)
		if (strlen((*list)->key) == length && !strncmp((*list)->key, key, length))
			return *list;
	return NULL;
}

/* "features=, inject= and trace=" */
static void print_keys(const struct plugin_option *const *own)
{
	const struct plugin_option *const *lists[] = { own, common_options };
	size_t left = 0;

	for (size_t i = 0; i < 2; i++)
		for (size_t j = 0; lists[i][j]; j++)
			left++;
	for (size_t i = 0; i < 2; i++)
		for (size_t j = 0; lists[i][j]; j++) {
			left--;
			fprintf(stderr, "%s=%s", lists[i][j]->key,
				left > 1    ? ", "
				: left == 1 ? " and "
					    : "");
		}
}

/* Features, or all others. */
static bool take_one(struct plugin_options *options, const struct plugin_option *const *own,
		     char *argument, bool are_features)
{
	size_t length = strcspn(argument, "=");
	const struct plugin_option *option = find(own, argument, length);

	if (!option)
		option = find(common_options, argument, length);
	if (option && argument[length])
		return (option == &option_features) != are_features ||
		       option->take(options, argument + length + 1);
	fprintf(stderr, "paracall: unknown plugin argument '%.*s': this target takes ",
		(int)length, argument);
	print_keys(own);
	fprintf(stderr, " only\n");
	return false;
}

/* A short number, and 0 if the host has no random numbers. */
static uint32_t choose_seed(void)
{
	uint32_t seed;

	return getrandom(&seed, sizeof(seed), GRND_NONBLOCK) == sizeof(seed) ? seed : 0;
}

bool options_parse(struct plugin_options *options, const struct plugin_option *const *own,
		   enum paracall_architecture architecture, uint32_t capabilities, int argc,
		   char **argv)
{
	*options = (struct plugin_options){
		.architecture = architecture,
		.capabilities = capabilities,
		.features = paracall_features_default(architecture, capabilities),
		.spin_yields = true,
		.injection.size = sizeof(options->injection),
	};
	for (int i = 0; i < argc; i++)
		if (!take_one(options, own, argv[i], false))
			return false;
	/* Others may decide which features there are to choose from. */
	for (int i = 0; i < argc; i++)
		if (!take_one(options, own, argv[i], true))
			return false;
	if (!options->injection.has_seed)
		options->injection.seed = choose_seed();
	return true;
}
