/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The rates of a guest's counters: a table from two readings. */
#ifndef PARACALL_REPORT_RATES_H
#define PARACALL_REPORT_RATES_H

#include <paracall/statistics.h>
#include <stdbool.h>

/* Hypercalls, reads and writes of each register, and the single counters. */
#define RATES_EVENTS (PARACALL_STATISTICS_ROWS + 2 * PARACALL_STATISTICS_MSRS + 12)
#define RATES_LINE 256

enum rates_order {
	RATES_BY_RATE,
	RATES_BY_TOTAL,
	RATES_BY_TIME,
	RATES_BY_NAME,
	RATES_ORDERS,
};

/* One kind of event: where its counter is in struct paracall_cpu_statistics. */
struct rates_event {
	char name[40];
	size_t counter;
	/* The struct paracall_call_statistics, if it is a call. */
	bool is_call;
	size_t call;
	/* Of all vCPUs. */
	uint64_t total;
	double per_second;
	/* A call's average, of those since the reading before, or else of all. */
	double microseconds;
};

struct rates {
	struct rates_event events[RATES_EVENTS];
	/* Those that have happened, in order. */
	size_t count;
	const struct paracall_statistics *before;
	const struct paracall_statistics *now;
	double seconds;
};

const char *rates_order_name(enum rates_order order);

/* Between two readings, that many seconds apart. */
void rates_make(struct rates *rates, const struct paracall_statistics *before,
		const struct paracall_statistics *now, double seconds, enum rates_order order);

/*
 * Lines of the table: what is above it, and a row. With @first_cpu not NULL they
 * have the rates of that vCPU and of those after it that fit into @width columns.
 */
void rates_heading(char line[RATES_LINE], const struct rates *rates, const uint32_t *first_cpu,
		   size_t width);
void rates_row(char line[RATES_LINE], const struct rates *rates, size_t row,
	       const uint32_t *first_cpu, size_t width);

#endif /* PARACALL_REPORT_RATES_H */
