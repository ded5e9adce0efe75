/* SPDX-License-Identifier: GPL-2.0-or-later */
/* paracall run: QEMU with the plugin, and what the guest called afterwards. */
#include "../../engine/qemu/capabilities.h"
#include "../../engine/qemu/command_line/command_line.h"
#include "../../engine/qemu/command_line/cpus.h"
#include "../../inject/parse.h"
#include "../../report/summary.h"
#include "../child.h"
#include "../cli.h"
#include "../counters.h"
#include "../engines.h"
#include "../qemu_command.h"
#include "../trace.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <inttypes.h>
#include <paracall/paracall.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

struct run_options {
	const char *qemu;
	const char *summary;
	const char *replace;
	const char *hints;
	const char *spin;
	struct strings inject;
	/* --features, as it was said, or NULL; what it means is in the set. */
	const char *feature_list;
	uint32_t capabilities;
	uint32_t features;
	bool json;
	bool enforce;
	/* --arch's, or NULL. */
	const struct target_info *arch;
	/* The guest's. */
	const struct target_info *target;
	struct default_machine machine;
	struct trace_options trace;
	/* What is behind the options; never NULL. */
	char **rest;
	/* What that says to QEMU. */
	struct command_line line;
};

static void print_help(void)
{
	printf("Usage: paracall run [OPTION]... -- QEMU-PROGRAM [ARGUMENT]...\n"
	       "       paracall run [OPTION]... --kernel=FILE [-- QEMU-ARGUMENT...]\n"
	       "\n"
	       "Run a guest under QEMU's TCG so that it finds itself on KVM. At its end print\n"
	       "to standard error what it called. The exit status is QEMU's; 125 if QEMU was\n"
	       "not started. QEMU-PROGRAM is qemu-system-x86_64, -s390x, -ppc64 or -ppc.\n"
	       "\n"
	       "Paracall, for x86 and PowerPC:\n"
	       "      --features=LIST     what to offer: names with + or - before them, all, none;\n"
	       "                          see 'paracall list --features', also for the default\n"
	       "      --spin=HOW          what becomes of vCPUs that spin while others wait for a\n"
	       "                          processor: yield or keep (default: yield)\n"
	       "\n"
	       "Paracall, for x86 only:\n"
	       "      --hints=HINT        what else CPUID says: realtime, that vCPUs are never\n"
	       "                          preempted for long, or none (default: none)\n"
	       "      --enforce-features  answer calls that are not offered as unknown\n"
	       "      --replace=HOW       what becomes of hypercall instructions in the guest's\n"
	       "                          memory: keep, vmcall, vmmcall, fast, native or refuse\n"
	       "                          (default: fast)\n"
	       "\n" TRACE_HELP "Paracall:\n"
	       "      --inject=RULE       do something wrong, to test the guest; as often as wanted:\n"
	       "                            CALL:FAULT[:when=WHEN][:N%%], with a call's name or * and\n"
	       "                              drop, enosys, error=N, retval=N, delay=TIME, late=TIME\n"
	       "                            MSR_NAME:FAULT, with fault, drop, delay=TIME\n"
	       "                            cpuid:withdraw=FEATURE\n"
	       "                            clock:jump=TIME[:every=TIME]\n"
	       "                            steal:burst=TIME[:every=TIME]\n"
	       "                            async-pf[:every=TIME][:delay=TIME]\n"
	       "                            seed=N, to have the same again\n"
	       "      --summary=FILE      write the summary there\n"
	       "      --format=FORMAT     the summary as text or json (default: text)\n"
	       "      --qemu=PATH         the QEMU to run; see 'paracall engines'\n"
	       "  -h, --help              this text\n"
	       "\n"
	       "A default machine, in place of a QEMU command (q35, s390-ccw-virtio or pseries,\n"
	       "console on the terminal, no network):\n"
	       "      --kernel=FILE       a kernel, or an ELF file with a PVH entry\n"
	       "      --arch=NAME         its architecture: x86_64, s390x or ppc64le (default:\n"
	       "                          x86_64); a big-endian PowerPC kernel is ppc64le's, too\n"
	       "      --initrd=FILE       its initial file system\n"
	       "      --append=STRING     its command line\n"
	       "      --cpus=N            vCPUs (default: 2)\n"
	       "      --memory=SIZE       memory, like 512M (default: 1G)\n"
	       "      --disk=FILE         a virtio disk\n");
}

static bool parse_features(enum paracall_architecture architecture, const char *list,
			   uint32_t capabilities, uint32_t *features)
{
	uint32_t available = paracall_features_available_of(architecture, capabilities);
	const char *wrong;
	size_t length;
	int error = paracall_features_parse_of(architecture, list, available, features, &wrong,
					       &length);

	if (error == PARACALL_ERROR_FEATURE)
		complain(
			"feature '%.*s' can't be offered here; 'paracall list --features' says why",
			(int)length, wrong);
	else if (error)
		complain(
			"there is no feature '%.*s'; 'paracall list --features' shows the names",
			(int)length, wrong);
	return !error;
}

/* @value must be one of @words, which ends with NULL. */
static bool check_word(const char *option, const char *value, const char *const words[],
		       const char *list)
{
	for (int i = 0; words[i]; i++)
		if (!strcmp(value, words[i]))
			return true;
	complain("%s=%s: use %s", option, value, list);
	return false;
}

enum option_code {
	OPTION_FEATURES = 256,
	OPTION_ENFORCE,
	OPTION_REPLACE,
	OPTION_HINTS,
	OPTION_SPIN,
	OPTION_INJECT,
	OPTION_SUMMARY,
	OPTION_FORMAT,
	OPTION_QEMU,
	OPTION_KERNEL,
	OPTION_ARCH,
	OPTION_INITRD,
	OPTION_APPEND,
	OPTION_CPUS,
	OPTION_MEMORY,
	OPTION_DISK,
};

static const struct option long_options[] = {
	{ "features", required_argument, NULL, OPTION_FEATURES },
	{ "enforce-features", no_argument, NULL, OPTION_ENFORCE },
	{ "replace", required_argument, NULL, OPTION_REPLACE },
	{ "hints", required_argument, NULL, OPTION_HINTS },
	{ "spin", required_argument, NULL, OPTION_SPIN },
	{ "inject", required_argument, NULL, OPTION_INJECT },
	{ "summary", required_argument, NULL, OPTION_SUMMARY },
	{ "format", required_argument, NULL, OPTION_FORMAT },
	{ "qemu", required_argument, NULL, OPTION_QEMU },
	{ "kernel", required_argument, NULL, OPTION_KERNEL },
	{ "arch", required_argument, NULL, OPTION_ARCH },
	{ "initrd", required_argument, NULL, OPTION_INITRD },
	{ "append", required_argument, NULL, OPTION_APPEND },
	{ "cpus", required_argument, NULL, OPTION_CPUS },
	{ "memory", required_argument, NULL, OPTION_MEMORY },
	{ "disk", required_argument, NULL, OPTION_DISK },
	TRACE_LONG_OPTIONS,
	{ "help", no_argument, NULL, 'h' },
	{ .name = NULL },
};

static bool refuse_arch(const char *value)
{
	char *archs = target_archs();

	complain("--arch=%s: use %s", value, archs);
	free(archs);
	return false;
}

static bool take_option(struct run_options *options, int code, const char *value)
{
	static const char *const replacements[] = { "keep",   "vmcall", "vmmcall", "fast",
						    "native", "refuse", NULL };
	static const char *const hints[] = { "realtime", "none", NULL };
	static const char *const spins[] = { "yield", "keep", NULL };
	static const char *const formats[] = { "text", "json", NULL };

	switch (code) {
	case OPTION_FEATURES:
		options->feature_list = value;
		return true;
	case OPTION_ENFORCE:
		options->enforce = true;
		return true;
	case OPTION_REPLACE:
		options->replace = value;
		return check_word("--replace", value, replacements,
				  "keep, vmcall, vmmcall, fast, native or refuse");
	case OPTION_HINTS:
		options->hints = value;
		return check_word("--hints", value, hints, "realtime or none");
	case OPTION_SPIN:
		options->spin = value;
		return check_word("--spin", value, spins, "yield or keep");
	case OPTION_INJECT:
		strings_add(&options->inject, value);
		return true;
	case OPTION_SUMMARY:
		options->summary = value;
		return true;
	case OPTION_FORMAT:
		options->json = !strcmp(value, "json");
		return check_word("--format", value, formats, "text or json");
	case OPTION_QEMU:
		options->qemu = value;
		return true;
	case OPTION_KERNEL:
		options->machine.kernel = value;
		return true;
	case OPTION_ARCH:
		options->arch = target_of_arch(value);
		return options->arch || refuse_arch(value);
	case OPTION_INITRD:
		options->machine.initrd = value;
		return true;
	case OPTION_APPEND:
		options->machine.append = value;
		return true;
	case OPTION_CPUS:
		options->machine.cpus = value;
		return true;
	case OPTION_MEMORY:
		options->machine.memory = value;
		return true;
	case OPTION_DISK:
		options->machine.disk = value;
		return true;
	default:
		return trace_take_option(&options->trace, code, value);
	}
}

/* Whether an option was said that only makes sense beside --kernel. */
static bool has_machine_option(const struct run_options *options)
{
	const struct default_machine *machine = &options->machine;

	return options->arch || machine->initrd || machine->append || machine->cpus ||
	       machine->memory || machine->disk;
}

/* Which option the target has nothing for, and is not as it would be without; or NULL. */
static const char *foreign_option(const struct run_options *options)
{
	const char *list = options->feature_list;

	if (!options->target->has_features && list && strcmp(list, "none"))
		return "--features";
	/* DIAGNOSE says there that a CPU spins. */
	if (options->target->architecture == PARACALL_S390 && options->spin &&
	    strcmp(options->spin, "yield"))
		return "--spin";
	if (options->target->is_x86)
		return NULL;
	if (options->enforce)
		return "--enforce-features";
	if (options->hints && strcmp(options->hints, "none"))
		return "--hints";
	if (options->replace && strcmp(options->replace, "fast"))
		return "--replace";
	return NULL;
}

/* The options against the target, which is known behind the last of them. */
static bool check_target(struct run_options *options)
{
	const struct target_info *target = options->target;
	const char *option = foreign_option(options);

	if (option) {
		complain(
			"%s is for x86 %sguests: leave it out for %s, which has nothing of that kind",
			option,
			!strcmp(option, "--features") || !strcmp(option, "--spin")
				? "and PowerPC "
				: "",
			target->name);
		return false;
	}
	return !target->has_features || !options->feature_list ||
	       parse_features(target->architecture, options->feature_list,
			      options->capabilities, &options->features);
}

static bool check_form(const struct run_options *options)
{
	char **rest = options->rest;

	if (options->machine.kernel) {
		if (!rest[0] || rest[0][0] == '-')
			return true;
		complain(
			"'%s' and --kernel exclude each other: give a QEMU command, or a kernel and perhaps further arguments of QEMU's behind --",
			rest[0]);
		return false;
	}
	if (has_machine_option(options))
		complain("a default machine needs --kernel=FILE; see 'paracall run --help'");
	else if (!rest[0])
		complain("run what? Give '-- " QEMU_X86_64
			 " ...' or --kernel=FILE; see 'paracall run --help'");
	else
		return true;
	return false;
}

/* What there is to be injected depends on the guest. */
static bool check_injections(const struct run_options *options)
{
	struct paracall_injection injection = { .rule_count = 0 };

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

static void complain_of_option(const char *word)
{
	if (command_line_knows(word + strspn(word, "-")))
		complain(
			"run: '%s' is an option of QEMU's: put it behind --; see 'paracall run --help'",
			word);
	else
		complain("run: unknown option '%s'; see 'paracall run --help'", word);
}

/* What QEMU will do with its arguments. */
static bool read_arguments(struct run_options *options)
{
	/* Without a program another word is in its place, which is not looked at. */
	char **argv = options->rest - (options->machine.kernel ? 1 : 0);

	if (!command_line_read(&options->line, argv)) {
		complain("%s", options->line.error);
		return false;
	}
	options->capabilities =
		qemu_capabilities(command_line_counts_instructions(&options->line));
	options->features = paracall_features_default(options->capabilities);
	return true;
}

/* Returns -1 to go on, or the exit status to end with. */
static int parse_options(struct run_options *options, int argc, char **argv)
{
	int word = 1;
	int code;

	opterr = 0;
	for (; (code = getopt_long(argc, argv, "+:h", long_options, NULL)) != -1;
	     word = optind) {
		if (code == 'h') {
			print_help();
			return EXIT_OK;
		}
		if (code == ':') {
			complain("run: option '%s' needs a value; see 'paracall run --help'",
				 argv[optind - 1]);
			return EXIT_USAGE;
		}
		if (code == '?') {
			complain_of_option(argv[word]);
			return EXIT_USAGE;
		}
		if (!take_option(options, code, optarg))
			return EXIT_USAGE;
	}
	options->rest = argv + optind;
	if (!check_form(options) || !trace_check_options(&options->trace))
		return EXIT_USAGE;
	if (!read_arguments(options))
		return EXIT_REFUSED;
	options->target =
		options->machine.kernel ? options->arch : target_of_program(options->rest[0]);
	/* What is no QEMU is refused later, in words of its own. */
	if (!options->target)
		options->target = target_at(0);
	options->machine.target = options->target;
	return check_target(options) && check_injections(options) ? -1 : EXIT_USAGE;
}

/* A program named by its path is the user's choice; a mere name is ours. */
static const char *named_qemu(const struct run_options *options)
{
	if (options->qemu)
		return options->qemu;
	if (options->rest[0] && strchr(options->rest[0], '/'))
		return options->rest[0];
	return NULL;
}

static bool offers_unhalt(const struct run_options *options)
{
	return options->target->is_x86 &&
	       options->features & 1u << PARACALL_KVM_FEATURE_PV_UNHALT;
}

/* Only through registers that x2APIC mode hides are vCPUs woken, and told apart. */
static bool hides_x2apic(const struct run_options *options)
{
	return offers_unhalt(options) ||
	       (options->target->is_x86 && command_line_shares_thread(&options->line));
}

static bool check_x2apic(const struct run_options *options, const struct command_line *line)
{
	const struct command_option *option;
	char *quote;

	if (!hides_x2apic(options) ||
	    command_line_cpu_property(line, "x86_64-cpu", "x2apic", &option) != COMMAND_YES)
		return true;
	quote = qemu_command_quote(option);
	if (offers_unhalt(options))
		complain(
			"%s, which asks for the x2APIC, and the feature pv-unhalt exclude each other: drop one, the feature by --features=-pv-unhalt",
			quote);
	else
		complain(
			"%s, which asks for the x2APIC, and one thread for all vCPUs (thread=single, -icount) exclude each other: drop one",
			quote);
	free(quote);
	return false;
}

/* The highest APIC id in xAPIC mode; 255 is all of them. */
#define HIGHEST_XAPIC_ID 254

static bool check_cpus(const struct run_options *options, const struct command_line *line)
{
	struct command_cpus cpus;
	uint64_t highest;
	char *quote;

	/* What makes no sense is QEMU's to refuse. */
	if (!hides_x2apic(options) || !command_line_cpus(line, &cpus))
		return true;
	highest = command_cpus_highest_apic_id(&cpus);
	if (highest <= HIGHEST_XAPIC_ID)
		return true;
	quote = qemu_command_quote(cpus.option);
	complain(
		"%s needs APIC ids up to %" PRIu64
		", but with %s those above 254 can't be used: ask for fewer vCPUs (255 with ids in one row), or drop %s",
		quote, highest,
		offers_unhalt(options) ? "the feature pv-unhalt" : "one thread for all vCPUs",
		offers_unhalt(options) ? "the feature by --features=-pv-unhalt" : "that");
	free(quote);
	return false;
}

/* The whole command, with the default machine. */
static bool check_command(const struct run_options *options, const struct strings *command)
{
	struct command_line line;
	bool is_good = command_line_read(&line, command->items);

	if (!is_good)
		complain("%s", line.error);
	is_good = is_good && qemu_command_check(command->items[0], &line) &&
		  check_x2apic(options, &line) && check_cpus(options, &line);
	command_line_free(&line);
	return is_good;
}

/* The user's command, or the default machine's and what was added to it. */
static bool make_command(struct strings *command, const struct run_options *options)
{
	char **rest = options->rest;

	strings_add(command, options->machine.kernel ? options->target->program : *rest++);
	if (options->machine.kernel && !qemu_command_default(command, &options->machine))
		return false;
	for (; *rest; rest++)
		strings_add(command, *rest);
	return check_command(options, command);
}

/* As the plugin takes it: "none:+pv-unhalt:..."; the caller's to free. */
static char *feature_list(uint32_t features)
{
	char *list = format_string("none");

	for (size_t i = 0; i < paracall_feature_count(); i++) {
		const struct paracall_feature_info *info = paracall_feature_info(i);
		char *longer;

		if (!(features & 1u << info->bit))
			continue;
		longer = format_string("%s:+%s", list, info->name);
		free(list);
		list = longer;
	}
	return list;
}

/* The plugin's options for an x86 guest; the caller's to free. */
static char *x86_options(const struct run_options *options)
{
	char *features = feature_list(options->features);
	char *result = format_string(",features=%s,hints=%s,enforce=%s,replace=%s", features,
				     options->hints ? options->hints : "none",
				     options->enforce ? "on" : "off",
				     options->replace ? options->replace : "fast");

	free(features);
	return result;
}

/* The same for others: the list as it was said, with colons for commas. */
static char *other_options(const struct run_options *options)
{
	bool has_list = options->target->has_features && options->feature_list;
	char *result = format_string("%s%s", has_list ? ",features=" : "",
				     has_list ? options->feature_list : "");

	for (char *c = result + has_list; *c; c++)
		if (*c == ',')
			*c = ':';
	return result;
}

/* The plugin's options for every guest; the caller's to free. */
static char *injection_options(const struct run_options *options)
{
	char *list = format_string("%s", "");

	for (size_t i = 0; i < options->inject.count; i++) {
		char *longer = format_string("%s,inject=%s", list, options->inject.items[i]);

		free(list);
		list = longer;
	}
	return list;
}

/* All that Paracall adds to a command. */
static bool add_plugin(struct strings *command, const struct run_options *options, int report,
		       const struct trace *trace)
{
	char *path = plugin_path(PLUGIN_FILE);
	char *quoted = path ? qemu_double_commas(path) : NULL;
	char *more = options->target->is_x86 ? x86_options(options) : other_options(options);
	char *inject = injection_options(options);
	const char *spin = options->spin && !strcmp(options->spin, "keep") ? ",spin=keep" : "";
	bool is_there = quoted;
	char *argument;

	if (is_there) {
		argument = format_string("%s%s%s%s,report=/proc/self/fd/%d", quoted, more,
					 inject, spin, report);
		strings_add(command, "-plugin");
		strings_add(command, argument);
		free(argument);
		if (trace->memory >= 0) {
			char **last = &command->items[command->count - 1];

			argument = format_string("%s,trace=/proc/self/fd/%d", *last,
						 trace->memory);
			free(*last);
			*last = argument;
		}
		if (hides_x2apic(options)) {
			strings_add(command, "-global");
			strings_add(command, "x86_64-cpu.x2apic=off");
		}
	}
	free(quoted);
	free(inject);
	free(more);
	free(path);
	return is_there;
}

/* The counters that the plugin left; NULL if it did not get that far. */
static struct paracall_statistics *read_report(int report)
{
	struct paracall_statistics *statistics;
	uint32_t max_cpus;
	int error = counters_check(report, &max_cpus);

	if (error == EPROTO)
		complain(
			"no summary: the counters are another version's; build or install the command and the plugin together");
	if (error)
		return NULL;
	statistics = counters_new(max_cpus);
	if (counters_read(report, max_cpus, statistics))
		return statistics;
	complain("no summary: the counters have gone");
	free(statistics);
	return NULL;
}

static FILE *open_summary(const struct run_options *options)
{
	FILE *output = stderr;

	if (options->summary)
		output = fopen(options->summary, "we");
	if (!output)
		complain("the summary can't be written to '%s': %s", options->summary,
			 strerror(errno));
	return output;
}

static void print_summary(FILE *output, const struct run_options *options, int report)
{
	struct paracall_statistics *statistics = read_report(report);

	if (statistics) {
		if (options->json)
			summary_print_json(output, statistics);
		else
			summary_print_text(output, statistics);
	}
	free(statistics);
	if (fflush(output))
		complain("the summary could not be written: %s", strerror(errno));
}

/* Runs the complete command; returns the exit status. */
static int run_command(struct strings *command, const struct run_options *options, int report,
		       struct trace *trace)
{
	FILE *output = open_summary(options);
	int status;

	if (!output)
		return EXIT_REFUSED;
	status = trace_start(trace, &options->trace, command->items) ? child_run(command->items)
								     : EXIT_REFUSED;
	trace_stop(trace);
	child_leave_signals();
	/* Nobody may read the summary; the status is QEMU's all the same. */
	signal(SIGPIPE, SIG_IGN);
	if (status < 0) {
		complain("'%s' can't be run: %s", command->items[0], strerror(errno));
		status = EXIT_REFUSED;
	} else {
		print_summary(output, options, report);
	}
	if (output != stderr)
		fclose(output);
	return status;
}

static int run(const struct run_options *options)
{
	struct strings command = { .items = NULL };
	int report = memfd_create("paracall-report", 0);
	int status = EXIT_REFUSED;
	struct trace trace;
	char *qemu = NULL;
	char *reason = NULL;

	if (report < 0)
		complain("no memory for the report: %s", strerror(errno));
	else if (trace_prepare(&trace, &options->trace) && make_command(&command, options))
		qemu = qemu_choose(options->target->program, named_qemu(options), &reason);
	if (reason)
		complain("%s", reason);
	if (qemu && add_plugin(&command, options, report, &trace)) {
		free(command.items[0]);
		command.items[0] = must(strdup(qemu));
		status = run_command(&command, options, report, &trace);
	}
	free(reason);
	free(qemu);
	strings_free(&command);
	if (report >= 0)
		close(report);
	return status;
}

int run_main(int argc, char **argv)
{
	struct run_options options = { .qemu = NULL };
	int status;

	status = parse_options(&options, argc, argv);
	if (status < 0)
		status = run(&options);
	command_line_free(&options.line);
	strings_free(&options.inject);
	trace_free_options(&options.trace);
	return status;
}
