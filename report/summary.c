/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "summary.h"

#include "injected.h"
#include "summary_part.h"

#include <inttypes.h>
#include <paracall/paracall.h>
#include <stdlib.h>

void summary_limit_cpus(struct paracall_statistics *copy, uint32_t max_cpus)
{
	copy->max_cpus = max_cpus;
	if (copy->cpus > max_cpus)
		copy->cpus = max_cpus;
}

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

/* By time, then, or if no time is known, by calls. */
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
	/* Where there are no such registers, none was written. */
	for (size_t i = 0; i < paracall_msr_count(); i++)
		if (paracall_msr_info(i)->feature == 1u << feature->bit &&
		    summary_msr_total(statistics, i, writes))
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

	for (size_t i = 0; (feature = paracall_feature_info(statistics->architecture, i));
	     i++) {
		if (!filter(statistics, feature))
			continue;
		fprintf(output, "%s%s%s%s", before, quote, feature->name, quote);
		before = separator;
	}
	if (!*before)
		fputs(none, output);
}

void summary_print_offers(FILE *output, const struct paracall_statistics *statistics)
{
	fputs("features offered: ", output);
	print_features(output, statistics, feature_was_offered, "", ", ", "none");
	fputs("; used: ", output);
	print_features(output, statistics, feature_was_used, "", ", ", "none");
	putc('\n', output);
}

void summary_print_steal_time(FILE *output, const struct paracall_statistics *statistics,
			      const char *name)
{
	uint64_t updates = paracall_statistics_total(statistics, steal_updates);

	if (updates)
		fprintf(output, "%s: %.3f s, reported in %" PRIu64 " updates\n", name,
			paracall_statistics_total(statistics, steal_nanoseconds) / 1e9,
			updates);
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
	fprintf(output, " yields, %.3f s in total\n",
		paracall_statistics_total(statistics, spin_nanoseconds) / 1e9);
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
	const struct summary_part *part = summary_part_of(statistics->architecture);

	summary_print_calls(output, statistics);
	if (part)
		part->print_text(output, statistics);
	print_spins(output, statistics);
	injected_print_text(output, statistics);
	if (!statistics->finished)
		fputs("QEMU did not exit normally; these are the counts up to then.\n", output);
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

static void print_json_offers(FILE *output, const struct paracall_statistics *statistics)
{
	fputs(",\n  \"features_offered\": [", output);
	print_features(output, statistics, feature_was_offered, "\"", ", ", "");
	fputs("],\n  \"features_used\": [", output);
	print_features(output, statistics, feature_was_used, "\"", ", ", "");
	putc(']', output);
}

void summary_print_json(FILE *output, const struct paracall_statistics *statistics)
{
	const struct summary_part *part = summary_part_of(statistics->architecture);
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
	if (paracall_feature_count(statistics->architecture))
		print_json_offers(output, statistics);
	if (part)
		part->print_json(output, statistics);
	summary_print_json_counter(output, statistics, spins);
	summary_print_json_counter(output, statistics, spin_nanoseconds);
	injected_print_json(output, statistics);
	fputs("\n}\n", output);
}
