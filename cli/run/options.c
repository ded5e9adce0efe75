/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "options.h"

#include "../../engine/qemu/arm64/implementations.h"
#include "../../engine/qemu/capabilities.h"
#include "features.h"
#include "foreign.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void print_usage(void)
{
	char *programs = target_programs_short();

	printf("Usage: paracall run [OPTION]... -- QEMU-PROGRAM [ARGUMENT]...\n"
	       "       paracall run [OPTION]... --kernel=FILE [-- QEMU-ARGUMENT...]\n"
	       "\n"
	       "Run a guest under QEMU's TCG as if it were on KVM, and print a table of its calls\n"
	       "to standard error when it ends. The exit status is QEMU's, or 125 if QEMU was\n"
	       "not started. QEMU-PROGRAM is %s.\n",
	       programs);
	free(programs);
}

static bool take_injection(void *argument, const char *value)
{
	struct run_options *options = argument;

	strings_add(&options->inject, value);
	return true;
}

static bool take_arch(void *argument, const char *value)
{
	struct run_options *options = argument;
	char *archs;

	options->arch = target_of_arch(value);
	if (options->arch)
		return true;
	archs = target_archs();
	complain("--arch=%s: use %s", value, archs);
	free(archs);
	return false;
}

/* Of --arch's help. */
static char *list_archs(void)
{
	char *archs = target_archs();
	char *notes = target_arch_notes();
	char *list = format_string("%s (default: %s); %s", archs, target_at(0)->arch, notes);

	free(archs);
	free(notes);
	return list;
}

static const struct option_row feature_rows[] = {
	{ .name = "features",
	  .value = "LIST",
	  .help = "features to offer: names with + or -, all, or none;\n"
		  "see 'paracall list --features', also for the default",
	  .neutral = "none",
	  .place = offsetof(struct target_options, features) },
	{ .name = NULL },
};

static const struct option_row spin_rows[] = {
	{ .name = "spin",
	  .value = "HOW",
	  .help = "what spinning vCPUs do while others wait for a\n"
		  "processor: yield or keep (default: yield)",
	  .words = "yield or keep",
	  .neutral = "yield",
	  .place = offsetof(struct target_options, spin) },
	{ .name = NULL },
};

static const struct option_row special_rows[] = {
	{ .name = "hints",
	  .value = "HINT",
	  .help = "CPUID's hints: realtime (vCPUs are never preempted for\n"
		  "long) or none (default: none)",
	  .words = "realtime or none",
	  .neutral = "none",
	  .place = offsetof(struct target_options, hints) },
	{ .name = "enforce-features",
	  .help = "answer calls of features that are not offered as unknown",
	  .place = offsetof(struct target_options, enforces) },
	{ .name = "replace",
	  .value = "HOW",
	  .help = "how hypercall instructions in guest memory are replaced:\n"
		  "keep, vmcall, vmmcall, fast, native or refuse\n"
		  "(default: fast)",
	  .words = "keep, vmcall, vmmcall, fast, native or refuse",
	  .neutral = "fast",
	  .place = offsetof(struct target_options, replace) },
	{ .name = "snapshots",
	  .value = "HOW",
	  .help = "whether what the guest registered with KVM is saved and\n"
		  "loaded with the machine, in QEMU's device vmclock: on or\n"
		  "off (default: on)",
	  .words = "on or off",
	  .neutral = "off",
	  .place = offsetof(struct target_options, snapshots) },
	{ .name = NULL },
};

static const struct option_row implementation_rows[] = {
	{ .name = "target-impl-cpus",
	  .value = "LIST",
	  .help = "the implementations of CPUs for which the guest prepares:\n"
		  "MIDR[:REVIDR[:AIDR]], with commas in between, or none\n"
		  "(default: none)",
	  .neutral = "none",
	  .place = offsetof(struct target_options, implementations) },
	{ .name = NULL },
};

static const struct option_row own_rows[] = {
	{ .name = "inject",
	  .value = "RULE",
	  .help = "inject faults to test the guest; can be given repeatedly:\n"
		  "  CALL:FAULT[:when=WHEN][:N%%], with a call's name or * and\n"
		  "    drop, enosys, error=N, retval=N, delay=TIME, late=TIME\n"
		  "  MSR_NAME:FAULT, with fault, drop, delay=TIME\n"
		  "  cpuid:withdraw=FEATURE\n"
		  "  clock:jump=TIME[:every=TIME]\n"
		  "  steal:burst=TIME[:every=TIME]\n"
		  "  async-pf[:every=TIME][:delay=TIME]\n"
		  "  seed=N, to get the same faults again",
	  .take = take_injection },
	{ .name = "accel",
	  .value = "tcg",
	  .help = "run a command for KVM, such as -enable-kvm -cpu host, under TCG",
	  .words = "tcg",
	  .place = offsetof(struct run_options, accelerator) },
	{ .name = "summary",
	  .value = "FILE",
	  .help = "write the summary to FILE",
	  .place = offsetof(struct run_options, summary) },
	{ .name = "format",
	  .value = "FORMAT",
	  .help = "format of the summary, text or json (default: text)",
	  .words = "text or json",
	  .place = offsetof(struct run_options, format) },
	{ .name = "qemu",
	  .value = "PATH",
	  .help = "the QEMU to run; see 'paracall engines'",
	  .place = offsetof(struct run_options, qemu) },
	HELP_ROW,
	{ .name = NULL },
};

#define IN_MACHINE(member) offsetof(struct run_options, machine.member)

static const struct option_row machine_rows[] = {
	{ .name = "kernel",
	  .value = "FILE",
	  .help = "a kernel, or an ELF file with a PVH entry",
	  .place = IN_MACHINE(kernel) },
	{ .name = "arch",
	  .value = "NAME",
	  .help = "its architecture: %s",
	  .list = list_archs,
	  .take = take_arch },
	{ .name = "initrd",
	  .value = "FILE",
	  .help = "its initial file system",
	  .place = IN_MACHINE(initrd) },
	{ .name = "append",
	  .value = "STRING",
	  .help = "its command line",
	  .place = IN_MACHINE(append) },
	{ .name = "cpus",
	  .value = "N",
	  .help = "vCPUs (default: 2)",
	  .place = IN_MACHINE(cpus) },
	{ .name = "memory",
	  .value = "SIZE",
	  .help = "memory, such as 512M (default: 1G)",
	  .place = IN_MACHINE(memory) },
	{ .name = "disk", .value = "FILE", .help = "a virtio disk", .place = IN_MACHINE(disk) },
	{ .name = NULL },
};

static char *list_feature_targets(void)
{
	return target_names_with(feature_rows[0].name);
}

static char *list_spin_targets(void)
{
	return target_names_with(spin_rows[0].name);
}

static char *list_special_targets(void)
{
	return target_names_with(special_rows[0].name);
}

static char *list_implementation_targets(void)
{
	return target_names_with(implementation_rows[0].name);
}

static const struct option_group groups[] = {
	{ .heading = "Paracall, for %s:",
	  .list = list_feature_targets,
	  .rows = feature_rows,
	  .offset = offsetof(struct run_options, special) },
	{ .heading = "Paracall, for %s:",
	  .list = list_spin_targets,
	  .rows = spin_rows,
	  .offset = offsetof(struct run_options, special) },
	{ .heading = "Paracall, for %s only:",
	  .list = list_special_targets,
	  .rows = special_rows,
	  .offset = offsetof(struct run_options, special) },
	{ .heading = "Paracall, for %s only:",
	  .list = list_implementation_targets,
	  .rows = implementation_rows,
	  .offset = offsetof(struct run_options, special) },
	{ .heading = "Trace, one line for each event, and recording:",
	  .rows = trace_option_rows,
	  .offset = offsetof(struct run_options, trace) },
	{ .heading = "Paracall:", .rows = own_rows },
	{ .heading = "A default machine, instead of a QEMU command (%s,\n"
		     "console on the terminal, no network):",
	  .list = target_machines,
	  .rows = machine_rows },
	{ .rows = NULL },
};

const struct option_group target_option_groups[] = {
	{ .rows = feature_rows },	 { .rows = spin_rows }, { .rows = special_rows },
	{ .rows = implementation_rows }, { .rows = NULL },
};

static void complain_of_option(const char *word)
{
	if (command_line_knows(word + strspn(word, "-")))
		complain(
			"run: '%s' is an option of QEMU: put it after --; see 'paracall run --help'",
			word);
	else
		complain("run: unknown option '%s'; see 'paracall run --help'", word);
}

static const struct option_table table = {
	.command = "run",
	.print_usage = print_usage,
	.groups = groups,
	.wrong = EXIT_USAGE,
	.ends_at_word = true,
	.complain_of = complain_of_option,
};

/* What QEMU will do with its arguments. */
static bool read_arguments(struct run_options *options)
{
	/* Without a program another word is in its place, and is ignored. */
	char **argv = options->rest - (options->machine.kernel ? 1 : 0);

	if (!command_line_read(&options->line, argv)) {
		complain("%s", options->line.error);
		return false;
	}
	options->capabilities =
		qemu_capabilities(command_line_counts_instructions(&options->line));
	return true;
}

static void choose_target(struct run_options *options)
{
	options->target =
		options->machine.kernel ? options->arch : target_of_program(options->rest[0]);
	/* What is not a QEMU is refused later, with a message of its own. */
	if (!options->target)
		options->target = target_at(0);
	options->machine.target = options->target;
}

/* Features depend on it. For other targets it is refused later. */
static bool take_implementations(struct run_options *options)
{
	const char *text = options->special.implementations;
	struct implementations list;
	const char *wrong;

	if (!text || !target_has_option(options->target, implementation_rows[0].name))
		return true;
	wrong = implementations_parse(&list, text);
	if (wrong)
		complain("--%s=%s: %s", implementation_rows[0].name, text, wrong);
	else if (list.count)
		options->capabilities |= PARACALL_CAN_LIST_IMPLEMENTATIONS;
	return !wrong;
}

int run_options_parse(struct run_options *options, int argc, char **argv)
{
	int status;

	*options = (struct run_options){ .is_drop_in = options->is_drop_in };
	status = options_read(&table, options, argc, argv, &options->rest);
	if (status >= 0)
		return status;
	if (!run_options_check_form(options) || !trace_check_options(&options->trace))
		return EXIT_USAGE;
	if (!read_arguments(options))
		return EXIT_REFUSED;
	choose_target(options);
	if (options->is_drop_in)
		foreign_leave_out(options);
	if (!take_implementations(options))
		return EXIT_USAGE;
	features_take(options);
	return run_options_check_target(options) && run_options_check_injections(options)
		       ? -1
		       : EXIT_USAGE;
}

void run_options_free(struct run_options *options)
{
	command_line_free(&options->line);
	strings_free(&options->inject);
	free(options->feature_list);
	trace_free_options(&options->trace);
}
