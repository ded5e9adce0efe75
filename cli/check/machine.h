/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The machines that guests are run on, and running one. */
#ifndef PARACALL_CLI_CHECK_MACHINE_H
#define PARACALL_CLI_CHECK_MACHINE_H

#include "result.h"

struct check_machine {
	/* The data file is this and ".conf". */
	const char *architecture;
	/* What uname reports on a machine whose own KVM runs them: a pattern, as of files. */
	const char *host;
	/* The name of its QEMU. */
	const char *qemu;
	/* Of each run that does not say another size. */
	const char *memory;
	enum guest_exit way;
	/* What each run has beside its own arguments; ends with NULL. */
	const char *const *arguments;
	/* The program that shows whether a KVM works. */
	const char *probe;
};

#define MOST_MACHINES 8

/* The @index'th, or NULL; machines.c has the list. */
const struct check_machine *check_machine(size_t index);

/* "a, b or c" of their architectures: the caller's to free. */
char *check_machine_names(void);

#define DEFAULT_SECONDS 120u

/* Paths and limits for runs of one engine on one machine. */
struct check_setup {
	const struct check_machine *machine;
	enum check_engine engine;
	/* Where the guests' files are. */
	const char *folder;
	/* Time for a run, or 0: what the run has in the data file, or DEFAULT_SECONDS. */
	unsigned int seconds;
	/* The program: QEMU or the monitor. */
	char *qemu;
};

/*
 * Fill in the program. Returns NULL, or why the engine is not available for these runs; to
 * be freed.
 */
char *setup_begin(struct check_setup *setup, const struct suite *suite);
void setup_end(struct check_setup *setup);

/* The time limit of a run. */
unsigned int setup_seconds(const struct check_setup *setup, const struct suite_run *run);

/* @result has its architecture, engine and run; the rest is filled in. */
void setup_run(const struct check_setup *setup, const struct suite *suite,
	       struct result *result);

#endif /* PARACALL_CLI_CHECK_MACHINE_H */
