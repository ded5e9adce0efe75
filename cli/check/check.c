/* SPDX-License-Identifier: GPL-2.0-or-later */
/* paracall check: the conformance suite, on one engine or several. */
#include "../cli.h"
#include "../engines.h"
#include "cases.h"
#include "compare.h"
#include "machine.h"
#include "print.h"

#include <errno.h>
#include <fnmatch.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define DEFAULT_ENGINES (ENGINE_PARACALL | ENGINE_PLAIN)

struct check_options {
	uint32_t engines;
	/* A name, or NULL for all. */
	const char *architecture;
	/* Where the guests are; --guests, or the default, which is owned. */
	char *folder;
	unsigned int seconds;
	enum check_format format;
	bool lists, lists_rules, is_long;
	/* Two engines; or none. */
	bool compares;
	enum check_engine compared[2];
	struct sequences sequences;
	/* End with NULL; none is all. */
	char **patterns;
};

struct results {
	struct result *items;
	size_t count;
};

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
	       "      --format=FORMAT  text, tap or junit (default: text)\n"
	       "      --timeout=N      seconds for each run (default: as its .conf file says, or %u)\n"
	       "      --guests=FOLDER  where the guests and their .conf files are\n"
	       "  -h, --help           this text\n",
	       DEFAULT_SECONDS);
}

/* By its name, with or without the folder that it is in. */
static bool is_wanted(const struct check_options *options, const char *program)
{
	const char *slash = strrchr(program, '/');

	for (char **pattern = options->patterns; *pattern; pattern++)
		if (!fnmatch(*pattern, program, FNM_LEADING_DIR) ||
		    (slash && !fnmatch(*pattern, slash + 1, 0)))
			return true;
	return !options->patterns[0];
}

static struct result *add_result(struct results *results, const struct check_setup *setup,
				 const struct suite_run *run)
{
	size_t size = (results->count + 1) * sizeof(*results->items);

	results->items = must(realloc(results->items, size));
	results->items[results->count] = (struct result){
		.architecture = setup->machine->architecture,
		.engine = setup->engine,
		.run = run,
	};
	return &results->items[results->count++];
}

static bool has_run(const struct check_options *options, const struct check_setup *setup,
		    const struct suite_run *run)
{
	return run->engines & setup->engine && !run->is_compared &&
	       (!run->is_long || options->is_long) && is_wanted(options, run->program);
}

static void run_suite(const struct check_options *options, const struct check_setup *setup,
		      const struct suite *suite, struct results *results)
{
	for (size_t i = 0; i < suite->run_count; i++) {
		struct result *result;

		if (!has_run(options, setup, &suite->runs[i]))
			continue;
		result = add_result(results, setup, &suite->runs[i]);
		setup_run(setup, suite, result);
		print_result(options->format, result);
	}
}

/* One result for all of them. */
static void skip_suite(const struct check_options *options, const struct check_setup *setup,
		       char *reason, struct results *results)
{
	static const struct suite_run all = { .program = "all",
					      .options = "",
					      .arguments = "" };
	struct result *result = add_result(results, setup, &all);

	result->trouble = TROUBLE_SKIP;
	result->reason = reason;
	print_result(options->format, result);
}

static void run_machine(const struct check_options *options,
			const struct check_machine *machine, const struct suite *suite,
			struct results *results)
{
	for (uint32_t engine = 1; engine < ENGINE_END; engine <<= 1) {
		struct check_setup setup = { .machine = machine,
					     .engine = engine,
					     .folder = options->folder,
					     .seconds = options->seconds };
		char *reason;

		if (!(options->engines & engine))
			continue;
		reason = setup_begin(&setup, suite);
		if (reason)
			skip_suite(options, &setup, reason, results);
		else
			run_suite(options, &setup, suite, results);
		setup_end(&setup);
	}
}

/* Without a compiler for it, its guests and their data file were not built. */
static void skip_machine(const struct check_options *options,
			 const struct check_machine *machine, struct results *results)
{
	char *path = format_string("%s/%s.conf", options->folder, machine->architecture);

	for (uint32_t engine = 1; engine < ENGINE_END && access(path, F_OK); engine <<= 1) {
		struct check_setup setup = { .machine = machine, .engine = engine };

		if (options->engines & engine)
			skip_suite(options, &setup,
				   format_string("not built: there is no '%s'", path), results);
	}
	free(path);
}

struct list {
	const char *program;
	bool has_rules;
	size_t cases;
};

static void list_case(const struct check_case *item, void *argument)
{
	struct list *list = argument;

	printf("%s: %s%s%s%s\n", list->program, item->name, *item->covers ? " (" : "",
	       item->covers, *item->covers ? ")" : "");
	if (list->has_rules && *item->rule)
		printf("\t%s\n", item->rule);
	list->cases++;
}

/* The tests of a program, at the first of its runs. */
static bool list_program(const struct check_options *options, const struct suite *suite,
			 size_t run, struct list *list)
{
	const char *program = suite->runs[run].program;
	char *path;
	char *wrong;

	if (!is_wanted(options, program))
		return true;
	for (size_t i = 0; i < run; i++)
		if (!strcmp(suite->runs[i].program, program))
			return true;
	list->program = program;
	path = format_string("%s/%s.elf", options->folder, program);
	wrong = cases_read(path, list_case, list);
	if (wrong)
		complain("%s", wrong);
	free(path);
	free(wrong);
	return !wrong;
}

static bool list_suite(const struct check_options *options, const struct suite *suite,
		       struct list *list)
{
	bool is_good = true;

	for (size_t i = 0; i < suite->run_count; i++)
		is_good &= list_program(options, suite, i, list);
	return is_good;
}

/* NULL, and a complaint unless there is no such file. */
static struct suite *read_suite(const struct check_options *options,
				const struct check_machine *machine)
{
	char *path = format_string("%s/%s.conf", options->folder, machine->architecture);
	struct suite *suite = NULL;
	char *wrong = NULL;
	size_t size;
	char *text = read_file(path, &size);

	if (text) {
		suite = must(calloc(1, sizeof(*suite)));
		wrong = suite_parse(suite, text);
	} else if (errno != ENOENT) {
		wrong = must(strdup(strerror(errno)));
	}
	if (wrong) {
		complain("%s: %s", path, wrong);
		if (suite)
			suite_free(suite);
		free(suite);
		suite = NULL;
	}
	free(text);
	free(wrong);
	free(path);
	return suite;
}

static int exit_status(const struct results *results)
{
	struct totals totals = { .unresolved = 0 };

	for (size_t i = 0; i < results->count; i++)
		totals_add(&totals, &results->items[i]);
	if (totals.verdicts[VERDICT_FAIL])
		return EXIT_NOTHING;
	if (totals.unresolved)
		return EXIT_UNRESOLVED;
	return totals.verdicts[VERDICT_PASS] ? EXIT_OK : EXIT_SKIPPED;
}

#define MOST_MACHINES 8

/* The suites by the index of their machine; NULL where there is none. Returns how many. */
static size_t read_suites(const struct check_options *options,
			  struct suite *suites[MOST_MACHINES])
{
	const struct check_machine *machine;
	size_t count = 0;

	for (size_t i = 0; i < MOST_MACHINES && (machine = check_machine(i)); i++) {
		if (options->architecture &&
		    strcmp(options->architecture, machine->architecture))
			continue;
		suites[i] = read_suite(options, machine);
		count += suites[i] != NULL;
	}
	return count;
}

static int list(const struct check_options *options, struct suite *suites[MOST_MACHINES])
{
	struct list list = { .has_rules = options->lists_rules };
	bool is_good = true;
	size_t runs = 0;

	for (size_t i = 0; i < MOST_MACHINES; i++) {
		if (!suites[i])
			continue;
		is_good &= list_suite(options, suites[i], &list);
		for (size_t j = 0; j < suites[i]->run_count; j++)
			runs += is_wanted(options, suites[i]->runs[j].program);
	}
	printf("%zu tests, in %zu runs\n", list.cases, runs);
	if (!is_good)
		return EXIT_REFUSED;
	return list.cases ? EXIT_OK : EXIT_NOTHING;
}

static int run(const struct check_options *options, struct suite *suites[MOST_MACHINES])
{
	bool is_all = !options->architecture && !options->patterns[0];
	struct results results = { .items = NULL };
	const struct check_machine *machine;
	int status;

	for (size_t i = 0; i < MOST_MACHINES && (machine = check_machine(i)); i++) {
		if (suites[i])
			run_machine(options, machine, suites[i], &results);
		else if (is_all)
			skip_machine(options, machine, &results);
	}
	print_results_end(options->format, results.items, results.count);
	if (!results.count)
		complain(
			"check: no run is of that name; 'paracall check --list' shows the programs");
	status = results.count ? exit_status(&results) : EXIT_USAGE;
	for (size_t i = 0; i < results.count; i++)
		result_free(&results.items[i]);
	free(results.items);
	return status;
}

static bool is_compared(const struct suite_run *run, const void *argument)
{
	const struct check_options *options = argument;

	return (!run->is_long || options->is_long) && is_wanted(options, run->program);
}

static bool has_comparisons(const struct check_options *options, const struct suite *suite)
{
	for (size_t i = 0; suite && i < suite->run_count; i++)
		if (suite->runs[i].is_compared && is_compared(&suite->runs[i], options))
			return true;
	return false;
}

/* Where they are asked for, there must be a run that makes them. */
static bool has_sequences(const struct check_options *options, struct suite *const *suites)
{
	if (!options->sequences.has_seed && !options->sequences.count)
		return true;
	for (size_t i = 0; i < MOST_MACHINES; i++)
		for (size_t j = 0; suites[i] && j < suites[i]->run_count; j++)
			if (sequences_has(&suites[i]->runs[j]) &&
			    is_compared(&suites[i]->runs[j], options))
				return true;
	complain("check: none of these programs makes sequences by chance, as fuzz does");
	return false;
}

static int compare(const struct check_options *options, struct suite *suites[MOST_MACHINES])
{
	struct compare_totals totals = { .compared = 0 };
	bool has_any = false;

	if (!has_sequences(options, suites))
		return EXIT_USAGE;
	for (size_t i = 0; i < MOST_MACHINES; i++) {
		struct compare_options comparison = {
			.engines = { options->compared[0], options->compared[1] },
			.setup = { .machine = check_machine(i),
				   .folder = options->folder,
				   .seconds = options->seconds },
			.suite = suites[i],
			.sequences = &options->sequences,
			.is_wanted = is_compared,
			.argument = options,
		};
		struct compare_totals own = { .compared = 0 };

		if (!has_comparisons(options, suites[i]))
			continue;
		has_any = true;
		compare_machine(&comparison, &own);
		compare_print_totals(&comparison, &own);
		totals.compared += own.compared;
		totals.unexplained += own.unexplained;
		totals.unresolved += own.unresolved;
	}
	if (!has_any) {
		complain("check: no run of that name is to be compared");
		return EXIT_USAGE;
	}
	if (totals.unexplained)
		return EXIT_NOTHING;
	if (totals.unresolved)
		return EXIT_UNRESOLVED;
	return totals.compared ? EXIT_OK : EXIT_SKIPPED;
}

static int check_suites(const struct check_options *options,
			struct suite *suites[MOST_MACHINES])
{
	if (options->lists)
		return list(options, suites);
	return options->compares ? compare(options, suites) : run(options, suites);
}

static int check(const struct check_options *options)
{
	struct suite *suites[MOST_MACHINES] = { NULL };
	int status = EXIT_REFUSED;

	if (read_suites(options, suites))
		status = check_suites(options, suites);
	else
		complain(
			"there are no guests%s%s in '%s': build them with a compiler for that machine, or name their folder with --guests",
			options->architecture ? " for " : "",
			options->architecture ? options->architecture : "", options->folder);
	for (size_t i = 0; i < MOST_MACHINES; i++) {
		if (suites[i])
			suite_free(suites[i]);
		free(suites[i]);
	}
	return status;
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

/* Returns -1 to go on, or the exit status to end with. */
static int parse_options(struct check_options *options, int argc, char **argv)
{
	int code;

	opterr = 0;
	while ((code = getopt_long(argc, argv, ":h", long_options, NULL)) != -1) {
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
				 argv[optind - 1]);
			return EXIT_USAGE;
		}
		if (!take_option(options, code, optarg))
			return EXIT_USAGE;
	}
	options->patterns = argv + optind;
	if (options->compares)
		return take_compared(options) ? -1 : EXIT_USAGE;
	if (options->sequences.has_seed || options->sequences.count) {
		complain("check: --seed and --sequences need --compare");
		return EXIT_USAGE;
	}
	return -1;
}

int check_main(int argc, char **argv)
{
	struct check_options options = {
		.engines = DEFAULT_ENGINES,
		.folder = data_path("guest"),
	};
	int status = parse_options(&options, argc, argv);

	if (status < 0)
		status = check(&options);
	free(options.folder);
	return status;
}
