/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the forms of 'paracall top' share. */
#ifndef PARACALL_CLI_TOP_H
#define PARACALL_CLI_TOP_H

#include "../report/rates.h"
#include "attach.h"

enum top_state {
	TOP_GOES_ON,
	/* The guest has ended. */
	TOP_ENDED,
	/* The user quit. */
	TOP_QUIT,
	/* Tables cannot be written any more, and a message says so. */
	TOP_UNWRITTEN,
	/* The counters can't be read any more. */
	TOP_FAILED,
	/* There is no terminal to draw on. */
	TOP_NO_SCREEN,
};

/* A guest being watched: its last two readings, and when they were taken. */
struct top {
	struct attachment attachment;
	struct paracall_statistics *before;
	struct paracall_statistics *now;
	double time;
	double seconds;
	/* How it is shown. */
	double interval;
	enum rates_order order;
	bool shows_cpus;
	uint32_t first_cpu;
	struct rates rates;
};

double top_time(void);

/* Read the counters again, and make the table anew. */
enum top_state top_read(struct top *top);

/* The table in another order, of the same readings. */
void top_sort(struct top *top);

/* The vCPU that columns begin with, or NULL for totals. */
const uint32_t *top_cpus(const struct top *top);

/* The line above the table; @size bytes. */
void top_title(const struct top *top, char *line, size_t size);

/* On the terminal, until it is over. */
enum top_state top_screen(struct top *top);

#endif /* PARACALL_CLI_TOP_H */
