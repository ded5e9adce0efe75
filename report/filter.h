/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Selection of events: by name, by vCPU, by result. */
#ifndef PARACALL_REPORT_FILTER_H
#define PARACALL_REPORT_FILTER_H

#include "event.h"

struct filter;

/* One that accepts everything; NULL if memory is short. */
struct filter *filter_new(void);
/* @filter may be NULL. */
void filter_free(struct filter *filter);

/*
 * "KICK_CPU,%halt,!wake": names of calls, of other events and of registers, and
 * groups with a %; those with a ! are taken out again, from all if that comes
 * first. @classes are those that names may be of. On a mistake returns false, and
 * @error is a sentence without a full stop.
 */
bool filter_set_expression(struct filter *filter, const char *expression,
			   const struct event_classes *classes, char *error, size_t error_size);
/* "0,2-3"; likewise. */
bool filter_set_cpus(struct filter *filter, const char *list, char *error, size_t error_size);
/* Only what failed. */
void filter_set_failed(struct filter *filter);

bool filter_accepts(const struct filter *filter, const struct event *event);

/* Bits 1 << enum paracall_event_kind: what can be accepted at all. */
uint64_t filter_kinds(const struct filter *filter, const struct event_classes *classes);

/* The groups' names, with commas, for help texts. */
const char *filter_groups(void);

#endif /* PARACALL_REPORT_FILTER_H */
