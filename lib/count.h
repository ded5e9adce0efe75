/* SPDX-License-Identifier: BSD-2-Clause */
/* Counting calls, and the time that they take. In line: it is part of every call. */
#ifndef PARACALL_LIB_COUNT_H
#define PARACALL_LIB_COUNT_H

#include "row.h"

struct count {
	uint32_t slot;
	bool is_sampled;
	uint64_t start;
};

/* Where a call is counted; @row is NULL if it is not in the table. */
static inline uint32_t count_slot(const struct row *row)
{
	return row ? paracall_call_slot(row->info.id) : PARACALL_STATISTICS_UNKNOWN;
}

/* Whether the next call is timed, if there is a clock; see statistics.h. */
static inline bool count_samples(const struct paracall_call_statistics *statistics)
{
	return statistics->calls < PARACALL_STATISTICS_ALL_TIMED ||
	       statistics->calls % PARACALL_STATISTICS_SAMPLE == 0;
}

/* Around a call. */
static inline struct count count_begin(const struct paracall_cpu *cpu, const struct row *row)
{
	struct count count = { .slot = count_slot(row) };

	count.is_sampled = cpu->machine->engine.clock &&
			   count_samples(&cpu->statistics->calls[count.slot]);
	count.start = count.is_sampled ? clock_now(cpu->machine) : 0;
	return count;
}

static inline void count_end(struct paracall_cpu *cpu, const struct count *count, bool is_error)
{
	struct paracall_call_statistics *statistics = &cpu->statistics->calls[count->slot];

	paracall_statistics_add(&statistics->calls, 1);
	if (is_error)
		paracall_statistics_add(&statistics->errors, 1);
	if (!count->is_sampled)
		return;
	paracall_statistics_add(&statistics->timed_calls, 1);
	paracall_statistics_add(&statistics->timed_nanoseconds,
				clock_now(cpu->machine) - count->start);
}

/* A call that the engine serves, so that its time and result are not known. */
static inline void count_only(struct paracall_cpu *cpu, const struct row *row)
{
	paracall_statistics_add(&cpu->statistics->calls[count_slot(row)].calls, 1);
}

#endif /* PARACALL_LIB_COUNT_H */
