/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "options.h"

#include "../cli.h"
#include "../engines.h"
#include "../options.h"

#include <fnmatch.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DEFAULT_ENGINES (ENGINE_PARACALL | ENGINE_PLAIN)
#define MOST_JOBS 1024
#define MOST_SHARDS 1000000

static void print_usage(void)
{
	printf("Usage: paracall check [OPTION]... [PROGRAM]...\n"
	       "       paracall check --compare [OPTION]... ENGINE ENGINE [PROGRAM]...\n"
	       "\n"
	       "Run the conformance suite: bare-metal guests that test KVM's interface from\n"
	       "inside. PROGRAM is one of them, like kick, or a pattern of names. The exit status\n"
	       "is 0 if all results are as expected, 1 if a test failed, 3 if none did but a\n"
	       "guest crashed or did not finish in time, 77 if nothing could be tested.\n"
	       "\n");
}

/* By its name, with or without the folder that it is in. */
bool check_is_wanted(const struct check_options *options, const char *program)
{
	const char *slash = strrchr(program, '/');

	for (char **pattern = options->patterns; *pattern; pattern++)
		if (!fnmatch(*pattern, program, FNM_LEADING_DIR) ||
		    (slash && !fnmatch(*pattern, slash + 1, 0)))
			return true;
	return !options->patterns[0];
}

static bool take_engines(void *argument, const char *value)
{
	struct check_options *options = argument;

	options->engines = check_engines_parse(value);
	if (!options->engines)
		complain(
			"--engine=%s: use paracall, plain, kvm, kvm-in-tcg or unicorn, or several with commas between",
			value);
	return options->engines;
}

static bool take_architecture(void *argument, const char *value)
{
	struct check_options *options = argument;
	const struct check_machine *machine;
	char *names;

	options->architecture = value;
	for (size_t i = 0; (machine = check_machine(i)); i++)
		if (!strcmp(machine->architecture, value))
			return true;
	names = check_machine_names();
	complain("--arch=%s: there are no guests for that: use %s", value, names);
	free(names);
	return false;
}

static bool take_format(void *argument, const char *value)
{
	struct check_options *options = argument;
	const char *names = check_format_parse(value, &options->format);

	if (names)
		complain("--format=%s: use %s", value, names);
	return !names;
}

static bool take_timeout(void *argument, const char *value)
{
	struct check_options *options = argument;
	char *end;
	long seconds = strtol(value, &end, 10);

	options->seconds = seconds;
	if (*value && !*end && seconds > 0 && seconds <= SUITE_MOST_SECONDS)
		return true;
	complain("--timeout=%s: give a number of seconds, at most %d", value,
		 SUITE_MOST_SECONDS);
	return false;
}

/* A number from 1 to @most that ends at *@end, or 0. */
static unsigned int take_number(const char *text, unsigned long most, char **end)
{
	unsigned long number = strtoul(text, end, 10);

	return *text >= '0' && *text <= '9' && number <= most ? number : 0;
}

static unsigned int processors(void)
{
	cpu_set_t set;

	return sched_getaffinity(0, sizeof(set), &set) ? 1 : CPU_COUNT(&set);
}

static bool take_jobs(void *argument, const char *value)
{
	struct check_options *options = argument;
	char *end;

	if (!strcmp(value, "auto")) {
		options->jobs = processors();
		return true;
	}
	options->jobs = take_number(value, MOST_JOBS, &end);
	if (options->jobs && !*end)
		return true;
	complain("--jobs=%s: give a number from 1 to %d, or auto", value, MOST_JOBS);
	return false;
}

static bool take_shard(void *argument, const char *value)
{
	struct check_options *options = argument;
	char *end;

	options->shard = take_number(value, MOST_SHARDS, &end);
	options->shard_count = *end == '/' ? take_number(end + 1, MOST_SHARDS, &end) : 0;
	if (options->shard && options->shard <= options->shard_count && !*end)
		return true;
	complain("--shard=%s: give a part and the number of parts, like 1/4 to 4/4", value);
	return false;
}

static bool take_seed(void *argument, const char *value)
{
	struct check_options *options = argument;

	if (sequences_parse_seed(&options->sequences, value))
		return true;
	complain("--seed=%s: give a number below 2^63, or random", value);
	return false;
}

static bool take_sequences(void *argument, const char *value)
{
	struct check_options *options = argument;

	if (sequences_parse_count(&options->sequences, value))
		return true;
	complain("--sequences=%s: give a number from 1 to %u", value, MOST_SEQUENCES);
	return false;
}

static bool take_rules(void *argument, const char *value)
{
	struct check_options *options = argument;

	(void)value;
	options->lists = options->lists_rules = true;
	return true;
}

static bool take_folder(void *argument, const char *value)
{
	struct check_options *options = argument;

	free(options->folder);
	options->folder = must(strdup(value));
	return true;
}

static char *list_seconds(void)
{
	return format_string("%u", DEFAULT_SECONDS);
}

static const struct option_row rows[] = {
	{ .name = "engine",
	  .value = "LIST",
	  .help = "engines to run them on: paracall; plain, QEMU alone, where\n"
		  "nearly all must be skipped; kvm, the machine's own;\n"
		  "kvm-in-tcg, that of a Linux under QEMU; unicorn, Paracall's\n"
		  "library without QEMU (default: paracall,plain)",
	  .take = take_engines },
	{ .name = "compare",
	  .help = "run guests that print their host's answers, on two engines,\n"
		  "and show differences; 1 if one of them is unexplained",
	  .place = offsetof(struct check_options, compares) },
	{ .name = "seed",
	  .value = "N",
	  .help = "seed of --compare's random sequences; --seed=random draws\n"
		  "and prints one (default: 1)",
	  .take = take_seed },
	{ .name = "sequences",
	  .value = "N",
	  .help = "how many sequences (default: 600, with --long 10000)",
	  .take = take_sequences },
	{ .name = "arch",
	  .value = "NAME",
	  .help = "only this architecture: %s",
	  .list = check_machine_names,
	  .take = take_architecture },
	{ .name = "long",
	  .help = "include the long runs",
	  .place = offsetof(struct check_options, is_long) },
	{ .name = "list",
	  .help = "show the tests and what they cover, without running them",
	  .place = offsetof(struct check_options, lists) },
	{ .name = "rules",
	  .help = "the same, with the source of what each test expects",
	  .take = take_rules },
	{ .name = "format",
	  .value = "FORMAT",
	  .help = "text, tap or junit; for a list text or json (default: text)",
	  .take = take_format },
	{ .name = "junit",
	  .value = "FILE",
	  .help = "also write the results to FILE, as JUnit's XML",
	  .place = offsetof(struct check_options, junit) },
	{ .name = "jobs",
	  .letter = 'j',
	  .value = "N",
	  .help = "N runs at a time, or auto: as many as there are processors;\n"
		  "those that measure time are run alone (default: 1)",
	  .take = take_jobs },
	{ .name = "shard",
	  .value = "I/N",
	  .help = "the I-th of N parts of the runs, for N machines",
	  .take = take_shard },
	{ .name = "timeout",
	  .value = "N",
	  .help = "seconds for each run (default: as its .conf file says, or %s)",
	  .list = list_seconds,
	  .take = take_timeout },
	{ .name = "guests",
	  .value = "FOLDER",
	  .help = "where the guests and their .conf files are",
	  .take = take_folder },
	HELP_ROW,
	{ .name = NULL },
};

static const struct option_table table = {
	.command = "check",
	.print_usage = print_usage,
	.groups = (const struct option_group[]){ { .rows = rows }, { .rows = NULL } },
	.wrong = EXIT_USAGE,
};

/* The first two of the words that are no options. */
static bool take_compared(struct check_options *options)
{
	for (unsigned int side = 0; side < 2; side++) {
		const char *name = *options->patterns;
		uint32_t engine = name ? check_engines_parse(name) : 0;

		if (!engine || engine & (engine - 1)) {
			complain(
				"check: --compare needs two engines, like 'kvm-in-tcg paracall'");
			return false;
		}
		options->compared[side] = engine;
		options->patterns++;
	}
	if (options->compared[0] != options->compared[1] && options->format == CHECK_TEXT)
		return true;
	complain(options->format == CHECK_TEXT
			 ? "check: --compare needs two different engines"
			 : "check: --compare supports only --format=text");
	return false;
}

/* Whether the options go together, with a complaint if not. */
static bool do_fit(struct check_options *options)
{
	bool is_special = options->junit || options->shard;

	if (options->compares && is_special)
		complain("check: --junit and --shard cannot be combined with --compare");
	else if (options->compares)
		return take_compared(options);
	else if (options->sequences.has_seed || options->sequences.count)
		complain("check: --seed and --sequences need --compare");
	else if (options->format == CHECK_JSON && !options->lists)
		complain("check: --format=json needs --list");
	else if (options->lists && options->format != CHECK_TEXT &&
		 options->format != CHECK_JSON)
		complain("check: --list supports only --format=text and json");
	else if (options->lists && options->junit)
		complain("check: --junit is for results, and --list has none");
	else if (options->lists && options->shard && options->format != CHECK_JSON)
		complain("check: --list shows the runs of a shard only with --format=json");
	else
		return true;
	return false;
}

int check_options_parse(struct check_options *options, int argc, char **argv)
{
	int status;

	*options = (struct check_options){
		.engines = DEFAULT_ENGINES,
		.jobs = 1,
		.folder = data_path("guest"),
	};
	status = options_read(&table, options, argc, argv, &options->patterns);
	if (status >= 0)
		return status;
	return do_fit(options) ? -1 : EXIT_USAGE;
}
