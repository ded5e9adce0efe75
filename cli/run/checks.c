/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whether the options go together, and with the guest. */
#include "../../engine/qemu/capabilities.h"
#include "../../inject/parse.h"
#include "options.h"

#include <stdlib.h>
#include <string.h>

/* Whether an option was given that only makes sense with --kernel. */
static bool has_machine_option(const struct run_options *options)
{
	const struct default_machine *machine = &options->machine;

	return options->arch || machine->initrd || machine->append || machine->cpus ||
	       machine->memory || machine->disk;
}

bool run_options_check_form(const struct run_options *options)
{
	char **rest = options->rest;

	if (options->machine.kernel) {
		if (!rest[0] || rest[0][0] == '-')
			return true;
		complain(
			"'%s' and --kernel exclude each other: give a QEMU command, or a kernel and perhaps more QEMU arguments after --",
			rest[0]);
		return false;
	}
	if (has_machine_option(options))
		complain("a default machine needs --kernel=FILE; see 'paracall run --help'");
	else if (!rest[0])
		complain("run: give '-- %s ...' or --kernel=FILE; see 'paracall run --help'",
			 target_at(0)->program);
	else
		return true;
	return false;
}

/* Which option the target has nothing for, and is not as it would be without; or NULL. */
static const struct option_row *foreign_option(const struct run_options *options)
{
	for (const struct option_group *group = target_option_groups; group->rows; group++) {
		for (const struct option_row *row = group->rows; row->name; row++) {
			const char *given = option_given(row, &options->special);

			if (given && (!row->neutral || strcmp(given, row->neutral)) &&
			    !target_has_option(options->target, row->name))
				return row;
		}
	}
	return NULL;
}

/* By an option that was not given. */
static bool could_be_available(const struct run_options *options, const char *name,
			       size_t length)
{
	enum paracall_architecture architecture = options->target->architecture;
	uint32_t capabilities = options->capabilities | QEMU_CAPABILITIES_ON_REQUEST;
	char *feature = format_string("%.*s", (int)length, name);
	uint32_t features = 0;
	int error =
		paracall_features_parse(architecture, feature,
					paracall_features_available(architecture, capabilities),
					&features, NULL, NULL);

	free(feature);
	return !error;
}

static bool parse_features(struct run_options *options)
{
	enum paracall_architecture architecture = options->target->architecture;
	uint32_t available = paracall_features_available(architecture, options->capabilities);
	const char *wrong;
	size_t length;
	int error = paracall_features_parse(architecture, options->special.features, available,
					    &options->features, &wrong, &length);

	if (error == PARACALL_ERROR_FEATURE && could_be_available(options, wrong, length))
		complain(
			"feature '%.*s' needs a list of CPUs: give --target-impl-cpus=LIST, too",
			(int)length, wrong);
	else if (error == PARACALL_ERROR_FEATURE)
		complain(
			"feature '%.*s' can't be offered here; 'paracall list --features' says why",
			(int)length, wrong);
	else if (error)
		complain(
			"there is no feature '%.*s'; 'paracall list --features' shows the names",
			(int)length, wrong);
	return !error;
}

bool run_options_check_target(struct run_options *options)
{
	const struct target_info *target = options->target;
	const struct option_row *row = foreign_option(options);

	if (row) {
		char *names = target_names_with(row->name);

		complain("--%s is for %s guests: leave it out for %s, which has no such thing",
			 row->name, names, target->name);
		free(names);
		return false;
	}
	options->features =
		paracall_features_default(target->architecture, options->capabilities);
	return !options->special.features || !target_has_option(target, "features") ||
	       parse_features(options);
}

bool run_options_check_injections(const struct run_options *options)
{
	struct paracall_injection injection = { .size = sizeof(injection) };

	for (size_t i = 0; i < options->inject.count; i++) {
		const char *text = options->inject.items[i];
		const char *wrong =
			injection_parse(&injection, options->target->architecture, text);

		if (!wrong)
			continue;
		complain("--inject=%s: %s", text, wrong);
		return false;
	}
	return true;
}
