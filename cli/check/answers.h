/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a guest reported of its host's answers (runtime/answer.h of the guests), and the
 * comparison of two hosts' answers.
 */
#ifndef PARACALL_CLI_CHECK_ANSWERS_H
#define PARACALL_CLI_CHECK_ANSWERS_H

#include "suite.h"

struct answer {
	/* What was done, and the result. */
	char *question, *result;
};

struct answers {
	struct answer *items;
	size_t count;
};

/* From all that the guest printed. */
void answers_parse(struct answers *answers, const char *text);
void answers_free(struct answers *answers);

/* One side of a comparison. */
struct answers_side {
	enum check_engine engine;
	const struct answers *answers;
};

struct answer_difference {
	const char *question;
	/* Of both sides; NULL: not reported. */
	const char *results[2];
	/* NULL if the data file doesn't explain it. */
	const struct suite_answer *explanation;
};

struct answers_totals {
	size_t compared, equal, explained, unexplained;
};

/*
 * Call @visit for each difference, and add to @totals. What the data file says
 * to differ, and was asked but did not, counts in suite_answer's fields.
 */
void answers_compare(struct suite *suite, const struct answers_side sides[2],
		     struct answers_totals *totals,
		     void (*visit)(const struct answer_difference *difference, void *argument),
		     void *argument);

#endif /* PARACALL_CLI_CHECK_ANSWERS_H */
