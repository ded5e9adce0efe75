/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Rules as users write them: words separated by colons. The first one says where,
 * the second one what happens there, and the rest how often.
 */
#include "parse.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define MILLISECOND INT64_C(1000000)
#define SECOND (1000 * MILLISECOND)
#define LONGEST_DELAY (10 * SECOND)
#define LONGEST (3600 * SECOND)
#define MILLION 1000000u

/* The most decimal digits of a number here. */
#define DIGITS 18

struct word {
	const char *text;
	size_t length;
};

static bool is_word(struct word word, const char *text)
{
	return word.length == strlen(text) && !memcmp(word.text, text, word.length);
}

/* What follows @key, if the word begins with that. */
static bool has_key(struct word word, const char *key, struct word *value)
{
	size_t length = strlen(key);

	if (word.length < length || memcmp(word.text, key, length))
		return false;
	*value = (struct word){ word.text + length, word.length - length };
	return true;
}

/* The digits that a word begins with; false if there are none, or too many. */
static bool take_number(struct word *word, uint64_t *number)
{
	size_t digits = strspn(word->text, "0123456789");

	if (digits > word->length)
		digits = word->length;
	if (!digits || digits > DIGITS)
		return false;
	*number = 0;
	for (; digits; digits--, word->length--)
		*number = *number * 10 + (uint64_t)(*word->text++ - '0');
	return true;
}

/* From 1 nanosecond to @longest. */
static bool parse_time(struct word word, int64_t longest, int64_t *nanoseconds)
{
	static const struct {
		const char *name;
		int64_t nanoseconds;
	} units[] = { { "us", 1000 }, { "ms", MILLISECOND }, { "s", SECOND } };
	uint64_t number;

	if (!take_number(&word, &number) || !number)
		return false;
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		if (!is_word(word, units[i].name))
			continue;
		if (number > (uint64_t)(longest / units[i].nanoseconds))
			return false;
		*nanoseconds = (int64_t)number * units[i].nanoseconds;
		return true;
	}
	return false;
}

static bool parse_signed_time(struct word word, int64_t *nanoseconds)
{
	bool is_back = word.length && *word.text == '-';

	if (word.length && (*word.text == '-' || *word.text == '+'))
		word = (struct word){ word.text + 1, word.length - 1 };
	if (!parse_time(word, LONGEST, nanoseconds))
		return false;
	if (is_back)
		*nanoseconds = -*nanoseconds;
	return true;
}

static bool parse_signed(struct word word, int64_t *value)
{
	bool is_negative = word.length && *word.text == '-';
	uint64_t number;

	if (is_negative)
		word = (struct word){ word.text + 1, word.length - 1 };
	if (!take_number(&word, &number) || word.length)
		return false;
	*value = is_negative ? -(int64_t)number : (int64_t)number;
	return true;
}

/* By its name, or as the guest sees it: a number below 0. */
static bool parse_error(struct word word, int64_t *value)
{
	static const struct {
		const char *name;
		int value;
	} errors[] = {
		{ "EPERM", PARACALL_KVM_EPERM },	   { "E2BIG", PARACALL_KVM_E2BIG },
		{ "EFAULT", PARACALL_KVM_EFAULT },	   { "EINVAL", PARACALL_KVM_EINVAL },
		{ "EOPNOTSUPP", PARACALL_KVM_EOPNOTSUPP }, { "ENOSYS", PARACALL_KVM_ENOSYS },
	};

	for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
		if (is_word(word, errors[i].name)) {
			*value = -errors[i].value;
			return true;
		}
	}
	return parse_signed(word, value) && *value < 0;
}

/* "pv-unhalt+pv-send-ipi": bits of them. */
static bool parse_features(struct word word, enum paracall_architecture architecture,
			   int64_t *value)
{
	*value = 0;
	for (;;) {
		size_t length = strcspn(word.text, "+:");
		const struct paracall_feature_info *info;
		size_t i = 0;

		while ((info = paracall_feature_info(architecture, i)) &&
		       !is_word((struct word){ word.text, length }, info->name))
			i++;
		if (!info)
			return false;
		*value |= INT64_C(1) << info->bit;
		word.text += length;
		if (*word.text != '+')
			return true;
		word.text++;
	}
}

/* As strace's: N, N+, N+STEP, N..M, N..M+STEP. */
static bool parse_when(struct word word, struct paracall_rule *rule)
{
	struct word rest;

	if (!take_number(&word, &rule->first) || !rule->first)
		return false;
	rule->last = rule->first;
	rule->step = 1;
	if (has_key(word, "..", &rest)) {
		word = rest;
		if (!take_number(&word, &rule->last) || rule->last < rule->first)
			return false;
	} else if (is_word(word, "+")) {
		rule->last = UINT64_MAX;
		return true;
	} else if (word.length) {
		rule->last = UINT64_MAX;
	}
	if (!word.length)
		return true;
	return has_key(word, "+", &word) && take_number(&word, &rule->step) && rule->step &&
	       !word.length;
}

/* More than 0, and 100 at most; with four decimal digits at most. */
static bool parse_percent(struct word word, struct paracall_rule *rule)
{
	uint64_t parts = MILLION / 100;
	uint64_t number;
	uint64_t sum;

	if (!take_number(&word, &number) || number > 100)
		return false;
	sum = number * parts;
	if (word.length && *word.text == '.') {
		word = (struct word){ word.text + 1, word.length - 1 };
		for (; word.length && *word.text >= '0' && *word.text <= '9'; word.length--) {
			parts /= 10;
			sum += (uint64_t)(*word.text++ - '0') * parts;
			if (!parts)
				return false;
		}
	}
	rule->per_million = (uint32_t)sum;
	return is_word(word, "%") && sum && sum <= MILLION;
}

static bool has_name(struct word word, const char *prefix, const char *name)
{
	size_t length = strlen(prefix);

	return word.length == length + strlen(name) &&
	       !strncasecmp(word.text, prefix, length) &&
	       !strncasecmp(word.text + length, name, word.length - length);
}

static bool find_row(struct word word, enum paracall_architecture architecture,
		     struct paracall_rule *rule)
{
	const struct paracall_call_info *info;

	for (size_t i = 0; (info = paracall_call_info(i)); i++) {
		if (info->architecture != architecture ||
		    (!has_name(word, "", info->name) && !has_name(word, "KVM_HC_", info->name)))
			continue;
		rule->index = (int32_t)info->id;
		return true;
	}
	return false;
}

/* A call of the same name goes first. */
static bool find_msr(struct word word, struct paracall_rule *rule)
{
	const struct paracall_msr_info *info;

	rule->place = PARACALL_AT_MSR;
	rule->fault = PARACALL_FAULT_EXCEPTION;
	if (is_word(word, "MSR_*"))
		return true;
	for (size_t i = 0; (info = paracall_msr_info(i)); i++) {
		if (!has_name(word, "", info->name) && !has_name(word, "MSR_", info->name) &&
		    !has_name(word, "MSR_KVM_", info->name))
			continue;
		rule->index = (int32_t)i;
		return true;
	}
	return false;
}

static bool find_event(struct word word, struct paracall_rule *rule)
{
	if (is_word(word, "clock")) {
		rule->place = PARACALL_AT_CLOCK;
		rule->fault = PARACALL_FAULT_JUMP;
	} else if (is_word(word, "steal")) {
		rule->place = PARACALL_AT_STEAL;
		rule->fault = PARACALL_FAULT_BURST;
	} else {
		return false;
	}
	rule->every = SECOND;
	return true;
}

static bool find_cpuid(struct word word, struct paracall_rule *rule)
{
	rule->place = PARACALL_AT_CPUID;
	rule->fault = PARACALL_FAULT_WITHDRAW;
	return is_word(word, "cpuid");
}

/* With a fault that fits there: whether the guest has such a place. */
static bool find_place(struct word word, enum paracall_architecture architecture,
		       struct paracall_rule *rule)
{
	rule->place = PARACALL_AT_CALL;
	rule->index = PARACALL_ALL_CALLS;
	if (is_word(word, "*") || find_row(word, architecture, rule))
		return true;
	return (find_msr(word, rule) || find_event(word, rule) || find_cpuid(word, rule)) &&
	       paracall_rule_fits(rule, architecture);
}

static bool parse_call_fault(struct word word, struct paracall_rule *rule)
{
	struct word value;

	if (is_word(word, "drop"))
		rule->fault = PARACALL_FAULT_DROP;
	else if (is_word(word, "enosys"))
		rule->fault = PARACALL_FAULT_UNKNOWN;
	else if (has_key(word, "error=", &value) && parse_error(value, &rule->value))
		rule->fault = PARACALL_FAULT_RESULT;
	else if (has_key(word, "retval=", &value) && parse_signed(value, &rule->value))
		rule->fault = PARACALL_FAULT_RESULT;
	else if (has_key(word, "delay=", &value) &&
		 parse_time(value, LONGEST_DELAY, &rule->value))
		rule->fault = PARACALL_FAULT_DELAY;
	else if (has_key(word, "late=", &value) &&
		 parse_time(value, LONGEST_DELAY, &rule->value))
		rule->fault = PARACALL_FAULT_LATE;
	else
		return false;
	return true;
}

static bool parse_msr_fault(struct word word, struct paracall_rule *rule)
{
	struct word value;

	if (is_word(word, "fault"))
		rule->fault = PARACALL_FAULT_EXCEPTION;
	else if (is_word(word, "drop"))
		rule->fault = PARACALL_FAULT_DROP;
	else if (has_key(word, "delay=", &value) &&
		 parse_time(value, LONGEST_DELAY, &rule->value))
		rule->fault = PARACALL_FAULT_DELAY;
	else
		return false;
	return true;
}

/* NULL, or what faults there are at such a place. */
static const char *parse_fault(struct word word, enum paracall_architecture architecture,
			       struct paracall_rule *rule)
{
	struct word value;

	switch (rule->place) {
	case PARACALL_AT_CALL:
		if (parse_call_fault(word, rule))
			break;
		return "a call's fault is drop, enosys, error=NUMBER (below 0) or =NAME, retval=NUMBER, delay=TIME or late=TIME, with times like 2ms, 10s at most";
	case PARACALL_AT_MSR:
		if (parse_msr_fault(word, rule))
			break;
		return "a register's fault is fault, drop or delay=TIME, with times like 2ms, 10s at most";
	case PARACALL_AT_CPUID:
		rule->fault = PARACALL_FAULT_WITHDRAW;
		if (has_key(word, "withdraw=", &value) &&
		    parse_features(value, architecture, &rule->value))
			break;
		return "use cpuid:withdraw=FEATURE; 'paracall list --features' shows the names";
	case PARACALL_AT_CLOCK:
		rule->fault = PARACALL_FAULT_JUMP;
		if (has_key(word, "jump=", &value) && parse_signed_time(value, &rule->value))
			break;
		return "use clock:jump=TIME[:every=TIME] with times like +5ms or -1s, at most an hour";
	case PARACALL_AT_STEAL:
		rule->fault = PARACALL_FAULT_BURST;
		if (has_key(word, "burst=", &value) && parse_time(value, LONGEST, &rule->value))
			break;
		return "use steal:burst=TIME[:every=TIME] with times like 200ms, at most an hour";
	}
	return NULL;
}

/* Of a sentence; the same each time for guests of one architecture. */
static const char *only_some_are_late(enum paracall_architecture architecture)
{
	static char text[256];
	const struct paracall_call_info *info;
	size_t length = 0;
	int count = 0;

	for (size_t i = 0; (info = paracall_call_info(i)) && length < sizeof(text); i++)
		if (info->architecture == architecture &&
		    info->properties & PARACALL_CALL_MAY_BE_LATE)
			length += (size_t)snprintf(text + length, sizeof(text) - length, "%s%s",
						   count++ ? " or " : "only ", info->name);
	if (!count)
		return "none of this guest's calls can be late; use delay=TIME";
	if (length < sizeof(text))
		snprintf(text + length, sizeof(text) - length, " can be late; use delay=TIME");
	return text;
}

static const char *check_fault(const struct paracall_rule *rule,
			       enum paracall_architecture architecture)
{
	const struct paracall_call_info *info;

	if (paracall_rule_fits(rule, architecture))
		return NULL;
	info = paracall_call_by_id((uint32_t)rule->index);
	if (info->properties & PARACALL_CALL_SEEN_ONLY)
		return "the emulator answers PAPR's calls: faults cannot be injected into them";
	if (rule->fault == PARACALL_FAULT_LATE)
		return only_some_are_late(architecture);
	if (info->server == PARACALL_SERVED_BY_ENGINE)
		return "the emulator answers this one by itself; use drop or delay=TIME";
	return "there is no result to replace; use drop, enosys or delay=TIME";
}

/* How often; all of the words are optional, and in any order. */
static bool parse_condition(struct word word, struct paracall_rule *rule)
{
	struct word value;
	int64_t every;

	if (has_key(word, "when=", &value))
		return parse_when(value, rule);
	if (!has_key(word, "every=", &value))
		return parse_percent(word, rule);
	if (!rule->every || !parse_time(value, LONGEST, &every))
		return false;
	rule->every = (uint64_t)every;
	return true;
}

static struct word first_word(const char *text)
{
	return (struct word){ text, strcspn(text, ":") };
}

static const char *parse_rule(struct paracall_rule *rule,
			      enum paracall_architecture architecture, const char *text)
{
	struct word word = first_word(text);
	size_t length = strlen(text);
	const char *wrong;

	*rule = (struct paracall_rule){
		.size = sizeof(*rule),
		.first = 1,
		.last = UINT64_MAX,
		.step = 1,
		.per_million = MILLION,
	};
	if (length >= sizeof(rule->text))
		return "that is too long";
	memcpy(rule->text, text, length + 1);
	if (!find_place(word, architecture, rule))
		return "this guest has nothing with that name; 'paracall list' shows calls, 'paracall list --registers' registers, and there are clock, steal, cpuid, async-pf and seed";
	text = word.text + word.length;
	word = first_word(*text ? text + 1 : text);
	wrong = parse_fault(word, architecture, rule);
	if (!wrong)
		wrong = check_fault(rule, architecture);
	while (!wrong && word.text[word.length]) {
		word = first_word(word.text + word.length + 1);
		if (!parse_condition(word, rule))
			wrong = rule->every
					? "say how often by every=TIME, when=N, N+, N+STEP, N..M or N..M+STEP, and a percentage like 1%"
					: "say how often by when=N, N+, N+STEP, N..M or N..M+STEP, and a percentage like 1%";
	}
	return wrong;
}

static bool parse_async_pf_word(struct word word, struct paracall_injection *injection)
{
	struct word value;
	int64_t time;

	if (has_key(word, "every=", &value) && parse_time(value, LONGEST, &time))
		injection->async_pf_every = (uint64_t)time;
	else if (has_key(word, "delay=", &value) && parse_time(value, LONGEST, &time))
		injection->async_pf_delay = (uint64_t)time;
	else
		return false;
	return true;
}

static const char *parse_async_pf(struct paracall_injection *injection, struct word word)
{
	injection->async_pf_every = 100 * MILLISECOND;
	injection->async_pf_delay = 10 * MILLISECOND;
	while (word.text[word.length]) {
		word = first_word(word.text + word.length + 1);
		if (!parse_async_pf_word(word, injection))
			return "use async-pf[:every=TIME][:delay=TIME] with times like 10ms, at most an hour";
	}
	return NULL;
}

static bool has_feature(enum paracall_architecture architecture, const char *name)
{
	const struct paracall_feature_info *info;

	for (size_t i = 0; (info = paracall_feature_info(architecture, i)); i++)
		if (!strcmp(info->name, name))
			return true;
	return false;
}

static const char *parse_seed(struct paracall_injection *injection, struct word word)
{
	injection->has_seed = take_number(&word, &injection->seed) && !*word.text;
	return injection->has_seed ? NULL : "a seed is a number of at most 18 digits";
}

const char *injection_parse(struct paracall_injection *injection,
			    enum paracall_architecture architecture, const char *text)
{
	struct word word = first_word(text);
	struct word value;
	const char *wrong;

	if (has_key(word, "seed=", &value))
		return parse_seed(injection, value);
	if (is_word(word, "async-pf") && has_feature(architecture, "async-pf-int"))
		return parse_async_pf(injection, word);
	if (injection->rule_count == PARACALL_MAX_RULES)
		return "there can be at most 16 rules";
	wrong = parse_rule(&injection->rules[injection->rule_count], architecture, text);
	if (!wrong)
		injection->rule_count++;
	return wrong;
}
