/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the command line of paracall run says. */
#ifndef PARACALL_CLI_RUN_OPTIONS_H
#define PARACALL_CLI_RUN_OPTIONS_H

#include "../../engine/qemu/command_line/command_line.h"
#include "../cli.h"
#include "../options.h"
#include "../qemu_command.h"
#include "../targets.h"
#include "../trace.h"

/* Options that not every target has, each as given; or NULL. */
struct target_options {
	const char *features;
	const char *spin;
	const char *hints;
	const char *replace;
	const char *snapshots;
	const char *implementations;
	bool enforces;
};

struct run_options {
	struct target_options special;
	const char *qemu;
	/* --accel's, or NULL. */
	const char *accelerator;
	const char *summary;
	const char *format;
	struct strings inject;
	/* --arch's, or NULL. */
	const struct target_info *arch;
	/* The guest's. */
	const struct target_info *target;
	/* What the engine can do; and what it then offers. */
	uint32_t capabilities;
	uint32_t features;
	struct default_machine machine;
	struct trace_options trace;
	/* What follows the options; never NULL. */
	char **rest;
	/* What that means to QEMU. */
	struct command_line line;
	/* What .special.features is; and those that --features itself asks for. */
	char *feature_list;
	uint32_t own_features;
	/* -cpu ...,kvm=off */
	bool hides_kvm;
	/* This is the command by QEMU's name: QEMU takes its place. */
	bool is_drop_in;
};

/*
 * Fill in @options, of which only .is_drop_in is set. Returns -1 to continue, or the exit
 * status to end with. In any case they are to be freed.
 */
int run_options_parse(struct run_options *options, int argc, char **argv);
void run_options_free(struct run_options *options);

/*
 * What not every target has: rows about struct target_options, with the value that
 * makes no difference in each.
 */
extern const struct option_group target_option_groups[];

/* Complain and return false: whether the options go together, and are for the target. */
bool run_options_check_form(const struct run_options *options);
bool run_options_check_target(struct run_options *options);
/* What can be injected depends on the guest. */
bool run_options_check_injections(const struct run_options *options);

#endif /* PARACALL_CLI_RUN_OPTIONS_H */
