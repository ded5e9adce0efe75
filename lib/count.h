/* SPDX-License-Identifier: BSD-2-Clause */
/* Counting calls, and the time that they take. In line: it is part of every call. */
#ifndef PARACALL_LIB_COUNT_H
#define PARACALL_LIB_COUNT_H

#include "table.h"

struct count {
	size_t index;
	bool is_sampled;
	uint64_t start;
};

/* Where a call is counted; @row is NULL if it is none of the table's. */
static inline size_t count_index(const struct row *row)
{
	return row ? (size_t)(row - paracall_rows) : PARACALL_STATISTICS_UNKNOWN;
}

/* Whether this call is one whose time is taken; see statistics.h. */
static inline bool count_samples(const struct paracall_cpu *cpu, size_t index)
{
	uint64_t calls = cpu->statistics->calls[index].calls;

	return cpu->machine->engine.clock && (calls < PARACALL_STATISTICS_ALL_TIMED ||
					      calls % PARACALL_STATISTICS_SAMPLE == 0);
}

/* Around a call. */
static inline struct count count_begin(const struct paracall_cpu *cpu, const struct row *row)
{
	struct count count = { .index = count_index(row) };

	count.is_sampled = count_samples(cpu, count.index);
	count.start = count.is_sampled ? cpu->machine->engine.clock() : 0;
	return count;
}

static inline void count_end(struct paracall_cpu *cpu, const struct count *count, bool is_error)
{
	struct paracall_call_statistics *statistics = &cpu->statistics->calls[count->index];

	paracall_statistics_add(&statistics->calls, 1);
	if (is_error)
		paracall_statistics_add(&statistics->errors, 1);
	if (!count->is_sampled)
		return;
	paracall_statistics_add(&statistics->timed_calls, 1);
	paracall_statistics_add(&statistics->timed_nanoseconds,
				cpu->machine->engine.clock() - count->start);
}

/* A call that somebody else does, so that its time and result are not known. */
static inline void count_only(struct paracall_cpu *cpu, const struct row *row)
{
	paracall_statistics_add(&cpu->statistics->calls[count_index(row)].calls, 1);
}

#endif /* PARACALL_LIB_COUNT_H */
