/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The result of one run of one guest. */
#ifndef PARACALL_CLI_CHECK_RESULT_H
#define PARACALL_CLI_CHECK_RESULT_H

#include "../child.h"
#include "suite.h"

enum trouble {
	TROUBLE_NONE,
	/* The run as a whole is not as the suite expects, whatever its tests report. */
	TROUBLE_WRONG,
	/* The guest or the engine crashed; its other results are not known. */
	TROUBLE_CRASH,
	TROUBLE_LATE,
	/* It could not be started, which is no failure. */
	TROUBLE_SKIP,
};

struct result {
	const char *architecture;
	enum check_engine engine;
	const struct suite_run *run;
	struct tap tap;
	enum trouble trouble;
	/* For people, if there is trouble. */
	char *reason;
	double seconds;
	/* It was printed. */
	bool is_reported;
	/* All of its output, if its run is compared; else NULL. */
	char *output;
};

/* What a guest's exit reports; see doc/conformance.md. */
enum guest_exit {
	/* QEMU's isa-debug-exit: an exit status. */
	GUEST_EXIT_STATUS,
	/* The last line, and an exit status that is 0 or not. */
	GUEST_EXIT_LINE,
	/* The last line; the status is 0 however it ended. */
	GUEST_EXIT_LINE_ALONE,
};

/*
 * Fill in tap, trouble and reason from the output of the guest and QEMU, and turn
 * known failures into XFAIL and KFAIL.
 */
void result_judge(struct result *result, const struct suite *suite,
		  const struct child_output *output, enum guest_exit way);

/* Something is not as expected. */
bool result_is_bad(const struct result *result);
/* "kick, --replace=keep -M q35 -smp 4"; the caller's to free. */
char *result_name(const struct result *result);
void result_free(struct result *result);

/* Numbers of one engine and architecture, or of all. */
struct totals {
	size_t verdicts[VERDICTS];
	/* Crashed or not finished in time. */
	size_t unresolved;
	/* Not started. */
	size_t absent;
};

void totals_add(struct totals *totals, const struct result *result);

#endif /* PARACALL_CLI_CHECK_RESULT_H */
