/* SPDX-License-Identifier: BSD-2-Clause */
#include "count.h"

/* Whether this call is one whose time is taken; see statistics.h. */
static bool is_sampled(const struct paracall_cpu *cpu, size_t row)
{
	uint64_t calls = cpu->statistics->calls[row].calls;

	return cpu->machine->engine.clock && (calls < PARACALL_STATISTICS_ALL_TIMED ||
					      calls % PARACALL_STATISTICS_SAMPLE == 0);
}

static size_t index_of(const struct row *row)
{
	return row ? (size_t)(row - paracall_rows) : PARACALL_STATISTICS_UNKNOWN;
}

void count_only(struct paracall_cpu *cpu, const struct row *row)
{
	paracall_statistics_add(&cpu->statistics->calls[index_of(row)].calls, 1);
}

struct count count_begin(struct paracall_cpu *cpu, const struct row *row)
{
	struct count count = { .index = index_of(row) };

	count.is_sampled = is_sampled(cpu, count.index);
	count.start = count.is_sampled ? cpu->machine->engine.clock() : 0;
	return count;
}

void count_end(struct paracall_cpu *cpu, const struct count *count, bool is_error)
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
