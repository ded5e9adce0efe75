/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "machine.h"

#include "../cli.h"
#include "../engines.h"
#include "nested.h"

#include <errno.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

/* No guest has that much to say. */
#define MOST_OUTPUT (4u << 20)
/* For the first run, which shows whether KVM works. */
#define PROBE_SECONDS 20

/* Words separated by blanks. */
static void add_words(struct strings *strings, const char *words)
{
	while (*words) {
		size_t length = strcspn(words, " ");
		char *word = format_string("%.*s", (int)length, words);

		if (length)
			strings_add(strings, word);
		free(word);
		words += length + (words[length] == ' ');
	}
}

/* How all of them print the guest's output, and end with the guest. */
static void add_common(struct strings *command, const struct check_machine *machine)
{
	static const char *const common[] = { "-display", "none", "-serial",	    "stdio",
					      "-monitor", "none", "-no-user-config" };

	for (size_t i = 0; i < sizeof(common) / sizeof(common[0]); i++)
		strings_add(command, common[i]);
	for (const char *const *word = machine->arguments; *word; word++)
		strings_add(command, *word);
}

/* The word after @option in these arguments, or @otherwise; the caller frees it. */
static char *word_behind(const char *arguments, const char *option, const char *otherwise)
{
	struct strings words = { .items = NULL };
	const char *found = otherwise;
	char *result;

	add_words(&words, arguments);
	for (size_t i = 0; i + 1 < words.count; i++)
		if (!strcmp(words.items[i], option))
			found = words.items[i + 1];
	result = must(strdup(found));
	strings_free(&words);
	return result;
}

/* Of the run's arguments the number of vCPUs and the guest's command line count. */
static int make_nested_command(struct strings *command, const struct check_setup *setup,
			       const struct suite_run *run, const char *kernel)
{
	char *cpus = word_behind(run->arguments, "-smp", "1");
	char *append = word_behind(run->arguments, "-append", "");
	const struct nested *nested = nested_find(setup->machine->architecture);
	int initramfs = nested_initramfs(nested, kernel, cpus, append);

	strings_add(command, setup->qemu);
	nested_add_arguments(nested, command, initramfs);
	add_common(command, setup->machine);
	free(cpus);
	free(append);
	return initramfs;
}

/* Of the run's options those that the monitor has, and the guest's command line. */
static void make_unicorn_command(struct strings *command, const struct check_setup *setup,
				 const struct suite_run *run, const char *kernel)
{
	char *append = word_behind(run->arguments, "-append", "");

	strings_add(command, setup->qemu);
	add_words(command, run->options);
	strings_add(command, kernel);
	strings_add(command, append);
	free(append);
}

static void make_plain_command(struct strings *command, const struct check_setup *setup,
			       const struct suite_run *run, const char *kernel)
{
	if (setup->engine == ENGINE_PARACALL) {
		/* Itself, also if there is another of that name by now. */
		strings_add(command, "/proc/self/exe");
		strings_add(command, "run");
		strings_add(command, "--summary=/dev/null");
		add_words(command, run->options);
		/* What PARACALL_QEMU names may have any name. */
		strings_add(command, "--qemu");
		strings_add(command, setup->qemu);
		strings_add(command, "--");
		strings_add(command, setup->machine->qemu);
	} else {
		strings_add(command, setup->qemu);
	}
	if (setup->engine == ENGINE_KVM)
		add_words(command, "-accel kvm");
	strings_add(command, "-m");
	strings_add(command, setup->machine->memory);
	/* What faults thrice ends, and does not begin again forever; a run can revoke it. */
	strings_add(command, "-no-reboot");
	add_words(command, run->arguments);
	add_common(command, setup->machine);
	strings_add(command, "-kernel");
	strings_add(command, kernel);
}

/* Returns a file that the command needs, or -1. */
static int make_command(struct strings *command, const struct check_setup *setup,
			const struct suite_run *run)
{
	char *kernel = format_string("%s/%s.elf", setup->folder, run->program);
	int file = -1;

	if (setup->engine == ENGINE_KVM_IN_TCG)
		file = make_nested_command(command, setup, run, kernel);
	else if (setup->engine == ENGINE_UNICORN)
		make_unicorn_command(command, setup, run, kernel);
	else
		make_plain_command(command, setup, run, kernel);
	free(kernel);
	return file;
}

static double seconds_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec + now.tv_nsec / 1e9;
}

unsigned int setup_seconds(const struct check_setup *setup, const struct suite_run *run)
{
	if (setup->seconds)
		return setup->seconds;
	return run->seconds ? run->seconds : DEFAULT_SECONDS;
}

static void run_for(unsigned int seconds, const struct check_setup *setup,
		    const struct suite *suite, struct result *result)
{
	struct strings command = { .items = NULL };
	struct child_output output;
	double begin = seconds_now();
	int file = make_command(&command, setup, result->run);

	if (child_capture(command.items, seconds, MOST_OUTPUT, &output)) {
		result->trouble = TROUBLE_CRASH;
		result->reason = format_string("'%s' can't be run: %s", command.items[0],
					       strerror(errno));
	} else {
		result_judge(result, suite, &output, setup->machine->way);
		if (result->run->is_compared)
			result->output = output.text;
		else
			free(output.text);
	}
	result->seconds = seconds_now() - begin;
	strings_free(&command);
	if (file >= 0)
		close(file);
}

void setup_run(const struct check_setup *setup, const struct suite *suite,
	       struct result *result)
{
	run_for(setup_seconds(setup, result->run), setup, suite, result);
}

/*
 * On some KVMs a hypercall never returns, and on some a guest does not even come that far.
 * Whoever gives all runs much time does not give it to these.
 */
static char *find_fault_of_kvm(const struct check_setup *setup)
{
	struct suite_run run = {
		.program = (char *)setup->machine->probe,
		.options = "",
		.arguments = "-cpu host",
	};
	struct suite nothing = { .runs = NULL };
	struct result result = { .run = &run };
	char *fault = NULL;

	run_for(PROBE_SECONDS, setup, &nothing, &result);
	if (result.trouble == TROUBLE_LATE)
		fault = format_string(
			"the machine's /dev/kvm does not work: %s did not finish in %d seconds",
			run.program, PROBE_SECONDS);
	else if (result.trouble)
		fault = format_string("the machine's /dev/kvm does not work: %s: %s",
				      run.program, result.reason);
	result_free(&result);
	return fault;
}

static char *find_reason_against_kvm(const struct check_setup *setup, const struct suite *suite)
{
	struct utsname names;

	/* Before KVM is tried for nothing; also on other machines, which would not help. */
	if (!suite_has_engine(suite, ENGINE_KVM))
		return format_string("no runs for KVM of that architecture yet");
	if (uname(&names) || fnmatch(setup->machine->host, names.machine, 0))
		return format_string("KVM runs guests of the machine's own architecture only");
	if (access("/dev/kvm", R_OK | W_OK))
		return format_string("/dev/kvm: %s", strerror(errno));
	return find_fault_of_kvm(setup);
}

/* It needs no QEMU. */
static char *begin_unicorn(struct check_setup *setup)
{
	setup->qemu = data_path("paracall-unicorn");
	if (!access(setup->qemu, X_OK))
		return NULL;
	return format_string(
		"there is no '%s': install libunicorn-dev, then configure and build Paracall again",
		setup->qemu);
}

static char *find_reason_against_nested(const struct check_setup *setup)
{
	const struct nested *nested = nested_find(setup->machine->architecture);

	if (!nested)
		return format_string("QEMU's TCG emulates nothing that a KVM there could use");
	return nested_missing(nested);
}

char *setup_begin(struct check_setup *setup, const struct suite *suite)
{
	char *reason;

	if (setup->engine == ENGINE_UNICORN)
		return begin_unicorn(setup);
	setup->qemu = qemu_choose(setup->machine->qemu, NULL, NULL, &reason);
	if (!reason && setup->engine == ENGINE_KVM)
		reason = find_reason_against_kvm(setup, suite);
	if (!reason && setup->engine == ENGINE_KVM_IN_TCG)
		reason = find_reason_against_nested(setup);
	return reason;
}

void setup_end(struct check_setup *setup)
{
	free(setup->qemu);
}
