/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Events in formats for other programs, written one after the other. */
#ifndef PARACALL_REPORT_WRITER_H
#define PARACALL_REPORT_WRITER_H

#include "recording.h"
#include "symbols.h"

#include <stdio.h>

struct writer_target {
	FILE *output;
	struct recording *recording;
	/* NULL if there are none. */
	const struct symbols *symbols;
	/* The page that the events go into; for HTML only. */
	FILE *page;
};

struct writer_format {
	const char *name;
	/* NULL if memory is short, or the page is not one. */
	void *(*begin)(const struct writer_target *target);
	void (*add)(void *writer, const struct event *event);
	/* Writes what is left, and frees the writer. */
	void (*end)(void *writer);
};

/* As 'paracall run --trace' has them. */
extern const struct writer_format writer_text;
extern const struct writer_format writer_json;
extern const struct writer_format writer_csv;
/* Chrome's trace events, for Perfetto. */
extern const struct writer_format writer_chrome;
/* One page with all in it. */
extern const struct writer_format writer_html;
/* The table of calls that 'paracall run' prints. */
extern const struct writer_format writer_summary;

#endif /* PARACALL_REPORT_WRITER_H */
