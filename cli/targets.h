/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What QEMU's programs emulate, and how they differ for the command. */
#ifndef PARACALL_CLI_TARGETS_H
#define PARACALL_CLI_TARGETS_H

#include <paracall/paracall.h>
#include <stdbool.h>
#include <stddef.h>

struct command_line;
struct run_options;
struct strings;

/* Complains and returns false if a command can't be run so. */
typedef bool target_check(const struct run_options *options, const struct command_line *line);

/* Gives up what a command excludes, and says so, where a tool's guest has to run. */
typedef void target_adapt(struct run_options *options);

struct target_info {
	/* QEMU's program, and the package that has it in Debian 13 and later. */
	const char *program;
	const char *package;
	/* What it runs besides what its name says, for users; or NULL. */
	const char *also_runs;
	/* As sentences name it. */
	const char *name;
	enum paracall_architecture architecture;
	/* --arch's word for its default machine; NULL if it has none. A note about it. */
	const char *arch;
	const char *arch_note;
	const char *machine;
	const char *machine_options;
	/* NULL: QEMU's default. */
	const char *cpu;
	/* TCG's for KVM's "host". NULL: it has none, and the machine's own is taken. */
	const char *tcg_host;
	const char *console;
	/*
	 * The end of its CPUs' types' names, whose properties can be KVM's features. NULL: QEMU
	 * has no such properties; see kvm_names.h.
	 */
	const char *cpu_type;
	/* Options of 'paracall run' that not every target has: names separated by blanks. */
	const char *options;
	/* Where its guests see features, for users; NULL: there are none. */
	const char *features_from;
	/* KVM has model-specific registers for them. */
	bool has_msrs;
	/* What else it requires of QEMU's command line; NULL: nothing. */
	target_check *check_command;
	target_adapt *adapt;
	void (*add_arguments)(struct strings *command, const struct run_options *options);
};

/* One after the other from 0, the one that is meant where none is named; NULL after the last. */
const struct target_info *target_at(size_t index);

/* Of a program, given by its name or path; NULL if it is none of them. */
const struct target_info *target_of_program(const char *program);

/* Of --arch's word; NULL if there is none. */
const struct target_info *target_of_arch(const char *arch);

bool target_has_option(const struct target_info *target, const char *option);

/*
 * "a, b or c" of all programs; the same with "-b" and "-c"; of --arch's words; and of
 * the default machines. All are the caller's to free.
 */
char *target_programs(void);
char *target_programs_short(void);
char *target_archs(void);
char *target_machines(void);

/* The notes on --arch's words. */
char *target_arch_notes(void);

/* "a and b": the names of those with such an option. */
char *target_names_with(const char *option);

#endif /* PARACALL_CLI_TARGETS_H */
