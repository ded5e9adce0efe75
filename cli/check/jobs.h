/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Several things done at the same time, and reported one after the other. */
#ifndef PARACALL_CLI_CHECK_JOBS_H
#define PARACALL_CLI_CHECK_JOBS_H

#include <stdbool.h>
#include <stddef.h>

struct jobs {
	size_t count;
	/* How many at a time, at least 1. */
	unsigned int parallel;
	/* Do the @index'th; called by a thread of its own. */
	void (*run)(size_t index, void *argument);
	/* Whether this one must run alone; NULL: none must. */
	bool (*is_alone)(size_t index, void *argument);
	/* By the caller's thread, in order, as soon as all before it are done. */
	void (*report)(size_t index, void *argument);
	/* Begin no other job. One that ends after that is not reported. */
	bool (*is_stopped)(void *argument);
	void *argument;
};

/* They are begun in order. Returns how many were reported. */
size_t jobs_run(const struct jobs *jobs);

#endif /* PARACALL_CLI_CHECK_JOBS_H */
