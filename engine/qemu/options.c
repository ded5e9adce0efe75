/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "options.h"

#include "../../inject/parse.h"

#include <stdio.h>
#include <string.h>
#include <sys/random.h>

static bool parse_replacement(const char *value, enum replacement *replacement)
{
	static const char *const names[] = {
		[REPLACE_KEEP] = "keep",       [REPLACE_VMCALL] = "vmcall",
		[REPLACE_VMMCALL] = "vmmcall", [REPLACE_FAST] = "fast",
		[REPLACE_NATIVE] = "native",   [REPLACE_REFUSE] = "refuse",
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (!strcmp(value, names[i])) {
			*replacement = i;
			return true;
		}
	}
	fprintf(stderr,
		"paracall: replace=%s: use keep, vmcall, vmmcall, fast, native or refuse\n",
		value);
	return false;
}

static bool parse_spin(const char *value, bool *yields)
{
	*yields = !strcmp(value, "yield");
	if (*yields || !strcmp(value, "keep"))
		return true;
	fprintf(stderr, "paracall: spin=%s: use yield or keep\n", value);
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

static bool parse_hints(const char *value, uint32_t *hints)
{
	*hints = !strcmp(value, "realtime") ? 1u << PARACALL_KVM_HINTS_REALTIME : 0;
	if (*hints || !strcmp(value, "none"))
		return true;
	fprintf(stderr, "paracall: hints=%s: use realtime or none\n", value);
	return false;
}

static bool parse_injection(const char *value, enum paracall_architecture architecture,
			    struct paracall_injection *injection)
{
	const char *wrong = injection_parse(injection, architecture, value);

	if (wrong)
		fprintf(stderr, "paracall: inject=%s: %s\n", value, wrong);
	return !wrong;
}

/* One that is short to write, and 0 if the host has none. */
static uint64_t choose_seed(void)
{
	uint32_t seed;

	return getrandom(&seed, sizeof(seed), GRND_NONBLOCK) == sizeof(seed) ? seed : 0;
}

/* Commas part QEMU's arguments, so colons part the features here. */
static bool parse_features(enum paracall_architecture architecture, char *value,
			   uint32_t available, uint32_t *features)
{
	const char *wrong;
	size_t length;
	int error;

	for (char *c = value; *c; c++)
		if (*c == ':')
			*c = ',';
	error = paracall_features_parse_of(architecture, value, available, features, &wrong,
					   &length);
	if (error)
		fprintf(stderr,
			"paracall: feature '%.*s': %s; 'paracall list --features' shows which there are\n",
			(int)length, wrong, paracall_strerror(error));
	return !error;
}

static bool parse_one(struct plugin_options *options, enum paracall_architecture architecture,
		      uint32_t available, char *argument)
{
	char *value = strchr(argument, '=');

	if (value) {
		*value++ = '\0';
		if (!strcmp(argument, "features"))
			return parse_features(architecture, value, available,
					      &options->features);
		if (!strcmp(argument, "enforce"))
			return parse_switch(argument, value, &options->enforce_features);
		if (!strcmp(argument, "hints"))
			return parse_hints(value, &options->hints);
		if (!strcmp(argument, "inject"))
			return parse_injection(value, architecture, &options->injection);
		if (!strcmp(argument, "replace"))
			return parse_replacement(value, &options->replacement);
		if (!strcmp(argument, "spin"))
			return parse_spin(value, &options->spin_yields);
		if (!strcmp(argument, "report")) {
			options->report = value;
			return true;
		}
		if (!strcmp(argument, "trace")) {
			options->trace = value;
			return true;
		}
	}
	fprintf(stderr,
		"paracall: unknown plugin argument '%s': there are features=, enforce=, hints=, inject=, replace=, report=, spin= and trace=\n",
		argument);
	return false;
}

/* All others are about x86's interface. */
static bool is_for(enum paracall_architecture architecture, const char *argument)
{
	bool has_features = paracall_feature_count_of(architecture);

	if (architecture == PARACALL_X86 || !strncmp(argument, "report=", 7) ||
	    !strncmp(argument, "inject=", 7) || !strncmp(argument, "trace=", 6) ||
	    (has_features && !strncmp(argument, "features=", 9)) ||
	    (architecture == PARACALL_POWERPC && !strncmp(argument, "spin=", 5)))
		return true;
	fprintf(stderr,
		"paracall: plugin argument '%s': here there are %sinject=, report=%s and trace= only\n",
		argument, has_features ? "features=, " : "",
		architecture == PARACALL_POWERPC ? ", spin=" : "");
	return false;
}

bool options_parse(struct plugin_options *options, enum paracall_architecture architecture,
		   uint32_t capabilities, int argc, char **argv)
{
	uint32_t available = paracall_features_available_of(architecture, capabilities);

	*options = (struct plugin_options){
		.capabilities = capabilities,
		.features = paracall_features_default_of(architecture, capabilities),
		.replacement = REPLACE_FAST,
		.spin_yields = true,
	};
	for (int i = 0; i < argc; i++)
		if (!is_for(architecture, argv[i]) ||
		    !parse_one(options, architecture, available, argv[i]))
			return false;
	if (!options->injection.has_seed)
		options->injection.seed = choose_seed();
	return true;
}
