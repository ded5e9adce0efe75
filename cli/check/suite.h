/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The runs of one architecture's guests, and in what engines are known to
 * differ: guest/x86_64.conf and the like, where the format is described.
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
	ENGINE_END = 16
};

/* The name of one of them, or NULL. */
const char *check_engine_name(enum check_engine engine);
/* The bits of "paracall,plain"; 0 if there is a name that is none. */
uint32_t check_engines_parse(const char *list);

struct suite_run {
	char *program;
	uint32_t engines;
	/* Done by --long only. */
	bool is_long;
	/* Of paracall run; and of QEMU. */
	char *options, *arguments;
	/* Nothing can be tested there, and the guest must see that. */
	bool skips;
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

struct suite {
	struct suite_run *runs;
	size_t run_count;
	struct suite_difference *differences;
	size_t difference_count;
};

/* NULL, or what is wrong with the text, with its line; the caller's to free. */
char *suite_parse(struct suite *suite, const char *text);
void suite_free(struct suite *suite);

/* Why this test is known to fail there, or NULL. */
const struct suite_difference *suite_find_difference(const struct suite *suite,
						     const struct suite_run *run,
						     enum check_engine engine,
						     const char *test);

#endif /* PARACALL_CLI_CHECK_SUITE_H */
