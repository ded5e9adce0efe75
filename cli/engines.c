/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "engines.h"

#include "../engine/qemu/command_line/plugin_files.h"
#include "child.h"
#include "cli.h"
#include "options.h"
#include "probe_cache.h"
#include "seen.h"
#include "targets.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

char *data_path(const char *folder)
{
	return own_file(".", PARACALL_PLUGIN_DIRECTORY, folder);
}

char *plugin_path(const char *file)
{
	char *path = own_file("engine/qemu", PARACALL_PLUGIN_DIRECTORY, file);

	if (!access(path, R_OK))
		return path;
	complain("the plugin '%s' is missing; build it, or install Paracall again", path);
	free(path);
	return NULL;
}

static void add(struct qemus *qemus, const char *path, const char *origin)
{
	char *real = realpath(path, NULL);

	if (!real || access(real, X_OK) || seen_is(real)) {
		free(real);
		return;
	}
	for (size_t i = 0; i < qemus->count; i++) {
		if (!strcmp(qemus->items[i].path, real)) {
			free(real);
			return;
		}
	}
	qemus->items = must(realloc(qemus->items, (qemus->count + 1) * sizeof(*qemus->items)));
	qemus->items[qemus->count++] = (struct qemu){ .path = real, .origin = origin };
}

static void add_from_path(struct qemus *qemus, const char *program)
{
	const char *folder = getenv("PATH");

	while (folder && *folder) {
		size_t length = strcspn(folder, ":");
		char *path = format_string("%.*s/%s", (int)length, folder, program);

		add(qemus, path, "on PATH");
		free(path);
		folder += length + (folder[length] == ':');
	}
}

char *cache_path(const char *file)
{
	char *folder = cache_folder();
	char *path = folder ? format_string("%s/%s", folder, file) : NULL;

	free(folder);
	return path;
}

/* Where script/setup keeps its downloads. */
static void add_private(struct qemus *qemus, const char *program)
{
	char *file = format_string("qemu/bin/%s", program);
	char *path = cache_path(file);

	if (path)
		add(qemus, path, "unpacked by script/setup");
	free(path);
	free(file);
}

/* The target of PARACALL_QEMU: the first, whatever it is called, unless it's another's. */
static const struct target_info *target_of_named(const char *program)
{
	const struct target_info *target = target_of_program(program);

	return target ? target : target_at(0);
}

static bool is_named_for(const char *named, const char *program)
{
	return named && *named && target_of_named(named) == target_of_program(program);
}

/* One that can't be run is left out, and the next might not be what was meant. */
static void check_named(const char *program)
{
	const char *named = getenv("PARACALL_QEMU");

	if (!is_named_for(named, program))
		return;
	if (access(named, X_OK))
		complain("PARACALL_QEMU: there is no program '%s'", named);
	else if (seen_is_self(named))
		complain("PARACALL_QEMU: '%s' is Paracall by a QEMU's name: name a QEMU itself",
			 named);
}

void qemus_find(struct qemus *qemus, const char *program, const char *only)
{
	const char *named = getenv("PARACALL_QEMU");

	*qemus = (struct qemus){ .items = NULL };
	if (only) {
		add(qemus, only, "named");
		return;
	}
	if (is_named_for(named, program))
		add(qemus, named, "named by PARACALL_QEMU");
	add_from_path(qemus, program);
	add_private(qemus, program);
}

void qemus_free(struct qemus *qemus)
{
	for (size_t i = 0; i < qemus->count; i++)
		free(qemus->items[i].path);
	free(qemus->items);
}

/* The probe's refusal ends with the highest version that this QEMU has. */
static int parse_refusal(const char *answer)
{
	static const char words[] = "supports only up to version ";
	const char *found = strstr(answer, words);

	return found ? strtol(found + strlen(words), NULL, 10) : 0;
}

static enum qemu_verdict judge(int plugin_api, const char *answer)
{
	if (plugin_file(plugin_api))
		return QEMU_USABLE;
	if (plugin_api > PLUGIN_API_LAST)
		return QEMU_TOO_NEW;
	if (plugin_api)
		return QEMU_TOO_OLD;
	return strstr(answer, "plugin") ? QEMU_NO_PLUGINS : QEMU_BROKEN;
}

static void probe_with(struct qemu *qemu, char *probe)
{
	char *argv[] = { qemu->path, "-M", "none", "-display", "none", "-plugin", probe, NULL };
	char answer[1024];

	if (child_ask(argv, answer, sizeof(answer)))
		return;
	qemu->plugin_api = parse_refusal(answer);
	qemu->verdict = judge(qemu->plugin_api, answer);
	if (qemu->verdict == QEMU_USABLE)
		probe_cache_add(qemu->path, probe, qemu->plugin_api);
}

void qemu_probe(struct qemu *qemu, bool may_remember)
{
	char *probe = plugin_path("paracall-qemu-probe.so");

	qemu->verdict = QEMU_BROKEN;
	qemu->plugin_api = probe && may_remember ? probe_cache_find(qemu->path, probe) : 0;
	if (qemu->plugin_api)
		qemu->verdict = QEMU_USABLE;
	else if (probe)
		probe_with(qemu, probe);
	free(probe);
}

void qemu_ask_version(struct qemu *qemu)
{
	static const char words[] = "version ";
	char *argv[] = { qemu->path, "--version", NULL };
	char answer[1024];
	char *found;

	if (*qemu->version || child_ask(argv, answer, sizeof(answer)))
		return;
	found = strstr(answer, words);
	if (!found)
		return;
	found += strlen(words);
	snprintf(qemu->version, sizeof(qemu->version), "%.*s",
		 (int)strspn(found, "0123456789.abcdefghijklmnopqrstuvwxyz-"), found);
}

char *qemu_reason(struct qemu *qemu)
{
	qemu_ask_version(qemu);
	switch (qemu->verdict) {
	case QEMU_USABLE:
		break;
	case QEMU_TOO_OLD:
		return format_string(
			"QEMU %s at %s is too old (plugin API %d): get QEMU %s or later, for instance by script/setup, or name one with --qemu or PARACALL_QEMU",
			qemu->version, qemu->path, qemu->plugin_api, QEMU_FIRST_VERSION);
	case QEMU_TOO_NEW:
		return format_string(
			"QEMU %s at %s is too new (plugin API %d, this Paracall has plugins for up to %d): get a newer Paracall, or name another QEMU with --qemu or PARACALL_QEMU",
			qemu->version, qemu->path, qemu->plugin_api, PLUGIN_API_LAST);
	case QEMU_NO_PLUGINS:
		return format_string(
			"QEMU %s at %s was built without plugins: name another with --qemu or PARACALL_QEMU",
			qemu->version, qemu->path);
	case QEMU_BROKEN:
		return format_string(
			"'%s' does not behave like a QEMU: name another with --qemu or PARACALL_QEMU",
			qemu->path);
	}
	return format_string("QEMU %s at %s can be used", qemu->version, qemu->path);
}

char *qemu_choose(const char *program, const char *only, int *plugin_api, char **reason)
{
	struct qemus qemus;
	char *path = NULL;

	*reason = NULL;
	if (!only)
		check_named(program);
	qemus_find(&qemus, program, only);
	for (size_t i = 0; i < qemus.count && !path; i++) {
		struct qemu *qemu = &qemus.items[i];

		qemu_probe(qemu, true);
		if (qemu->verdict == QEMU_USABLE)
			path = must(strdup(qemu->path));
		else if (!*reason)
			*reason = qemu_reason(qemu);
		if (path && plugin_api)
			*plugin_api = qemu->plugin_api;
	}
	qemus_free(&qemus);
	if (path) {
		free(*reason);
		*reason = NULL;
	} else if (!*reason && only) {
		*reason =
			access(only, X_OK)
				? format_string("there is no program '%s'", only)
				: format_string(
					  "'%s' is Paracall by a QEMU's name: name a QEMU itself",
					  only);
	} else if (!*reason) {
		*reason = format_string(
			"no %s was found: install QEMU %s or later, or let script/setup get one",
			program, QEMU_FIRST_VERSION);
	}
	return path;
}

static const char *verdict_words(const struct qemu *qemu, bool is_first)
{
	switch (qemu->verdict) {
	case QEMU_USABLE:
		return is_first ? "would be used: the first that fits this Paracall"
				: "could be used; one above comes first";
	case QEMU_TOO_OLD:
		return "too old: QEMU " QEMU_FIRST_VERSION " or later is needed";
	case QEMU_TOO_NEW:
		return "too new for this Paracall";
	case QEMU_NO_PLUGINS:
		return "built without plugins";
	case QEMU_BROKEN:
		break;
	}
	return "does not behave like a QEMU";
}

/* True if it is the one to use. */
static bool print_engine(struct qemu *qemu, bool found_usable)
{
	bool is_used;

	qemu_probe(qemu, false);
	qemu_ask_version(qemu);
	is_used = qemu->verdict == QEMU_USABLE && !found_usable;
	printf("%c %s\n    found: %s; version: %s; plugin API: ", is_used ? '*' : ' ',
	       qemu->path, qemu->origin, *qemu->version ? qemu->version : "unknown");
	if (qemu->plugin_api)
		printf("%d\n", qemu->plugin_api);
	else
		printf("none\n");
	printf("    %s\n", verdict_words(qemu, is_used));
	return is_used;
}

/* Its own QEMU is too old, and its backports have one. */
static bool is_debian_13(void)
{
	size_t size;
	char *text = read_file("/etc/os-release", &size);
	bool is =
		text && strstr(text, "\nID=debian\n") && strstr(text, "\nVERSION_ID=\"13\"\n");

	free(text);
	return is;
}

/* One package, and one run of script/setup, is for several of QEMU's programs. */
static const char *arch_of(const char *package)
{
	size_t i = 0;

	while (strcmp(target_at(i)->package, package) || !target_at(i)->arch)
		i++;
	return target_at(i)->arch;
}

/* The nearest way to a QEMU that can be used. */
static void print_way(const struct target_info *target)
{
	if (access("/usr/bin/apt-get", X_OK)) {
		printf("    to get one: build QEMU " QEMU_FIRST_VERSION
		       " or later, with --enable-plugins, and name it by PARACALL_QEMU\n");
		return;
	}
	if (is_debian_13())
		printf("    to get one: apt-get install -t trixie-backports %s, with Debian's backports as a source,\n"
		       "    or beside the system's own:",
		       target->package);
	else
		printf("    to get one beside the system's own:");
	printf(" script/setup --arch=%s, in Paracall's source\n", arch_of(target->package));
}

/* True if one of them can be used. */
static bool print_engines_of(const struct target_info *target, const char *only)
{
	const char *program = target->program;
	struct qemus qemus;
	bool found_usable = false;

	qemus_find(&qemus, program, only);
	for (size_t i = 0; i < qemus.count; i++)
		found_usable |= print_engine(&qemus.items[i], found_usable);
	if (!qemus.count)
		printf("No %s was found.\n", program);
	if (!found_usable)
		print_way(target);
	qemus_free(&qemus);
	return found_usable;
}

static int print_engines(const char *only)
{
	const struct target_info *named = only ? target_of_program(only) : NULL;
	bool has_usable = print_engines_of(named ? named : target_at(0), only);

	for (size_t i = 1; !only && target_at(i); i++)
		has_usable |= print_engines_of(target_at(i), NULL);
	if (!has_usable)
		complain("no QEMU here can be used: QEMU " QEMU_FIRST_VERSION
			 " or later is needed");
	return has_usable ? EXIT_OK : EXIT_NOTHING;
}

struct engines_options {
	const char *only;
};

static void print_usage(void)
{
	printf("Usage: paracall engines [--qemu=PATH]\n"
	       "\n"
	       "Show the QEMUs of each architecture that were found, in the order in which they\n"
	       "are tried: the one named by the variable PARACALL_QEMU, those on PATH, the one\n"
	       "that script/setup unpacked. A star marks those that 'paracall run' would use.\n"
	       "\n");
}

static const struct option_row rows[] = {
	{ .name = "qemu",
	  .value = "PATH",
	  .help = "check only this one",
	  .place = offsetof(struct engines_options, only) },
	HELP_ROW,
	{ .name = NULL },
};

static const struct option_table table = {
	.command = "engines",
	.print_usage = print_usage,
	.groups = (const struct option_group[]){ { .rows = rows }, { .rows = NULL } },
	.wrong = EXIT_USAGE,
};

int engines_main(int argc, char **argv)
{
	struct engines_options options = { .only = NULL };
	char **words;
	int status = options_read(&table, &options, argc, argv, &words);

	if (status >= 0)
		return status;
	if (*words) {
		complain("engines: '%s' is not expected; see 'paracall engines --help'",
			 *words);
		return EXIT_USAGE;
	}
	return print_engines(options.only);
}
