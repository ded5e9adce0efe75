/* SPDX-License-Identifier: GPL-2.0-or-later */
/* x86's part of the summary: CPUID, kicks and interrupts, clocks, registers, memory. */
#include "summary_part.h"

/* Only lines that are not 0. */
static void print_clocks(FILE *output, const struct paracall_statistics *statistics)
{
	uint64_t updates = paracall_statistics_total(statistics, clock_updates);
	uint64_t pauses = paracall_statistics_total(statistics, clock_pauses);
	uint64_t begun = paracall_statistics_total(statistics, async_pf_begun);

	if (updates)
		fprintf(output, "clocks: written %" PRIu64 " times", updates);
	if (updates && pauses)
		fprintf(output, ", %" PRIu64 " of them to report a pause", pauses);
	if (updates)
		putc('\n', output);
	if (begun)
		fprintf(output,
			"asynchronous page faults: %" PRIu64 " injected, %" PRIu64 " ended\n",
			begun, paracall_statistics_total(statistics, async_pf_ended));
	summary_print_steal_time(output, statistics, "steal time");
}

/* Only if a guest can request it. */
static void print_private_memory(FILE *output, const struct paracall_statistics *statistics)
{
	if (statistics->features & 1u << PARACALL_KVM_FEATURE_HC_MAP_GPA_RANGE)
		fprintf(output,
			"private memory: %" PRIu64 " pages in %" PRIu64 " ranges at the end\n",
			statistics->private_pages, statistics->private_ranges);
}

static void print_guest(FILE *output, const struct paracall_statistics *statistics)
{
	fprintf(output,
		"guest: CPUID 0x40000000 read %" PRIu64 " times, 0x40000001 %" PRIu64
		" times; ",
		paracall_statistics_total(statistics, cpuid_signature),
		paracall_statistics_total(statistics, cpuid_features));
	summary_print_offers(output, statistics);
	fprintf(output,
		"kicks: %" PRIu64 " ended a halt, %" PRIu64
		" were kept for the next one; interrupts sent: %" PRIu64 "\n",
		paracall_statistics_total(statistics, kicks_woke),
		paracall_statistics_total(statistics, kicks_left),
		paracall_statistics_total(statistics, interrupts_sent));
	print_clocks(output, statistics);
	print_private_memory(output, statistics);
}

static void print_json_msrs(FILE *output, const struct paracall_statistics *statistics)
{
	const char *before = "\n";

	for (size_t i = 0; i < paracall_msr_count(); i++) {
		uint64_t reads = summary_msr_total(statistics, i, reads);
		uint64_t writes = summary_msr_total(statistics, i, writes);

		if (!reads && !writes)
			continue;
		fprintf(output,
			"%s    {\"name\": \"%s\", \"reads\": %" PRIu64 ", \"writes\": %" PRIu64
			", \"faults\": %" PRIu64 "}",
			before, paracall_msr_info(i)->name, reads, writes,
			summary_msr_total(statistics, i, faults));
		before = ",\n";
	}
	if (*before == ',')
		fputs("\n  ", output);
}

static void print_json_x86(FILE *output, const struct paracall_statistics *statistics)
{
	fputs(",\n  \"msrs\": [", output);
	print_json_msrs(output, statistics);
	fprintf(output, "],\n  \"private_ranges\": %" PRIu64 ",\n  \"private_pages\": %" PRIu64,
		statistics->private_ranges, statistics->private_pages);
	summary_print_json_counter(output, statistics, cpuid_signature);
	summary_print_json_counter(output, statistics, cpuid_features);
	summary_print_json_counter(output, statistics, halts);
	summary_print_json_counter(output, statistics, halts_skipped);
	summary_print_json_counter(output, statistics, kicks_woke);
	summary_print_json_counter(output, statistics, kicks_left);
	summary_print_json_counter(output, statistics, interrupts_sent);
	summary_print_json_counter(output, statistics, replaced);
	summary_print_json_counter(output, statistics, clock_updates);
	summary_print_json_counter(output, statistics, clock_pauses);
	summary_print_json_counter(output, statistics, steal_nanoseconds);
	summary_print_json_counter(output, statistics, steal_updates);
	summary_print_json_counter(output, statistics, async_pf_begun);
	summary_print_json_counter(output, statistics, async_pf_ended);
}

const struct summary_part summary_x86 = {
	.architecture = PARACALL_X86,
	.print_text = print_guest,
	.print_json = print_json_x86,
};
