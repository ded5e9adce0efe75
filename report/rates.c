/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "rates.h"

#include <inttypes.h>
#include <paracall/paracall.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NAME_WIDTH 30
#define CPU_WIDTH 9
#define CPU_RATE_LIMIT 99999999.0

struct single {
	const char *name;
	size_t counter;
};

/* clang-format off */
#define SINGLE(name, member) { name, offsetof(struct paracall_cpu_statistics, member) }

static const struct single single_counters[] = {
	SINGLE("CPUID 0x40000000", cpuid_signature),
	SINGLE("CPUID 0x40000001", cpuid_features),
	SINGLE("halts", halts),
	SINGLE("halts ended at once", halts_skipped),
	SINGLE("kicks that ended a halt", kicks_woke),
	SINGLE("kicks kept for the next halt", kicks_left),
	SINGLE("interrupts sent", interrupts_sent),
	SINGLE("instructions replaced", replaced),
	SINGLE("clocks written", clock_updates),
	SINGLE("steal time updates", steal_updates),
	SINGLE("async page faults begun", async_pf_begun),
	SINGLE("async page faults ended", async_pf_ended),
};
#undef SINGLE
/* clang-format on */

#define SINGLE_COUNTERS (sizeof(single_counters) / sizeof(single_counters[0]))

_Static_assert(RATES_EVENTS == PARACALL_STATISTICS_ROWS + 2 * PARACALL_STATISTICS_MSRS +
				       SINGLE_COUNTERS,
	       "an event for each counter");

const char *rates_order_name(enum rates_order order)
{
	static const char *const names[] = { "rate", "total", "time", "name" };

	return names[order];
}

/* It never goes back, unless it is not a counter at all. */
static uint64_t growth(const struct rates *rates, size_t counter)
{
	uint64_t before = paracall_statistics_sum(rates->before, counter);
	uint64_t now = paracall_statistics_sum(rates->now, counter);

	return now > before ? now - before : 0;
}

static double per_second(const struct rates *rates, uint64_t count)
{
	return rates->seconds > 0 ? count / rates->seconds : 0;
}

/* Events that have not happened are left out; returns the new one, or NULL. */
static struct rates_event *add_event(struct rates *rates, size_t counter)
{
	struct rates_event *event = &rates->events[rates->count];
	uint64_t total = paracall_statistics_sum(rates->now, counter);

	if (!total)
		return NULL;
	*event = (struct rates_event){ .counter = counter, .total = total };
	event->per_second = per_second(rates, growth(rates, counter));
	rates->count++;
	return event;
}

static double average_microseconds(const struct rates *rates, size_t call)
{
	size_t timed = call + offsetof(struct paracall_call_statistics, timed_calls);
	size_t time = call + offsetof(struct paracall_call_statistics, timed_nanoseconds);
	uint64_t calls = growth(rates, timed);
	uint64_t nanoseconds = growth(rates, time);

	if (!calls) {
		calls = paracall_statistics_sum(rates->now, timed);
		nanoseconds = paracall_statistics_sum(rates->now, time);
	}
	return calls ? nanoseconds / 1e3 / calls : 0;
}

static void add_calls(struct rates *rates)
{
	for (uint32_t row = 0; row < PARACALL_STATISTICS_ROWS; row++) {
		const struct paracall_call_info *info =
			paracall_call_in_slot(rates->now->architecture, row);
		size_t call = offsetof(struct paracall_cpu_statistics, calls) +
			      row * sizeof(struct paracall_call_statistics);
		struct rates_event *event =
			add_event(rates,
				  call + offsetof(struct paracall_call_statistics, calls));

		if (!event)
			continue;
		snprintf(event->name, sizeof(event->name), "%s",
			 info ? info->name : "(unknown)");
		event->is_call = true;
		event->call = call;
		event->microseconds = average_microseconds(rates, call);
	}
}

static void add_msr(struct rates *rates, size_t index, const char *access, size_t member)
{
	const struct paracall_msr_info *info = paracall_msr_info(index);
	struct rates_event *event =
		add_event(rates, offsetof(struct paracall_cpu_statistics, msrs) +
					 index * sizeof(struct paracall_msr_statistics) +
					 member);

	if (event)
		snprintf(event->name, sizeof(event->name), "%s %s", access, info->name);
}

static void add_msrs(struct rates *rates)
{
	for (size_t i = 0; i < paracall_msr_count() && i < PARACALL_STATISTICS_MSRS; i++) {
		add_msr(rates, i, "rdmsr", offsetof(struct paracall_msr_statistics, reads));
		add_msr(rates, i, "wrmsr", offsetof(struct paracall_msr_statistics, writes));
	}
}

static void add_single_counters(struct rates *rates)
{
	for (size_t i = 0; i < SINGLE_COUNTERS; i++) {
		struct rates_event *event = add_event(rates, single_counters[i].counter);

		if (event)
			snprintf(event->name, sizeof(event->name), "%s",
				 single_counters[i].name);
	}
}

#define COMPARE(a, b) (((a) < (b)) - ((a) > (b)))

static int compare_names(const void *a, const void *b)
{
	return strcmp(((const struct rates_event *)a)->name,
		      ((const struct rates_event *)b)->name);
}

static int compare_totals(const void *a, const void *b)
{
	const struct rates_event *first = a;
	const struct rates_event *second = b;
	int order = COMPARE(first->total, second->total);

	return order ? order : compare_names(a, b);
}

static int compare_rates(const void *a, const void *b)
{
	const struct rates_event *first = a;
	const struct rates_event *second = b;
	int order = COMPARE(first->per_second, second->per_second);

	return order ? order : compare_totals(a, b);
}

/* Time spent now, in microseconds per second; then by rate. */
static int compare_times(const void *a, const void *b)
{
	const struct rates_event *first = a;
	const struct rates_event *second = b;
	int order = COMPARE(first->microseconds * first->per_second,
			    second->microseconds * second->per_second);

	return order ? order : compare_rates(a, b);
}

void rates_make(struct rates *rates, const struct paracall_statistics *before,
		const struct paracall_statistics *now, double seconds, enum rates_order order)
{
	static int (*const compare[])(const void *a, const void *b) = {
		[RATES_BY_RATE] = compare_rates,
		[RATES_BY_TOTAL] = compare_totals,
		[RATES_BY_TIME] = compare_times,
		[RATES_BY_NAME] = compare_names,
	};

	rates->count = 0;
	rates->before = before;
	rates->now = now;
	rates->seconds = seconds;
	add_calls(rates);
	add_msrs(rates);
	add_single_counters(rates);
	qsort(rates->events, rates->count, sizeof(rates->events[0]), compare[order]);
}

static uint64_t cpu_counter(const struct paracall_statistics *statistics, uint32_t cpu,
			    size_t counter)
{
	uint64_t value;

	memcpy(&value, (const char *)&statistics->cpu[cpu] + counter, sizeof(value));
	return value;
}

static double cpu_rate(const struct rates *rates, uint32_t cpu, size_t counter)
{
	uint64_t before = cpu_counter(rates->before, cpu, counter);
	uint64_t now = cpu_counter(rates->now, cpu, counter);

	double rate = now > before ? per_second(rates, now - before) : 0;

	/* What fits into a column: the numbers come from another process. */
	return rate < CPU_RATE_LIMIT ? rate : CPU_RATE_LIMIT;
}

/* The vCPU after the last one that fits. */
static uint32_t end_cpu(const struct rates *rates, uint32_t first, size_t width)
{
	size_t room = width < RATES_LINE ? width : RATES_LINE - 1;
	uint32_t columns = room > NAME_WIDTH ? (room - NAME_WIDTH) / CPU_WIDTH : 0;
	uint32_t left = first < rates->now->cpus ? rates->now->cpus - first : 0;

	return first + (columns < left ? columns : left);
}

void rates_heading(char line[RATES_LINE], const struct rates *rates, const uint32_t *first_cpu,
		   size_t width)
{
	int length = snprintf(line, RATES_LINE, "%-*s", NAME_WIDTH, "event");

	if (!first_cpu) {
		snprintf(line + length, RATES_LINE - length, "%14s %12s %11s", "total",
			 "per second", "usecs/call");
		return;
	}
	for (uint32_t cpu = *first_cpu; cpu < end_cpu(rates, *first_cpu, width); cpu++)
		length += snprintf(line + length, RATES_LINE - length, " cpu %4u", cpu);
}

void rates_row(char line[RATES_LINE], const struct rates *rates, size_t row,
	       const uint32_t *first_cpu, size_t width)
{
	const struct rates_event *event = &rates->events[row];
	int length = snprintf(line, RATES_LINE, "%-*.*s", NAME_WIDTH, NAME_WIDTH, event->name);

	if (!first_cpu) {
		length += snprintf(line + length, RATES_LINE - length, "%14" PRIu64 " %12.1f",
				   event->total, event->per_second);
		if (event->is_call)
			snprintf(line + length, RATES_LINE - length, " %11.2f",
				 event->microseconds);
		return;
	}
	for (uint32_t cpu = *first_cpu; cpu < end_cpu(rates, *first_cpu, width); cpu++)
		length += snprintf(line + length, RATES_LINE - length, " %8.0f",
				   cpu_rate(rates, cpu, event->counter));
}
