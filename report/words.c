/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "words.h"

#include <inttypes.h>

const char *word_of(const struct word *words, int64_t value)
{
	for (; words->name; words++)
		if (words->value == value)
			return words->name;
	return NULL;
}

void print_word(FILE *output, const struct word *words, uint64_t value)
{
	const char *name = word_of(words, value);

	if (name)
		fputs(name, output);
	else
		fprintf(output, "%" PRIu64, value);
}

void print_flags(FILE *output, const struct word *words, uint64_t value)
{
	for (; words->name; words++)
		if (value & words->value) {
			fprintf(output, "|%s", words->name);
			value &= ~words->value;
		}
	if (value)
		fprintf(output, "|0x%" PRIx64, value);
}

void print_tagged(FILE *output, const struct word *words, uint64_t value, uint64_t mask)
{
	fprintf(output, "0x%" PRIx64, value & ~mask);
	print_flags(output, words, value & mask);
}

void print_signed_word(FILE *output, const struct word *words, int64_t value)
{
	const char *name = word_of(words, value);

	if (name)
		fputs(name, output);
	else
		fprintf(output, "%" PRId64, value);
}

void print_set(FILE *output, uint32_t set, const char *mark,
	       const char *(*name_of)(const void *context, uint32_t bit), const void *context)
{
	const char *separator = "";

	for (unsigned int bit = 0; bit < 32; bit++) {
		const char *name = name_of(context, 1u << bit);

		if (!(set & 1u << bit))
			continue;
		if (name)
			fprintf(output, "%s%s", separator, name);
		else
			fprintf(output, "%s0x%x", separator, 1u << bit);
		separator = mark;
	}
	if (!*separator)
		putc('0', output);
}

static const char *name_of_word(const void *context, uint32_t bit)
{
	return word_of(context, bit);
}

void print_word_set(FILE *output, uint32_t set, const struct word *words)
{
	print_set(output, set, "|", name_of_word, words);
}
