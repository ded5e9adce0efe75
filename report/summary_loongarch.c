/* SPDX-License-Identifier: GPL-2.0-or-later */
/* LoongArch's part of the summary: CPUCFG, what was offered, and steal time. */
#include "summary_part.h"

static void print_text(FILE *output, const struct paracall_statistics *statistics)
{
	fprintf(output,
		"guest: CPUCFG 0x40000000 read %" PRIu64 " times, 0x40000004 %" PRIu64
		" times; ",
		paracall_statistics_total(statistics, cpuid_signature),
		paracall_statistics_total(statistics, cpuid_features));
	summary_print_offers(output, statistics);
	summary_print_steal_time(output, statistics, "steal time");
}

static void print_json(FILE *output, const struct paracall_statistics *statistics)
{
	summary_print_json_counter(output, statistics, cpuid_signature);
	summary_print_json_counter(output, statistics, cpuid_features);
	summary_print_json_counter(output, statistics, steal_nanoseconds);
	summary_print_json_counter(output, statistics, steal_updates);
}

const struct summary_part summary_loongarch = {
	.architecture = PARACALL_LOONGARCH,
	.print_text = print_text,
	.print_json = print_json,
};
