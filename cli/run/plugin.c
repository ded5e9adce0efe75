/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "plugin.h"

#include "../../engine/qemu/command_line/plugin_files.h"
#include "../engines.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

static void append(char **argument, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static void append(char **argument, const char *format, ...)
{
	char *longer = NULL;
	va_list values;
	char *more;

	va_start(values, format);
	if (vasprintf(&more, format, values) < 0)
		more = NULL;
	va_end(values);
	longer = format_string("%s%s", *argument, (char *)must(more));
	free(more);
	free(*argument);
	*argument = longer;
}

/* A comma ends an option there, so a list has others between its items. */
static void append_list(char **argument, const char *key, const char *list, char separator)
{
	append(argument, ",%s=", key);
	for (; *list; list++)
		append(argument, "%c", *list == ',' ? separator : *list);
}

/* Those of the target's own that were given. */
static void append_special(char **argument, const struct run_options *options)
{
	const struct target_options *special = &options->special;
	const struct target_info *target = options->target;

	if (special->features && target_has_option(target, "features"))
		append_list(argument, "features", special->features, ':');
	if (special->implementations && target_has_option(target, "target-impl-cpus"))
		append_list(argument, "target-impl-cpus", special->implementations, '+');
	if (special->hints && target_has_option(target, "hints"))
		append(argument, ",hints=%s", special->hints);
	if (options->hides_kvm)
		append(argument, ",kvm=off");
	if (special->enforces)
		append(argument, ",enforce=on");
	if (special->replace && target_has_option(target, "replace"))
		append(argument, ",replace=%s", special->replace);
	if (special->snapshots && target_has_option(target, "snapshots"))
		append(argument, ",snapshots=%s", special->snapshots);
	if (special->spin && target_has_option(target, "spin"))
		append(argument, ",spin=%s", special->spin);
}

bool plugin_add(struct strings *command, int plugin_api, const struct run_options *options,
		int report, int trace, int summary)
{
	char *path = plugin_path(plugin_file(plugin_api));
	char *argument;

	if (!path)
		return false;
	argument = qemu_double_commas(path);
	free(path);
	append_special(&argument, options);
	for (size_t i = 0; i < options->inject.count; i++)
		append(&argument, ",inject=%s", options->inject.items[i]);
	append(&argument, ",report=/proc/self/fd/%d", report);
	if (trace >= 0)
		append(&argument, ",trace=/proc/self/fd/%d", trace);
	if (summary >= 0)
		append(&argument, ",summary=/proc/self/fd/%d,format=%s", summary,
		       options->format ? options->format : "text");
	strings_add(command, "-plugin");
	strings_add(command, argument);
	free(argument);
	if (options->target->add_arguments)
		options->target->add_arguments(command, options);
	return true;
}
