/* SPDX-License-Identifier: GPL-2.0-or-later */
/* arm64's part of the summary: what was offered, and stolen time. */
#include "summary_part.h"

static void print_text(FILE *output, const struct paracall_statistics *statistics)
{
	fputs("guest: ", output);
	summary_print_offers(output, statistics);
	summary_print_steal_time(output, statistics, "stolen time");
}

static void print_json(FILE *output, const struct paracall_statistics *statistics)
{
	summary_print_json_counter(output, statistics, steal_nanoseconds);
	summary_print_json_counter(output, statistics, steal_updates);
}

const struct summary_part summary_arm64 = {
	.architecture = PARACALL_ARM64,
	.print_text = print_text,
	.print_json = print_json,
};
