/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The table of 'paracall run', made of events instead of counters. */
#include "summary.h"
#include "writer.h"

#include <stdlib.h>
#include <string.h>

struct event_summary {
	struct writer_target target;
	struct paracall_statistics *statistics;
};

static void *begin(const struct writer_target *target)
{
	struct event_summary *summary = malloc(sizeof(*summary));
	struct paracall_statistics *statistics = calloc(1, paracall_statistics_size(1));

	if (!summary || !statistics) {
		free(summary);
		free(statistics);
		return NULL;
	}
	statistics->max_cpus = statistics->cpus = 1;
	statistics->architecture = recording_info(target->recording)->architecture;
	*summary = (struct event_summary){ .target = *target, .statistics = statistics };
	return summary;
}

static uint32_t slot_of(const struct event *event)
{
	uint32_t row = paracall_event_row(event->class->id);

	return row == PARACALL_EVENT_UNKNOWN_ROW ? PARACALL_STATISTICS_UNKNOWN
						 : paracall_call_slot(row);
}

static void add(void *writer, const struct event *event)
{
	struct event_summary *summary = writer;
	struct paracall_call_statistics *call;

	if (!event_is_call(event))
		return;
	call = &summary->statistics->cpu[0].calls[slot_of(event)];
	call->calls++;
	call->errors += event_has_failed(event);
	call->timed_calls += event->duration != 0;
	call->timed_nanoseconds += event->duration;
}

static void end(void *writer)
{
	struct event_summary *summary = writer;

	summary_print_calls(summary->target.output, summary->statistics);
	free(summary->statistics);
	free(summary);
}

const struct writer_format writer_summary = { .name = "summary", begin, add, end };
