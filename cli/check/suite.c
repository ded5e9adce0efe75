/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "suite.h"

#include "../cli.h"

#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#define FIELDS 6

static const char blanks[] = " \t";

const char *check_engine_name(enum check_engine engine)
{
	switch (engine) {
	case ENGINE_PARACALL:
		return "paracall";
	case ENGINE_PLAIN:
		return "plain";
	case ENGINE_KVM:
		return "kvm";
	case ENGINE_KVM_IN_TCG:
		return "kvm-in-tcg";
	case ENGINE_UNICORN:
		return "unicorn";
	case ENGINE_END:
		break;
	}
	return NULL;
}

static uint32_t engine_of(const char *name, size_t length)
{
	for (uint32_t bit = 1; bit < ENGINE_END; bit <<= 1) {
		const char *known = check_engine_name(bit);

		if (strlen(known) == length && !strncmp(known, name, length))
			return bit;
	}
	return 0;
}

uint32_t check_engines_parse(const char *list)
{
	uint32_t engines = 0;

	while (1) {
		size_t length = strcspn(list, ",");
		uint32_t bit = engine_of(list, length);

		if (!bit)
			return 0;
		engines |= bit;
		if (!list[length])
			return engines;
		list += length + 1;
	}
}

/* The text between two bars, without the blanks around it. */
static char *field_of(const char *begin, size_t length)
{
	size_t skipped = strspn(begin, blanks);

	if (skipped > length)
		skipped = length;
	begin += skipped;
	length -= skipped;
	while (length && strchr(blanks, begin[length - 1]))
		length--;
	return format_string("%.*s", (int)length, begin);
}

/* Returns how many there are; at most FIELDS are kept. */
static int split(const char *line, char *fields[FIELDS])
{
	int count = 0;

	while (1) {
		size_t length = strcspn(line, "|");

		if (count < FIELDS)
			fields[count] = field_of(line, length);
		count++;
		if (!line[length])
			return count;
		line += length + 1;
	}
}

static bool is_word(const char *text, size_t length, const char *word)
{
	return length == strlen(word) && !strncmp(text, word, length);
}

/* "quick" or "long"; perhaps ":" and the seconds of a time limit; perhaps "alone". */
static bool parse_group(struct suite_run *run, const char *group)
{
	size_t length = strcspn(group, ": \t");
	const char *rest = group + length;
	unsigned long seconds = 0;
	char *end;

	if (*rest == ':') {
		seconds = strtoul(rest + 1, &end, 10);
		if (!seconds || seconds > SUITE_MOST_SECONDS)
			return false;
		rest = end;
	}
	if (*rest && !strspn(rest, blanks))
		return false;
	rest += strspn(rest, blanks);
	run->seconds = seconds;
	run->is_alone = !strcmp(rest, "alone");
	run->is_long = is_word(group, length, "long");
	return (!*rest || run->is_alone) && (run->is_long || is_word(group, length, "quick"));
}

static const char wrong_engines[] =
	"the engines are paracall, plain, kvm, kvm-in-tcg and unicorn";

/* Takes the fields over. */
static const char *add_run(struct suite *suite, char *fields[FIELDS])
{
	struct suite_run *run;

	suite->runs = must(realloc(suite->runs, (suite->run_count + 1) * sizeof(*run)));
	run = &suite->runs[suite->run_count++];
	*run = (struct suite_run){
		.program = fields[0],
		.engines = check_engines_parse(fields[1]),
		.options = fields[3],
		.arguments = fields[4],
		.skips = !strcmp(fields[5], "skip"),
		.is_compared = !strcmp(fields[5], "compare"),
	};
	if (!*run->program)
		return "a run needs a program";
	if (!run->engines)
		return wrong_engines;
	if (!parse_group(run, fields[2]))
		return "the group is quick or long, may have a time limit, and may be alone, like 'long:300 alone'";
	if (!run->skips && !run->is_compared && strcmp(fields[5], "pass"))
		return "the outcome is pass, skip or compare";
	return NULL;
}

static const char *add_difference(struct suite *suite, char *fields[FIELDS])
{
	struct suite_difference *difference;
	size_t size = (suite->difference_count + 1) * sizeof(*difference);

	suite->differences = must(realloc(suite->differences, size));
	difference = &suite->differences[suite->difference_count++];
	*difference = (struct suite_difference){
		.engines = check_engines_parse(fields[0]),
		.program = fields[1],
		.test = fields[2],
		.where = fields[3],
		.verdict = !strcmp(fields[4], "XFAIL") ? VERDICT_XFAIL : VERDICT_KFAIL,
		.reason = fields[5],
	};
	if (!difference->engines)
		return wrong_engines;
	if (difference->verdict == VERDICT_KFAIL && strcmp(fields[4], "KFAIL"))
		return "the verdict is XFAIL or KFAIL";
	if (!*difference->reason)
		return "a difference needs a reason";
	return NULL;
}

static const char *add_answer(struct suite *suite, char *fields[FIELDS])
{
	size_t size = (suite->answer_count + 1) * sizeof(*suite->answers);
	struct suite_answer *answer;

	suite->answers = must(realloc(suite->answers, size));
	answer = &suite->answers[suite->answer_count++];
	*answer = (struct suite_answer){
		.question = fields[0],
		.engines = { check_engines_parse(fields[1]), check_engines_parse(fields[3]) },
		.results = { fields[2], fields[4] },
		.reason = fields[5],
	};
	if (!answer->engines[0] || !answer->engines[1])
		return wrong_engines;
	if (!*answer->reason)
		return "a difference needs a reason";
	return NULL;
}

enum section {
	SECTION_NONE,
	SECTION_RUNS,
	SECTION_DIFFERENCES,
	SECTION_ANSWERS,
};

/* How each begins; which fields are not kept as text, as bits; who takes the others. */
static const struct {
	const char *header;
	unsigned int parsed;
	const char *(*add)(struct suite *suite, char *fields[FIELDS]);
} sections[] = {
	[SECTION_RUNS] = { "[runs]", 1u << 1 | 1u << 2 | 1u << 5, add_run },
	[SECTION_DIFFERENCES] = { "[differences]", 1u << 0 | 1u << 4, add_difference },
	[SECTION_ANSWERS] = { "[answers]", 1u << 1 | 1u << 3, add_answer },
};

static const char *parse_entry(struct suite *suite, enum section section, const char *line)
{
	char *fields[FIELDS] = { NULL };
	const char *wrong = "there are six fields, with | between";

	if (section == SECTION_NONE)
		return "what comes first is [runs], [differences] or [answers]";
	if (split(line, fields) != FIELDS) {
		for (int i = 0; i < FIELDS; i++)
			free(fields[i]);
		return wrong;
	}
	wrong = sections[section].add(suite, fields);
	for (int i = 0; i < FIELDS; i++)
		if (sections[section].parsed & 1u << i)
			free(fields[i]);
	return wrong;
}

static const char *parse_line(struct suite *suite, enum section *section, const char *line)
{
	if (!*line || *line == '#')
		return NULL;
	if (*line != '[')
		return parse_entry(suite, *section, line);
	for (enum section i = SECTION_RUNS; i <= SECTION_ANSWERS; i++) {
		if (!strcmp(line, sections[i].header)) {
			*section = i;
			return NULL;
		}
	}
	return "the sections are [runs], [differences] and [answers]";
}

char *suite_parse(struct suite *suite, const char *text)
{
	enum section section = SECTION_NONE;
	const char *wrong = NULL;
	unsigned int number = 0;

	*suite = (struct suite){ .runs = NULL };
	while (*text && !wrong) {
		size_t length = strcspn(text, "\n");
		char *line = field_of(text, length);

		number++;
		wrong = parse_line(suite, &section, line);
		free(line);
		text += length + (text[length] == '\n');
	}
	return wrong ? format_string("line %u: %s", number, wrong) : NULL;
}

void suite_free(struct suite *suite)
{
	for (size_t i = 0; i < suite->run_count; i++) {
		free(suite->runs[i].program);
		free(suite->runs[i].options);
		free(suite->runs[i].arguments);
	}
	for (size_t i = 0; i < suite->difference_count; i++) {
		free(suite->differences[i].program);
		free(suite->differences[i].test);
		free(suite->differences[i].where);
		free(suite->differences[i].reason);
	}
	for (size_t i = 0; i < suite->answer_count; i++) {
		free(suite->answers[i].question);
		free(suite->answers[i].results[0]);
		free(suite->answers[i].results[1]);
		free(suite->answers[i].reason);
	}
	free(suite->runs);
	free(suite->differences);
	free(suite->answers);
	*suite = (struct suite){ .runs = NULL };
}

bool suite_has_engine(const struct suite *suite, enum check_engine engine)
{
	for (size_t i = 0; i < suite->run_count; i++)
		if (suite->runs[i].engines & engine)
			return true;
	return false;
}

const struct suite_difference *suite_find_difference(const struct suite *suite,
						     const struct suite_run *run,
						     enum check_engine engine, const char *test)
{
	for (size_t i = 0; i < suite->difference_count; i++) {
		const struct suite_difference *difference = &suite->differences[i];

		if (difference->engines & engine &&
		    !strcmp(difference->program, run->program) &&
		    !fnmatch(difference->test, test, 0) &&
		    (strstr(run->arguments, difference->where) ||
		     strstr(run->options, difference->where)))
			return difference;
	}
	return NULL;
}

/* What was not reported matches only the empty pattern. */
static bool is_result(const char *pattern, const char *result)
{
	return result ? !fnmatch(pattern, result, 0) : !*pattern;
}

/* Which of @answer's sides is the first of these engines, or -1. */
static int side_of(const struct suite_answer *answer, const enum check_engine engines[2])
{
	for (int side = 0; side < 2; side++)
		if (answer->engines[side] & engines[0] && answer->engines[!side] & engines[1])
			return side;
	return -1;
}

const struct suite_answer *suite_find_answer(struct suite *suite,
					     const enum check_engine engines[2],
					     const char *question, const char *const results[2])
{
	bool is_equal = results[0] && results[1] && !strcmp(results[0], results[1]);
	const struct suite_answer *found = NULL;

	for (size_t i = 0; i < suite->answer_count; i++) {
		struct suite_answer *answer = &suite->answers[i];
		int side = side_of(answer, engines);

		if (side < 0 || fnmatch(answer->question, question, 0))
			continue;
		answer->asked++;
		if (is_equal || found || !is_result(answer->results[side], results[0]) ||
		    !is_result(answer->results[!side], results[1]))
			continue;
		answer->met++;
		found = answer;
	}
	return found;
}
