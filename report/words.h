/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Words in place of numbers, where the number is known; another is shown as it is. */
#ifndef PARACALL_REPORT_WORDS_H
#define PARACALL_REPORT_WORDS_H

#include <stdint.h>
#include <stdio.h>

/* Lists of them end with one without a name. */
struct word {
	int64_t value;
	const char *name;
};

/* NULL if there is none. */
const char *word_of(const struct word *words, int64_t value);

void print_word(FILE *output, const struct word *words, uint64_t value);

/* The same for what may be below 0. */
void print_signed_word(FILE *output, const struct word *words, int64_t value);

/* "|name" for each bit that has one, and what remains in hexadecimal. */
void print_flags(FILE *output, const struct word *words, uint64_t value);

/* An address with flags in its low bits, those of @mask. */
void print_tagged(FILE *output, const struct word *words, uint64_t value, uint64_t mask);

/* "clocksource2|steal-time", with @mark in between; @name_of gives a bit's name, or NULL. */
void print_set(FILE *output, uint32_t set, const char *mark,
	       const char *(*name_of)(const void *context, uint32_t bit), const void *context);
void print_word_set(FILE *output, uint32_t set, const struct word *words);

#endif /* PARACALL_REPORT_WORDS_H */
