/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sequences.h"

#include "../cli.h"

#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

static const char seed_word[] = "seed=";
static const char count_word[] = "count=";

static bool parse_number(const char *text, uint64_t most, uint64_t *number)
{
	*number = 0;
	if (!*text)
		return false;
	for (; *text; text++) {
		if (*text < '0' || *text > '9' || *number > most / 10)
			return false;
		*number = *number * 10 + (uint64_t)(*text - '0');
	}
	return *number <= most;
}

/* Of 32 bits, for people to type. */
static uint64_t random_seed(void)
{
	uint32_t seed = 0;

	if (getrandom(&seed, sizeof(seed), 0) != sizeof(seed))
		return 1;
	return seed;
}

bool sequences_parse_seed(struct sequences *sequences, const char *text)
{
	sequences->has_seed = true;
	if (!strcmp(text, "random")) {
		sequences->seed = random_seed();
		return true;
	}
	return parse_number(text, INT64_MAX, &sequences->seed);
}

bool sequences_parse_count(struct sequences *sequences, const char *text)
{
	return parse_number(text, MOST_SEQUENCES, &sequences->count) && sequences->count;
}

/* Where that word begins, among words separated by blanks and commas; or NULL. */
static const char *find_word(const char *text, const char *word)
{
	for (const char *at = strstr(text, word); at; at = strstr(at + 1, word))
		if (at > text && (at[-1] == ' ' || at[-1] == ','))
			return at;
	return NULL;
}

/* The number after that word, or 1. */
static uint64_t number_behind(const char *text, const char *word)
{
	const char *at = find_word(text, word);

	return at ? strtoull(at + strlen(word), NULL, 10) : 1;
}

/* Takes ownership of @text, and sets the word's number there, if it has one. */
static char *with_number(char *text, const char *word, uint64_t number)
{
	const char *at = find_word(text, word);
	const char *old;
	char *changed;

	if (!at)
		return text;
	old = at + strlen(word);
	changed = format_string("%.*s%llu%s", (int)(old - text), text,
				(unsigned long long)number, old + strspn(old, "0123456789"));
	free(text);
	return changed;
}

bool sequences_has(const struct suite_run *run)
{
	return run->is_compared && find_word(run->arguments, seed_word);
}

/* The data file's seeds are 1 and up: each run keeps its own. */
uint64_t sequences_seed(const struct sequences *sequences, const struct suite_run *run)
{
	uint64_t seed = number_behind(run->arguments, seed_word);

	return sequences->has_seed ? sequences->seed + seed - 1 : seed;
}

char *sequences_arguments(const struct sequences *sequences, const struct suite_run *run)
{
	char *arguments = must(strdup(run->arguments));

	if (!sequences_has(run))
		return arguments;
	arguments = with_number(arguments, seed_word, sequences_seed(sequences, run));
	if (sequences->count)
		arguments = with_number(arguments, count_word, sequences->count);
	return arguments;
}
