/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "options.h"

#include <stdio.h>
#include <string.h>

static bool parse_replacement(const char *value, enum replacement *replacement)
{
	static const char *const names[] = {
		[REPLACE_KEEP] = "keep",
		[REPLACE_VMCALL] = "vmcall",
		[REPLACE_VMMCALL] = "vmmcall",
		[REPLACE_FAST] = "fast",
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (!strcmp(value, names[i])) {
			*replacement = i;
			return true;
		}
	}
	fprintf(stderr, "paracall: replace=%s: use keep, vmcall, vmmcall or fast\n", value);
	return false;
}

static bool parse_switch(const char *key, const char *value, bool *result)
{
	if (!strcmp(value, "on") || !strcmp(value, "off")) {
		*result = !strcmp(value, "on");
		return true;
	}
	fprintf(stderr, "paracall: %s=%s: use on or off\n", key, value);
	return false;
}

/* Commas part QEMU's arguments, so colons part the features here. */
static bool parse_features(char *value, uint32_t available, uint32_t *features)
{
	const char *wrong;
	size_t length;
	int error;

	for (char *c = value; *c; c++)
		if (*c == ':')
			*c = ',';
	error = paracall_features_parse(value, available, features, &wrong, &length);
	if (error)
		fprintf(stderr,
			"paracall: feature '%.*s': %s; 'paracall list --features' shows which there are\n",
			(int)length, wrong, paracall_strerror(error));
	return !error;
}

static bool parse_one(struct plugin_options *options, uint32_t available, char *argument)
{
	char *value = strchr(argument, '=');

	if (value) {
		*value++ = '\0';
		if (!strcmp(argument, "features"))
			return parse_features(value, available, &options->features);
		if (!strcmp(argument, "enforce"))
			return parse_switch(argument, value, &options->enforce_features);
		if (!strcmp(argument, "replace"))
			return parse_replacement(value, &options->replacement);
		if (!strcmp(argument, "report")) {
			options->report = value;
			return true;
		}
	}
	fprintf(stderr,
		"paracall: unknown plugin argument '%s': there are features=, enforce=, replace= and report=\n",
		argument);
	return false;
}

bool options_parse(struct plugin_options *options, uint32_t capabilities, int argc, char **argv)
{
	uint32_t available = paracall_features_available(capabilities);

	*options = (struct plugin_options){
		.features = available,
		.replacement = REPLACE_FAST,
	};
	for (int i = 0; i < argc; i++)
		if (!parse_one(options, available, argv[i]))
			return false;
	return true;
}
