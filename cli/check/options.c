/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "options.h"

#include "../cli.h"
#include "../engines.h"

#include <fnmatch.h>
#include <getopt.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DEFAULT_ENGINES (ENGINE_PARACALL | ENGINE_PLAIN)
#define MOST_JOBS 1024
#define MOST_SHARDS 1000000

static void print_help(void)
{
	printf("Usage: paracall check [OPTION]... [PROGRAM]...\n"
	       "       paracall check --compare [OPTION]... ENGINE ENGINE [PROGRAM]...\n"
	       "\n"
	       "Run the conformance suite: bare-metal guests that test KVM's interface from\n"
	       "inside. PROGRAM is one of them, like kick, or a pattern of names. The exit status\n"
	       "is 0 if all is as it should be, 1 if a test failed, 3 if none did but a guest\n"
	       "crashed or was not done in time, 77 if nothing could be tested.\n"
	       "\n"
	       "      --engine=LIST    what runs them: paracall; plain, QEMU alone, where nearly all\n"
	       "                       must be skipped; kvm, the machine's own; kvm-in-tcg, that\n"
	       "                       of a Linux under QEMU (default: paracall,plain)\n"
	       "      --compare        run guests that tell their host's answers, on two engines,\n"
	       "                       and show where these differ; 1 if it isn't known why\n"
	       "      --seed=N         of --compare's sequences by chance; or --seed=random, and\n"
	       "                       the seed is told (default: 1)\n"
	       "      --sequences=N    how many of them (default: 600, of the long run 10000)\n"
	       "      --arch=NAME      of this architecture only: x86_64, i386, s390x or\n"
	       "                       ppc64\n"
	       "      --long           the long runs, too\n"
	       "      --list           show the tests and what they cover, and run none\n"
	       "      --rules          the same, and where it is written what each expects\n"
	       "      --format=FORMAT  text, tap or junit; of a list text or json (default: text)\n"
	       "      --junit=FILE     the results also to this file, as JUnit's XML\n"
	       "  -j, --jobs=N         N runs at a time, or auto: as many as there are processors;\n"
	       "                       those that look at time are run alone (default: 1)\n"
	       "      --shard=I/N      the I-th of N parts of the runs, for N machines\n"
	       "      --timeout=N      seconds for each run (default: as its .conf file says, or %u)\n"
	       "      --guests=FOLDER  where the guests and their .conf files are\n"
	       "  -h, --help           this text\n",
	       DEFAULT_SECONDS);
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

enum option_code {
	OPTION_ENGINE = 256,
	OPTION_COMPARE,
	OPTION_SEED,
	OPTION_SEQUENCES,
	OPTION_ARCH,
	OPTION_LONG,
	OPTION_LIST,
	OPTION_RULES,
	OPTION_FORMAT,
	OPTION_JUNIT,
	OPTION_SHARD,
	OPTION_TIMEOUT,
	OPTION_GUESTS,
};

static const struct option long_options[] = {
	{ "engine", required_argument, NULL, OPTION_ENGINE },
	{ "compare", no_argument, NULL, OPTION_COMPARE },
	{ "seed", required_argument, NULL, OPTION_SEED },
	{ "sequences", required_argument, NULL, OPTION_SEQUENCES },
	{ "arch", required_argument, NULL, OPTION_ARCH },
	{ "long", no_argument, NULL, OPTION_LONG },
	{ "list", no_argument, NULL, OPTION_LIST },
	{ "rules", no_argument, NULL, OPTION_RULES },
	{ "format", required_argument, NULL, OPTION_FORMAT },
	{ "junit", required_argument, NULL, OPTION_JUNIT },
	{ "jobs", required_argument, NULL, 'j' },
	{ "shard", required_argument, NULL, OPTION_SHARD },
	{ "timeout", required_argument, NULL, OPTION_TIMEOUT },
	{ "guests", required_argument, NULL, OPTION_GUESTS },
	{ "help", no_argument, NULL, 'h' },
	{ .name = NULL },
};

static bool take_engines(struct check_options *options, const char *value)
{
	options->engines = check_engines_parse(value);
	if (!options->engines)
		complain(
			"--engine=%s: use paracall, plain, kvm or kvm-in-tcg, or several with commas between",
			value);
	return options->engines;
}

static bool take_architecture(struct check_options *options, const char *value)
{
	const struct check_machine *machine;

	options->architecture = value;
	for (size_t i = 0; (machine = check_machine(i)); i++)
		if (!strcmp(machine->architecture, value))
			return true;
	complain("--arch=%s: there are no guests for that: use x86_64, i386, s390x or ppc64",
		 value);
	return false;
}

static bool take_format(struct check_options *options, const char *value)
{
	const char *names = check_format_parse(value, &options->format);

	if (names)
		complain("--format=%s: use %s", value, names);
	return !names;
}

static bool take_timeout(struct check_options *options, const char *value)
{
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

static bool take_jobs(struct check_options *options, const char *value)
{
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

static bool take_shard(struct check_options *options, const char *value)
{
	char *end;

	options->shard = take_number(value, MOST_SHARDS, &end);
	options->shard_count = *end == '/' ? take_number(end + 1, MOST_SHARDS, &end) : 0;
	if (options->shard && options->shard <= options->shard_count && !*end)
		return true;
	complain("--shard=%s: give a part and the number of parts, like 1/4 to 4/4", value);
	return false;
}

static bool take_seed(struct check_options *options, const char *value)
{
	if (sequences_parse_seed(&options->sequences, value))
		return true;
	complain("--seed=%s: give a number below 2^63, or random", value);
	return false;
}

static bool take_sequences(struct check_options *options, const char *value)
{
	if (sequences_parse_count(&options->sequences, value))
		return true;
	complain("--sequences=%s: give a number from 1 to %u", value, MOST_SEQUENCES);
	return false;
}

static bool take_option(struct check_options *options, int code, const char *value)
{
	switch (code) {
	case OPTION_ENGINE:
		return take_engines(options, value);
	case OPTION_COMPARE:
		options->compares = true;
		return true;
	case OPTION_SEED:
		return take_seed(options, value);
	case OPTION_SEQUENCES:
		return take_sequences(options, value);
	case OPTION_ARCH:
		return take_architecture(options, value);
	case OPTION_LONG:
		options->is_long = true;
		return true;
	case OPTION_LIST:
		options->lists = true;
		return true;
	case OPTION_RULES:
		options->lists = options->lists_rules = true;
		return true;
	case OPTION_FORMAT:
		return take_format(options, value);
	case OPTION_JUNIT:
		options->junit = value;
		return true;
	case 'j':
		return take_jobs(options, value);
	case OPTION_SHARD:
		return take_shard(options, value);
	case OPTION_TIMEOUT:
		return take_timeout(options, value);
	default:
		free(options->folder);
		options->folder = must(strdup(value));
		return true;
	}
}

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
	complain(options->format == CHECK_TEXT ? "check: --compare needs two different engines"
					       : "check: --compare knows --format=text only");
	return false;
}

/* Whether the options go together, with a complaint if not. */
static bool do_fit(struct check_options *options)
{
	bool is_special = options->junit || options->shard;

	if (options->compares && is_special)
		complain("check: --junit and --shard do not go with --compare");
	else if (options->compares)
		return take_compared(options);
	else if (options->sequences.has_seed || options->sequences.count)
		complain("check: --seed and --sequences need --compare");
	else if (options->format == CHECK_JSON && !options->lists)
		complain("check: --format=json needs --list");
	else if (options->lists && options->format != CHECK_TEXT &&
		 options->format != CHECK_JSON)
		complain("check: a list knows --format=text and json only");
	else if (options->lists && options->junit)
		complain("check: --junit is for results, and --list has none");
	else if (options->lists && options->shard && options->format != CHECK_JSON)
		complain("check: --list shows which runs a shard has by --format=json only");
	else
		return true;
	return false;
}

int check_options_parse(struct check_options *options, int argc, char **argv)
{
	int code;

	*options = (struct check_options){
		.engines = DEFAULT_ENGINES,
		.jobs = 1,
		.folder = data_path("guest"),
	};
	opterr = 0;
	while ((code = getopt_long(argc, argv, ":hj:", long_options, NULL)) != -1) {
		if (code == 'h') {
			print_help();
			return EXIT_OK;
		}
		if (code == ':') {
			complain("check: option '%s' needs a value", argv[optind - 1]);
			return EXIT_USAGE;
		}
		if (code == '?') {
			complain("check: unknown option '%s'; see 'paracall check --help'",
				 unknown_option(argv));
			return EXIT_USAGE;
		}
		if (!take_option(options, code, optarg))
			return EXIT_USAGE;
	}
	options->patterns = argv + optind;
	return do_fit(options) ? -1 : EXIT_USAGE;
}
