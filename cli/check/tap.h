/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A guest's results in TAP (testanything.org), see guest/common/test.h. */
#ifndef PARACALL_CLI_CHECK_TAP_H
#define PARACALL_CLI_CHECK_TAP_H

#include <stdbool.h>
#include <stddef.h>

enum verdict {
	VERDICT_PASS,
	VERDICT_FAIL,
	VERDICT_SKIP,
	/* Failed as expected: the engine cannot do it. */
	VERDICT_XFAIL,
	/* Failed as known: a bug of the engine. */
	VERDICT_KFAIL,
	VERDICTS
};

struct tap_case {
	enum verdict verdict;
	char *name;
	/* Why it was skipped or how it failed, several lines perhaps; or NULL. */
	char *reason;
	size_t reason_length;
	/* Of the memory that it is in. */
	size_t reason_size;
};

struct tap {
	struct tap_case *cases;
	size_t count;
	/* -1 if the plan is missing: then the guest did not finish. */
	long planned;
	/* The text after "Bail out!", or NULL. */
	char *bail;
	/* The text after "# exit: ", or NULL. */
	char *exit;
};

void tap_parse(struct tap *tap, const char *text);
void tap_free(struct tap *tap);
size_t tap_count(const struct tap *tap, enum verdict verdict);

#endif /* PARACALL_CLI_CHECK_TAP_H */
