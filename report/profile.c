/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "profile.h"

#include <inttypes.h>
#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void profile_init(struct profile *profile)
{
	*profile = (struct profile){ .items = NULL };
}

static int compare_items(const void *a, const void *b)
{
	return strcmp(((const struct profile_item *)a)->name,
		      ((const struct profile_item *)b)->name);
}

void profile_destroy(struct profile *profile)
{
	for (size_t i = 0; i < profile->count; i++) {
		tdelete(profile->items[i], &profile->tree, compare_items);
		free(profile->items[i]);
	}
	free(profile->items);
}

static const char *msr_name(uint64_t number)
{
	for (size_t i = 0; i < paracall_msr_count(); i++)
		if (paracall_msr_info(i)->number == number)
			return paracall_msr_info(i)->name;
	return NULL;
}

/* Accesses are distinguished by what is accessed. */
static void make_name(char name[PROFILE_NAME], const struct event *event)
{
	const char *msr = NULL;

	if (!event_is_access(event)) {
		snprintf(name, PROFILE_NAME, "%s", event->class->name);
		return;
	}
	if (event->kind == PARACALL_EVENT_RDMSR || event->kind == PARACALL_EVENT_WRMSR)
		msr = msr_name(event->words[0]);
	if (msr)
		snprintf(name, PROFILE_NAME, "%s %s", event->class->name, msr);
	else
		snprintf(name, PROFILE_NAME, "%s 0x%" PRIx64, event->class->name,
			 event->words[0]);
}

static struct profile_item *find(const struct profile *profile, const char *name)
{
	struct profile_item key;
	struct profile_item *const *found;

	snprintf(key.name, sizeof(key.name), "%s", name);
	found = tfind(&key, &profile->tree, compare_items);
	return found ? *found : NULL;
}

const struct profile_item *profile_find(const struct profile *profile, const char *name)
{
	return find(profile, name);
}

static struct profile_item *add_item(struct profile *profile, const char *name)
{
	struct profile_item *item = calloc(1, sizeof(*item));

	if (!profile->items)
		profile->items = calloc(PROFILE_ITEMS, sizeof(*profile->items));
	if (!profile->items || !item) {
		free(item);
		return NULL;
	}
	snprintf(item->name, sizeof(item->name), "%s", name);
	if (!tsearch(item, &profile->tree, compare_items)) {
		free(item);
		return NULL;
	}
	profile->items[profile->count++] = item;
	return item;
}

bool profile_add(struct profile *profile, const struct event *event)
{
	char name[PROFILE_NAME];
	struct profile_item *item;

	make_name(name, event);
	item = find(profile, name);
	if (!item && profile->count >= PROFILE_ITEMS - 1) {
		snprintf(name, sizeof(name), "(others)");
		item = find(profile, name);
	}
	if (!item)
		item = add_item(profile, name);
	if (!item)
		return false;
	item->count++;
	item->failed += event_has_failed(event);
	/* Not all are timed. */
	if (event->duration)
		distribution_add(&item->latency, event->duration);
	profile->events++;
	profile->time = event->time;
	return true;
}
