/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "compare.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A line of the table: of one name in both; NULL where there is none. */
struct pair {
	const char *name;
	const struct profile_item *a;
	const struct profile_item *b;
	double median_a, median_b;
	double slow_a, slow_b;
	/* '<' only in the first, '>' only in the second, '!' differs, ' ' does not. */
	char mark;
};

static bool differ(double a, double b, double percent)
{
	return fabs(b - a) > fabs(a) * percent / 100;
}

static char mark_of(const struct pair *pair, const struct compare_options *options)
{
	if (!pair->b)
		return '<';
	if (!pair->a)
		return '>';
	if (differ(pair->a->count, pair->b->count, options->count_percent) ||
	    differ(pair->a->failed, pair->b->failed, options->count_percent))
		return '!';
	if (options->latency_percent >= 0 &&
	    (differ(pair->median_a, pair->median_b, options->latency_percent) ||
	     differ(pair->slow_a, pair->slow_b, options->latency_percent)))
		return '!';
	return ' ';
}

static struct pair make_pair(const struct profile_item *a, const struct profile_item *b,
			     const struct compare_options *options)
{
	struct pair pair = { .name = a ? a->name : b->name, .a = a, .b = b };

	if (a) {
		pair.median_a = distribution_quantile(&a->latency, 0.5);
		pair.slow_a = distribution_quantile(&a->latency, 0.99);
	}
	if (b) {
		pair.median_b = distribution_quantile(&b->latency, 0.5);
		pair.slow_b = distribution_quantile(&b->latency, 0.99);
	}
	pair.mark = mark_of(&pair, options);
	return pair;
}

/* Names can come from a damaged file. */
static void print_name(FILE *output, const char *name, int width)
{
	for (; *name; name++, width--)
		putc(*name >= ' ' && *name <= '~' ? *name : '?', output);
	while (width-- > 0)
		putc(' ', output);
}

static void print_change(FILE *output, const struct pair *pair)
{
	char text[16] = "";

	if (!pair->a)
		snprintf(text, sizeof(text), "new");
	else if (!pair->b)
		snprintf(text, sizeof(text), "gone");
	else if (pair->a->count != pair->b->count)
		snprintf(text, sizeof(text), "%+.1f%%",
			 100.0 * pair->b->count / pair->a->count - 100);
	fprintf(output, " %9s", text);
}

/* Microseconds; empty if nothing was timed. */
static void print_times(FILE *output, double a, double b)
{
	double times[] = { a, b };

	for (int i = 0; i < 2; i++)
		if (times[i] > 0)
			fprintf(output, " %9.2f", times[i] / 1e3);
		else
			fprintf(output, " %9s", "");
}

static void print_counts(FILE *output, uint64_t a, uint64_t b, int width)
{
	fprintf(output, " %*" PRIu64 " %*" PRIu64, width, a, width, b);
}

static void print_pair(FILE *output, const struct pair *pair)
{
	fprintf(output, "%c ", pair->mark);
	print_name(output, pair->name, 28);
	print_counts(output, pair->a ? pair->a->count : 0, pair->b ? pair->b->count : 0, 9);
	print_change(output, pair);
	print_counts(output, pair->a ? pair->a->failed : 0, pair->b ? pair->b->failed : 0, 7);
	print_times(output, pair->median_a, pair->median_b);
	print_times(output, pair->slow_a, pair->slow_b);
	putc('\n', output);
}

static void print_heading(FILE *output)
{
	fprintf(output,
		"  %-28s %9s %9s %9s %7s %7s %19s %19s\n"
		"  %-28s %9s %9s %9s %7s %7s %9s %9s %9s %9s\n",
		"", "number", "", "", "failed", "", "median, usecs", "99 %, usecs", "event",
		"A", "B", "change", "A", "B", "A", "B", "A", "B");
}

static bool compare_numbers(FILE *output, const struct profile *a, const struct profile *b,
			    const struct compare_options *options)
{
	bool is_same = true;

	if (output)
		print_heading(output);
	for (size_t i = 0; i < a->count + b->count; i++) {
		bool is_first = i < a->count;
		const struct profile_item *item =
			is_first ? a->items[i] : b->items[i - a->count];
		const struct profile_item *other = profile_find(is_first ? b : a, item->name);
		struct pair pair;

		/* What both have had its line already. */
		if (!is_first && other)
			continue;
		pair = make_pair(is_first ? item : NULL, is_first ? other : item, options);
		is_same = is_same && pair.mark == ' ';
		if (output)
			print_pair(output, &pair);
	}
	return is_same;
}

/*
 * Longest common subsequences: of what is left of both lists from @i and @j on. One
 * more row and column than items.
 */
static uint16_t *common_lengths(const struct profile *a, const struct profile *b)
{
	size_t columns = b->count + 1;
	uint16_t *lengths = calloc((a->count + 1) * columns, sizeof(*lengths));

	if (!lengths)
		return NULL;
	for (size_t i = a->count; i-- > 0;) {
		for (size_t j = b->count; j-- > 0;) {
			uint16_t down = lengths[(i + 1) * columns + j];
			uint16_t right = lengths[i * columns + j + 1];

			if (!strcmp(a->items[i]->name, b->items[j]->name))
				lengths[i * columns + j] =
					lengths[(i + 1) * columns + j + 1] + 1;
			else
				lengths[i * columns + j] = down > right ? down : right;
		}
	}
	return lengths;
}

static void print_step(FILE *output, char mark, const char *name)
{
	fprintf(output, "%c ", mark);
	print_name(output, name, 0);
	putc('\n', output);
}

static void print_order(FILE *output, const struct profile *a, const struct profile *b,
			const uint16_t *lengths)
{
	size_t columns = b->count + 1;
	size_t i = 0;
	size_t j = 0;

	fputs("\nin order of first occurrence:\n", output);
	while (i < a->count || j < b->count) {
		if (i < a->count && j < b->count &&
		    !strcmp(a->items[i]->name, b->items[j]->name)) {
			print_step(output, ' ', a->items[i]->name);
			i++;
			j++;
		} else if (j == b->count ||
			   (i < a->count &&
			    lengths[(i + 1) * columns + j] >= lengths[i * columns + j + 1])) {
			print_step(output, '<', a->items[i++]->name);
		} else {
			print_step(output, '>', b->items[j++]->name);
		}
	}
}

static size_t common_count(const struct profile *a, const struct profile *b)
{
	size_t count = 0;

	for (size_t i = 0; i < a->count; i++)
		count += profile_find(b, a->items[i]->name) != NULL;
	return count;
}

enum compare_result compare_profiles(FILE *output, const struct profile *a,
				     const struct profile *b,
				     const struct compare_options *options)
{
	uint16_t *lengths = common_lengths(a, b);
	bool is_same;
	bool is_in_order;

	if (!lengths)
		return COMPARE_NO_MEMORY;
	is_same = compare_numbers(output, a, b, options);
	/* What is only in one is a difference, but not one of order. */
	is_in_order = lengths[0] == common_count(a, b);
	if (output && (lengths[0] < a->count || lengths[0] < b->count))
		print_order(output, a, b, lengths);
	free(lengths);
	return is_same && (is_in_order || options->ignores_order) ? COMPARE_SAME
								  : COMPARE_DIFFERENT;
}
