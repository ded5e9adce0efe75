/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a guest did, by kind: how often, how long it took, and in which order. */
#ifndef PARACALL_REPORT_PROFILE_H
#define PARACALL_REPORT_PROFILE_H

#include "distribution.h"
#include "event.h"

/* Any further kinds are put together: a damaged recording can have any number. */
#define PROFILE_ITEMS 1024
#define PROFILE_NAME (EVENT_NAME_SIZE + 32)

struct profile_item {
	/* A call's; of registers and leaves with which one. */
	char name[PROFILE_NAME];
	uint64_t count;
	uint64_t failed;
	struct distribution latency;
};

struct profile {
	/* In order of first occurrence. */
	struct profile_item **items;
	size_t count;
	/* The same for search: a tree of tsearch()'s. */
	void *tree;
	uint64_t events;
	/* Of the last event. */
	uint64_t time;
};

void profile_init(struct profile *profile);
void profile_destroy(struct profile *profile);

/* False if memory is short. */
bool profile_add(struct profile *profile, const struct event *event);

/* NULL if there is none. */
const struct profile_item *profile_find(const struct profile *profile, const char *name);

#endif /* PARACALL_REPORT_PROFILE_H */
