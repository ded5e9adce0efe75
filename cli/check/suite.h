/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The runs of one architecture's guests, and in what engines are known to
 * differ: the .conf files of guest/, one of which describes the format.
 */
#ifndef PARACALL_CLI_CHECK_SUITE_H
#define PARACALL_CLI_CHECK_SUITE_H

#include "tap.h"

#include <stdint.h>

/* Bits. */
enum check_engine {
	ENGINE_PARACALL = 1,
	/* QEMU's TCG alone: the control. */
	ENGINE_PLAIN = 2,
	/* The machine's own. */
	ENGINE_KVM = 4,
	/* A kernel's, which runs under TCG with SVM. */
	ENGINE_KVM_IN_TCG = 8,
	/* Paracall's library without QEMU: the monitor in engine/unicorn/. */
	ENGINE_UNICORN = 16,
	ENGINE_END = 32
};

/* The name of one of them, or NULL. */
const char *check_engine_name(enum check_engine engine);
/* The bits of "paracall,plain"; 0 if a name is unknown. */
uint32_t check_engines_parse(const char *list);

/* Of a time limit. */
#define SUITE_MOST_SECONDS 86400

struct suite_run {
	char *program;
	uint32_t engines;
	/* Done by --long only. */
	bool is_long;
	/* It measures time, and runs alone. */
	bool is_alone;
	/* Its time limit, or 0: as all have. */
	unsigned int seconds;
	/* Of paracall run; and of QEMU. */
	char *options, *arguments;
	/* Nothing can be tested there, and the guest must see that. */
	bool skips;
	/* It reports its host's answers, for --compare only. */
	bool is_compared;
};

struct suite_difference {
	uint32_t engines;
	/* The test may be a pattern, as of files. */
	char *program, *test;
	/* Only in runs with these words in their options or arguments; "" for all. */
	char *where;
	/* VERDICT_XFAIL or VERDICT_KFAIL */
	enum verdict verdict;
	char *reason;
};

/* Two engines' answers are known to differ. */
struct suite_answer {
	/* A pattern, as of files. */
	char *question;
	/* Each side: its engines, and a pattern of what they say. */
	uint32_t engines[2];
	char *results[2];
	char *reason;
	/* How often it was asked, and the answers differed so. */
	size_t asked, met;
};

struct suite {
	struct suite_run *runs;
	size_t run_count;
	struct suite_difference *differences;
	size_t difference_count;
	struct suite_answer *answers;
	size_t answer_count;
};

/* NULL, or what is wrong with the text, with its line; the caller's to free. */
char *suite_parse(struct suite *suite, const char *text);
void suite_free(struct suite *suite);

/* Whether there is a run for this engine. */
bool suite_has_engine(const struct suite *suite, enum check_engine engine);

/* Why this test is known to fail there, or NULL. */
const struct suite_difference *suite_find_difference(const struct suite *suite,
						     const struct suite_run *run,
						     enum check_engine engine,
						     const char *test);

/*
 * What explains that two engines, in this order, gave these results; NULL: not
 * reported. Counts in those that are about this question. NULL if nothing does.
 */
const struct suite_answer *suite_find_answer(struct suite *suite,
					     const enum check_engine engines[2],
					     const char *question,
					     const char *const results[2]);

#endif /* PARACALL_CLI_CHECK_SUITE_H */
