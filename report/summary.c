/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "summary.h"

#include "injected.h"

#include <inttypes.h>
#include <paracall/paracall.h>
#include <stdlib.h>

/* One line of the table. */
struct line {
	const char *name;
	uint32_t number;
	bool is_known;
	uint64_t calls;
	uint64_t errors;
	/* Of the calls whose time was taken. */
	double average_microseconds;
	/* The average times all calls. */
	double seconds;
};

struct table {
	struct line lines[PARACALL_STATISTICS_ROWS];
	size_t count;
	struct line total;
};

/* Add up one member of a row's counters over all vCPUs. */
#define row_total(statistics, row, member) \
	paracall_statistics_sum(statistics, \
				offsetof(struct paracall_cpu_statistics, calls) + \
					(row) * sizeof(struct paracall_call_statistics) + \
					offsetof(struct paracall_call_statistics, member))

/* The same of a register's. */
#define msr_total(statistics, index, member) \
	paracall_statistics_sum(statistics, \
				offsetof(struct paracall_cpu_statistics, msrs) + \
					(index) * sizeof(struct paracall_msr_statistics) + \
					offsetof(struct paracall_msr_statistics, member))

/* And of a field of PowerPC's magic page. */
#define field_total(statistics, index, member) \
	paracall_statistics_sum( \
		statistics, offsetof(struct paracall_cpu_statistics, magic_page) + \
				    (index) * sizeof(struct paracall_magic_page_statistics) + \
				    offsetof(struct paracall_magic_page_statistics, member))

static struct line make_line(const struct paracall_statistics *statistics, uint32_t row)
{
	const struct paracall_call_info *info =
		paracall_call_in_slot(statistics->architecture, row);
	uint64_t timed = row_total(statistics, row, timed_calls);
	uint64_t nanoseconds = row_total(statistics, row, timed_nanoseconds);
	struct line line = {
		.name = info ? info->name : "(unknown)",
		.number = info ? info->number : 0,
		.is_known = info,
		.calls = row_total(statistics, row, calls),
		.errors = row_total(statistics, row, errors),
		.average_microseconds = timed ? nanoseconds / 1e3 / timed : 0,
	};

	line.seconds = line.average_microseconds * line.calls / 1e6;
	return line;
}

/* Most time first, and then, or where no time is known, most calls. */
static int compare_lines(const void *a, const void *b)
{
	const struct line *first = a;
	const struct line *second = b;

	if (first->seconds == second->seconds)
		return (first->calls < second->calls) - (first->calls > second->calls);
	return first->seconds < second->seconds ? 1 : -1;
}

static void make_table(struct table *table, const struct paracall_statistics *statistics)
{
	*table = (struct table){ .total.name = "total" };
	for (uint32_t row = 0; row < PARACALL_STATISTICS_ROWS; row++) {
		struct line line = make_line(statistics, row);

		if (!line.calls)
			continue;
		table->lines[table->count++] = line;
		table->total.calls += line.calls;
		table->total.errors += line.errors;
		table->total.seconds += line.seconds;
	}
	if (table->total.calls)
		table->total.average_microseconds =
			table->total.seconds * 1e6 / table->total.calls;
	qsort(table->lines, table->count, sizeof(table->lines[0]), compare_lines);
}

static void print_line(FILE *output, const struct line *line, double total_seconds)
{
	fprintf(output, "%6.2f %11.6f %11.2f %9" PRIu64 " ",
		total_seconds > 0 ? 100 * line->seconds / total_seconds : 0, line->seconds,
		line->average_microseconds, line->calls);
	if (line->errors)
		fprintf(output, "%9" PRIu64 " %s\n", line->errors, line->name);
	else
		fprintf(output, "%9s %s\n", "", line->name);
}

/* Features of other architectures have the same bits. */
static bool feature_was_used(const struct paracall_statistics *statistics,
			     const struct paracall_feature_info *feature)
{
	const struct paracall_call_info *info;

	for (size_t i = 0; (info = paracall_call_info(i)); i++)
		if (info->feature == 1u << feature->bit &&
		    info->architecture == statistics->architecture &&
		    row_total(statistics, paracall_call_slot(info->id), calls))
			return true;
	if (statistics->architecture != PARACALL_X86)
		return false;
	for (size_t i = 0; i < paracall_msr_count(); i++)
		if (paracall_msr_info(i)->feature == 1u << feature->bit &&
		    msr_total(statistics, i, writes))
			return true;
	return false;
}

typedef bool feature_filter(const struct paracall_statistics *statistics,
			    const struct paracall_feature_info *feature);

static bool feature_was_offered(const struct paracall_statistics *statistics,
				const struct paracall_feature_info *feature)
{
	return statistics->features & 1u << feature->bit;
}

/* The names of the features that pass, each in @quote, or @none. */
static void print_features(FILE *output, const struct paracall_statistics *statistics,
			   feature_filter *filter, const char *quote, const char *separator,
			   const char *none)
{
	const struct paracall_feature_info *feature;
	const char *before = "";

	for (size_t i = 0; (feature = paracall_feature_info_of(statistics->architecture, i));
	     i++) {
		if (!filter(statistics, feature))
			continue;
		fprintf(output, "%s%s%s%s", before, quote, feature->name, quote);
		before = separator;
	}
	if (!*before)
		fputs(none, output);
}

/* Only what there was. */
static void print_clocks(FILE *output, const struct paracall_statistics *statistics)
{
	uint64_t updates = paracall_statistics_total(statistics, clock_updates);
	uint64_t pauses = paracall_statistics_total(statistics, clock_pauses);
	uint64_t begun = paracall_statistics_total(statistics, async_pf_begun);
	uint64_t steal_updates = paracall_statistics_total(statistics, steal_updates);

	if (updates)
		fprintf(output, "clocks: written %" PRIu64 " times", updates);
	if (updates && pauses)
		fprintf(output, ", %" PRIu64 " of them to tell of a pause", pauses);
	if (updates)
		putc('\n', output);
	if (begun)
		fprintf(output,
			"asynchronous page faults: %" PRIu64 " injected, %" PRIu64 " ended\n",
			begun, paracall_statistics_total(statistics, async_pf_ended));
	if (steal_updates)
		fprintf(output, "steal time: %.3f s, told in %" PRIu64 " parts\n",
			paracall_statistics_total(statistics, steal_nanoseconds) / 1e9,
			steal_updates);
}

/* Only where a guest can ask for it. */
static void print_private_memory(FILE *output, const struct paracall_statistics *statistics)
{
	if (statistics->features & 1u << PARACALL_KVM_FEATURE_HC_MAP_GPA_RANGE)
		fprintf(output,
			"private memory: %" PRIu64 " pages in %" PRIu64 " ranges, at the end\n",
			statistics->private_pages, statistics->private_ranges);
}

static void print_offers(FILE *output, const struct paracall_statistics *statistics)
{
	fputs("features offered: ", output);
	print_features(output, statistics, feature_was_offered, "", ", ", "none");
	fputs("; used: ", output);
	print_features(output, statistics, feature_was_used, "", ", ", "none");
	putc('\n', output);
}

/* As people write it: 1,234,567. */
static void print_grouped(FILE *output, uint64_t number)
{
	if (number >= 1000) {
		print_grouped(output, number / 1000);
		fprintf(output, ",%03u", (unsigned int)(number % 1000));
	} else {
		fprintf(output, "%u", (unsigned int)number);
	}
}

/* Only if there were some. */
static void print_spins(FILE *output, const struct paracall_statistics *statistics)
{
	uint64_t spins = paracall_statistics_total(statistics, spins);

	if (!spins)
		return;
	fputs("spins: ", output);
	print_grouped(output, spins);
	fprintf(output, " gave way, for %.3f s in all\n",
		paracall_statistics_total(statistics, spin_nanoseconds) / 1e9);
}

static void print_guest(FILE *output, const struct paracall_statistics *statistics)
{
	fprintf(output,
		"guest: CPUID 0x40000000 read %" PRIu64 " times, 0x40000001 %" PRIu64
		" times; ",
		paracall_statistics_total(statistics, cpuid_signature),
		paracall_statistics_total(statistics, cpuid_features));
	print_offers(output, statistics);
	fprintf(output,
		"kicks: %" PRIu64 " ended a halt, %" PRIu64
		" were kept for the next one; interrupts sent: %" PRIu64 "\n",
		paracall_statistics_total(statistics, kicks_woke),
		paracall_statistics_total(statistics, kicks_left),
		paracall_statistics_total(statistics, interrupts_sent));
	print_clocks(output, statistics);
	print_private_memory(output, statistics);
}

/* Only if there was one; the fields are told as JSON. */
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

void summary_print_calls(FILE *output, const struct paracall_statistics *statistics)
{
	static const char rule[] =
		"------ ----------- ----------- --------- --------- ----------------\n";
	struct table table;

	make_table(&table, statistics);
	fprintf(output, "%% time     seconds  usecs/call     calls    errors hypercall\n%s",
		rule);
	for (size_t i = 0; i < table.count; i++)
		print_line(output, &table.lines[i], table.total.seconds);
	fputs(rule, output);
	print_line(output, &table.total, table.total.seconds);
}

void summary_print_text(FILE *output, const struct paracall_statistics *statistics)
{
	summary_print_calls(output, statistics);
	if (statistics->architecture == PARACALL_X86)
		print_guest(output, statistics);
	if (statistics->architecture == PARACALL_POWERPC) {
		fputs("guest: ", output);
		print_offers(output, statistics);
		print_magic_page(output, statistics);
	}
	print_spins(output, statistics);
	injected_print_text(output, statistics);
	if (!statistics->finished)
		fputs("QEMU did not end in order; these are the counts until then.\n", output);
}

static void print_json_line(FILE *output, const struct line *line)
{
	fprintf(output, "    {\"name\": \"%s\", ", line->name);
	if (line->is_known)
		fprintf(output, "\"number\": %" PRIu32 ", ", line->number);
	fprintf(output,
		"\"calls\": %" PRIu64 ", \"errors\": %" PRIu64
		", \"seconds\": %.9f, \"usecs_per_call\": %.3f}",
		line->calls, line->errors, line->seconds, line->average_microseconds);
}

static void print_json_msrs(FILE *output, const struct paracall_statistics *statistics)
{
	const char *before = "\n";

	for (size_t i = 0; i < paracall_msr_count(); i++) {
		uint64_t reads = msr_total(statistics, i, reads);
		uint64_t writes = msr_total(statistics, i, writes);

		if (!reads && !writes)
			continue;
		fprintf(output,
			"%s    {\"name\": \"%s\", \"reads\": %" PRIu64 ", \"writes\": %" PRIu64
			", \"faults\": %" PRIu64 "}",
			before, paracall_msr_info(i)->name, reads, writes,
			msr_total(statistics, i, faults));
		before = ",\n";
	}
	if (*before == ',')
		fputs("\n  ", output);
}

#define print_json_counter(output, statistics, member) \
	fprintf(output, ",\n  \"" #member "\": %" PRIu64, \
		paracall_statistics_total(statistics, member))

static void print_json_offers(FILE *output, const struct paracall_statistics *statistics)
{
	fputs(",\n  \"features_offered\": [", output);
	print_features(output, statistics, feature_was_offered, "\"", ", ", "");
	fputs("],\n  \"features_used\": [", output);
	print_features(output, statistics, feature_was_used, "\"", ", ", "");
	putc(']', output);
}

static void print_json_x86(FILE *output, const struct paracall_statistics *statistics)
{
	fputs(",\n  \"msrs\": [", output);
	print_json_msrs(output, statistics);
	fprintf(output, "],\n  \"private_ranges\": %" PRIu64 ",\n  \"private_pages\": %" PRIu64,
		statistics->private_ranges, statistics->private_pages);
	print_json_counter(output, statistics, cpuid_signature);
	print_json_counter(output, statistics, cpuid_features);
	print_json_counter(output, statistics, halts);
	print_json_counter(output, statistics, halts_skipped);
	print_json_counter(output, statistics, kicks_woke);
	print_json_counter(output, statistics, kicks_left);
	print_json_counter(output, statistics, interrupts_sent);
	print_json_counter(output, statistics, replaced);
	print_json_counter(output, statistics, clock_updates);
	print_json_counter(output, statistics, clock_pauses);
	print_json_counter(output, statistics, steal_nanoseconds);
	print_json_counter(output, statistics, steal_updates);
	print_json_counter(output, statistics, async_pf_begun);
	print_json_counter(output, statistics, async_pf_ended);
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

void summary_print_json(FILE *output, const struct paracall_statistics *statistics)
{
	struct table table;

	make_table(&table, statistics);
	fprintf(output,
		"{\n  \"paracall\": \"%s\",\n  \"cpus\": %" PRIu32 ",\n  \"resets\": %" PRIu32
		",\n  \"finished\": %s,\n  \"calls\": [\n",
		paracall_version(), statistics->cpus, statistics->resets,
		statistics->finished ? "true" : "false");
	for (size_t i = 0; i < table.count; i++) {
		print_json_line(output, &table.lines[i]);
		fputs(i + 1 < table.count ? ",\n" : "\n", output);
	}
	fprintf(output, "  ],\n  \"architecture\": \"%s\"",
		paracall_architecture_name(statistics->architecture));
	if (paracall_feature_count_of(statistics->architecture))
		print_json_offers(output, statistics);
	if (statistics->architecture == PARACALL_X86)
		print_json_x86(output, statistics);
	if (statistics->architecture == PARACALL_POWERPC)
		print_json_magic_page(output, statistics);
	if (statistics->architecture != PARACALL_S390) {
		print_json_counter(output, statistics, spins);
		print_json_counter(output, statistics, spin_nanoseconds);
	}
	injected_print_json(output, statistics);
	fputs("\n}\n", output);
}
