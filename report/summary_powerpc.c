/* SPDX-License-Identifier: GPL-2.0-or-later */
/* PowerPC's part of the summary: features, and the magic page. */
#include "summary_part.h"

/* One member of a field's counters, added up over all vCPUs. */
#define field_total(statistics, index, member) \
	paracall_statistics_sum( \
		statistics, offsetof(struct paracall_cpu_statistics, magic_page) + \
				    (index) * sizeof(struct paracall_magic_page_statistics) + \
				    offsetof(struct paracall_magic_page_statistics, member))

/* Only if there was one; JSON has its fields. */
static void print_magic_page(FILE *output, const struct paracall_statistics *statistics)
{
	uint64_t reads = 0;
	uint64_t writes = 0;

	for (size_t i = 0; paracall_magic_page_field_name(i); i++) {
		reads += field_total(statistics, i, reads);
		writes += field_total(statistics, i, writes);
	}
	if (reads || writes)
		fprintf(output, "magic page: %" PRIu64 " reads, %" PRIu64 " writes\n", reads,
			writes);
}

static void print_guest(FILE *output, const struct paracall_statistics *statistics)
{
	fputs("guest: ", output);
	summary_print_offers(output, statistics);
	print_magic_page(output, statistics);
}

static void print_json_magic_page(FILE *output, const struct paracall_statistics *statistics)
{
	const char *before = "\n";

	fputs(",\n  \"magic_page\": [", output);
	for (size_t i = 0; paracall_magic_page_field_name(i); i++) {
		uint64_t reads = field_total(statistics, i, reads);
		uint64_t writes = field_total(statistics, i, writes);

		if (!reads && !writes)
			continue;
		fprintf(output,
			"%s    {\"field\": \"%s\", \"reads\": %" PRIu64 ", \"writes\": %" PRIu64
			"}",
			before, paracall_magic_page_field_name(i), reads, writes);
		before = ",\n";
	}
	fputs(*before == ',' ? "\n  ]" : "]", output);
}

const struct summary_part summary_powerpc = {
	.architecture = PARACALL_POWERPC,
	.print_text = print_guest,
	.print_json = print_json_magic_page,
};
