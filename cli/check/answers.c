/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "answers.h"

#include "../cli.h"

#include <stdlib.h>
#include <string.h>

static const char prefix[] = "answer ";
static const char separator[] = " = ";

static void add_answer(struct answers *answers, const char *line, size_t length)
{
	const char *end = line + length;
	const char *middle = memmem(line, length, separator, strlen(separator));
	size_t size = (answers->count + 1) * sizeof(*answers->items);

	if (!middle)
		return;
	answers->items = must(realloc(answers->items, size));
	answers->items[answers->count++] = (struct answer){
		.question = format_string("%.*s", (int)(middle - line), line),
		.result = format_string("%.*s", (int)(end - middle - strlen(separator)),
					middle + strlen(separator)),
	};
}

void answers_parse(struct answers *answers, const char *text)
{
	*answers = (struct answers){ .items = NULL };
	while (*text) {
		size_t length = strcspn(text, "\n");
		size_t used = length && text[length - 1] == '\r' ? length - 1 : length;

		if (!strncmp(text, prefix, strlen(prefix)))
			add_answer(answers, text + strlen(prefix), used - strlen(prefix));
		text += length + (text[length] == '\n');
	}
}

void answers_free(struct answers *answers)
{
	for (size_t i = 0; i < answers->count; i++) {
		free(answers->items[i].question);
		free(answers->items[i].result);
	}
	free(answers->items);
	*answers = (struct answers){ .items = NULL };
}

struct comparison {
	struct suite *suite;
	const struct answers_side *sides;
	struct answers_totals *totals;
	void (*visit)(const struct answer_difference *difference, void *argument);
	void *argument;
};

/* Both are where they are on the other side nearly always: the next one there. */
static const struct answer *find(const struct answers *answers, const char *question,
				 size_t *next)
{
	for (size_t i = 0; i < answers->count; i++) {
		size_t index = (*next + i) % answers->count;

		if (strcmp(answers->items[index].question, question))
			continue;
		*next = index + 1;
		return &answers->items[index];
	}
	return NULL;
}

static void compare(const struct comparison *comparison, const char *question, const char *one,
		    const char *other)
{
	struct answer_difference difference = { question, { one, other }, NULL };
	const enum check_engine engines[2] = { comparison->sides[0].engine,
					       comparison->sides[1].engine };

	comparison->totals->compared++;
	difference.explanation =
		suite_find_answer(comparison->suite, engines, question, difference.results);
	if (one && other && !strcmp(one, other)) {
		comparison->totals->equal++;
		return;
	}
	if (difference.explanation)
		comparison->totals->explained++;
	else
		comparison->totals->unexplained++;
	comparison->visit(&difference, comparison->argument);
}

void answers_compare(struct suite *suite, const struct answers_side sides[2],
		     struct answers_totals *totals,
		     void (*visit)(const struct answer_difference *difference, void *argument),
		     void *argument)
{
	const struct answers *one = sides[0].answers, *other = sides[1].answers;
	struct comparison comparison = { suite, sides, totals, visit, argument };
	size_t next = 0;

	for (size_t i = 0; i < one->count; i++) {
		const struct answer *item = &one->items[i];
		const struct answer *found = find(other, item->question, &next);

		compare(&comparison, item->question, item->result,
			found ? found->result : NULL);
	}
	next = 0;
	for (size_t i = 0; i < other->count; i++)
		if (!find(one, other->items[i].question, &next))
			compare(&comparison, other->items[i].question, NULL,
				other->items[i].result);
}
