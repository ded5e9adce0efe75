/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "options.h"

#include "cli.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* In --help: a longer option has a line of its own; and so long are lines with lists. */
#define MOST_OPTION 24
#define MOST_LINE 88
/* What getopt_long() returns for the first row, beyond all letters. */
#define FIRST_CODE 256

/* A row and the structure that it is about. */
struct entry {
	const struct option_row *row;
	char *options;
};

struct entries {
	struct entry *items;
	size_t count;
};

static void collect(struct entries *entries, const struct option_table *table, void *options)
{
	*entries = (struct entries){ .items = NULL };
	for (const struct option_group *group = table->groups; group->rows; group++) {
		for (const struct option_row *row = group->rows; row->name; row++) {
			size_t size = (entries->count + 1) * sizeof(*entries->items);

			entries->items = must(realloc(entries->items, size));
			entries->items[entries->count++] =
				(struct entry){ row, (char *)options + group->offset };
		}
	}
}

/* For getopt_long(); the caller's to free. */
static struct option *make_long_options(const struct entries *entries)
{
	struct option *result = must(calloc(entries->count + 1, sizeof(*result)));

	for (size_t i = 0; i < entries->count; i++) {
		const struct option_row *row = entries->items[i].row;

		result[i].name = row->name;
		result[i].val = FIRST_CODE + (int)i;
		if (row->value)
			result[i].has_arg =
				row->is_optional ? optional_argument : required_argument;
	}
	return result;
}

/* The same. */
static char *make_letters(const struct entries *entries, bool ends_at_word)
{
	char *result = must(calloc(3 * entries->count + 3, 1));
	char *end = result;

	if (ends_at_word)
		*end++ = '+';
	*end++ = ':';
	for (size_t i = 0; i < entries->count; i++) {
		if (!entries->items[i].row->letter)
			continue;
		*end++ = entries->items[i].row->letter;
		if (entries->items[i].row->value)
			*end++ = ':';
	}
	return result;
}

static const struct entry *find_entry(const struct entries *entries, int code)
{
	if (code >= FIRST_CODE)
		return &entries->items[code - FIRST_CODE];
	for (size_t i = 0; i < entries->count; i++)
		if (entries->items[i].row->letter == code)
			return &entries->items[i];
	return NULL;
}

/* Whether it is one of "a, b or c". */
static bool is_among(const char *words, const char *value)
{
	static const char last[] = " or ";

	while (*words) {
		const char *end = strstr(words, last);
		size_t length = strcspn(words, ",");

		if (end && (size_t)(end - words) < length)
			length = (size_t)(end - words);
		if (strlen(value) == length && !strncmp(value, words, length))
			return true;
		words += length;
		words += *words == ',' ? 2 : *words ? sizeof(last) - 1 : 0;
	}
	return false;
}

static bool take(const struct entry *entry, const char *value)
{
	const struct option_row *row = entry->row;
	void *place = entry->options + row->place;

	if (row->words && !is_among(row->words, value)) {
		complain("--%s=%s: use %s", row->name, value, row->words);
		return false;
	}
	if (row->take)
		return row->take(entry->options, value);
	if (row->value)
		*(const char **)place = value;
	else
		*(bool *)place = true;
	return true;
}

const char *option_given(const struct option_row *row, const void *options)
{
	const void *place = (const char *)options + row->place;

	if (row->value)
		return *(const char *const *)place;
	return *(const bool *)place ? "" : NULL;
}

void option_forget(const struct option_row *row, void *options)
{
	void *place = (char *)options + row->place;

	if (row->value)
		*(const char **)place = NULL;
	else
		*(bool *)place = false;
}

/* "  -o, --output=FILE"; the caller's to free. */
static char *option_words(const struct option_row *row)
{
	char letter[] = "-?, ";

	letter[1] = row->letter;
	return format_string("  %s--%s%s%s%s%s", row->letter ? letter : "    ", row->name,
			     row->is_optional ? "[" : "", row->value ? "=" : "",
			     row->value ? row->value : "", row->is_optional ? "]" : "");
}

/* Where texts begin. */
static int find_column(const struct option_group *groups)
{
	size_t longest = 0;

	for (const struct option_group *group = groups; group->rows; group++) {
		for (const struct option_row *row = group->rows; row->name; row++) {
			char *words = option_words(row);
			size_t length = strlen(words);

			if (row->help && length > longest && length <= MOST_OPTION)
				longest = length;
			free(words);
		}
	}
	return (int)longest + 2;
}

/* How much of a line fits. */
static size_t fit(const char *text, size_t room)
{
	size_t length = strcspn(text, "\n");

	if (length <= room)
		return length;
	for (length = room; length && text[length] != ' '; length--)
		;
	return length ? length : strcspn(text, " \n");
}

/* A text of lines, from @column on, where the first of them already is. */
static void print_text(const char *text, char *(*list)(void), int column)
{
	char *words = list ? list() : NULL;
	char *whole = format_string(text, words);
	const char *rest = whole;

	for (;;) {
		size_t length =
			words ? fit(rest, (size_t)(MOST_LINE - column)) : strcspn(rest, "\n");

		printf("%.*s\n", (int)length, rest);
		rest += length;
		if (!*rest)
			break;
		rest++;
		printf("%*s", *rest == '\n' ? 0 : column, "");
	}
	free(whole);
	free(words);
}

static void print_row(const struct option_row *row, int column)
{
	char *words;

	if (!row->help)
		return;
	words = option_words(row);
	if (strlen(words) > MOST_OPTION)
		printf("%s\n%*s", words, column, "");
	else
		printf("%-*s", column, words);
	print_text(row->help, row->list, column);
	free(words);
}

static void print_help(const struct option_table *table)
{
	int column = find_column(table->groups);

	table->print_usage();
	for (const struct option_group *group = table->groups; group->rows; group++) {
		if (group->heading)
			putchar('\n');
		if (group->heading && *group->heading)
			print_text(group->heading, group->list, 0);
		for (const struct option_row *row = group->rows; row->name; row++)
			print_row(row, column);
	}
}

/* @word is the one that getopt_long() came to. */
static void complain_of(const struct option_table *table, int code, char **argv,
			const char *word)
{
	const char *name = table->command;

	if (code == ':')
		complain("%s: option '%s' needs a value; see 'paracall %s --help'", name,
			 argv[optind - 1], name);
	else if (table->complain_of)
		table->complain_of(word);
	else
		complain("%s: unknown option '%s'; see 'paracall %s --help'", name,
			 unknown_option(argv), name);
}

/* Returns -1, or the exit status. */
static int read_entries(const struct option_table *table, const struct entries *entries,
			int argc, char **argv)
{
	struct option *long_options = make_long_options(entries);
	char *letters = make_letters(entries, table->ends_at_word);
	int status = -1;
	int word = 1;
	int code;

	opterr = 0;
	for (;
	     status < 0 && (code = getopt_long(argc, argv, letters, long_options, NULL)) != -1;
	     word = optind) {
		const struct entry *entry = find_entry(entries, code);

		if (code == ':' || code == '?') {
			complain_of(table, code, argv, argv[word]);
			status = table->wrong;
		} else if (entry->row->letter == 'h') {
			print_help(table);
			status = EXIT_OK;
		} else if (!take(entry, optarg)) {
			status = table->wrong;
		}
	}
	free(letters);
	free(long_options);
	return status;
}

int options_read(const struct option_table *table, void *options, int argc, char **argv,
		 char ***words)
{
	struct entries entries;
	int status;

	collect(&entries, table, options);
	status = read_entries(table, &entries, argc, argv);
	*words = argv + optind;
	free(entries.items);
	return status;
}
