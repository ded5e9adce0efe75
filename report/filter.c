/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "filter.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define CALL_KINDS \
	(1u << PARACALL_EVENT_CALL | 1u << PARACALL_EVENT_DIAG | 1u << PARACALL_EVENT_PAPR | \
	 1u << PARACALL_EVENT_EPAPR | 1u << PARACALL_EVENT_SMCCC | 1u << PARACALL_EVENT_SBI | \
	 1u << PARACALL_EVENT_HVCL)
#define REGISTER_KINDS (1u << PARACALL_EVENT_RDMSR | 1u << PARACALL_EVENT_WRMSR)

#define KIND(kind) (UINT64_C(1) << PARACALL_EVENT_##kind)

struct group {
	const char *name;
	/* Bits of kinds that are in it whole. */
	uint64_t kinds;
	/* The calls and registers that are in it. */
	enum paracall_call_group calls;
};

/* clang-format off */
static const struct group groups[] = {
	{ "all", UINT64_MAX, PARACALL_GROUP_NONE },
	{ "call", CALL_KINDS, PARACALL_GROUP_NONE },
	{ "diag", KIND(DIAG), PARACALL_GROUP_NONE },
	{ "papr", KIND(PAPR), PARACALL_GROUP_NONE },
	{ "epapr", KIND(EPAPR), PARACALL_GROUP_NONE },
	{ "smccc", KIND(SMCCC), PARACALL_GROUP_NONE },
	{ "sbi", KIND(SBI), PARACALL_GROUP_NONE },
	{ "hvcl", KIND(HVCL), PARACALL_GROUP_NONE },
	{ "cpuid", KIND(CPUID) | KIND(CPUCFG), PARACALL_GROUP_NONE },
	{ "register", REGISTER_KINDS, PARACALL_GROUP_NONE },
	{ "injected", KIND(INJECTED), PARACALL_GROUP_NONE },
	{ "clock", KIND(CLOCK) | KIND(STEAL), PARACALL_GROUP_CLOCK },
	{ "ipi", KIND(KICK) | KIND(INTERRUPT), PARACALL_GROUP_IPI },
	{ "halt", KIND(HALT) | KIND(WAKE), PARACALL_GROUP_HALT },
	{ "yield", KIND(YIELD) | KIND(SPIN), PARACALL_GROUP_YIELD },
	{ "memory", 0, PARACALL_GROUP_MEMORY },
	{ "pagefault", KIND(ASYNC_PF) | KIND(ASYNC_PF_READY), PARACALL_GROUP_PAGE_FAULT },
};
/* clang-format on */

#define GROUPS (sizeof(groups) / sizeof(groups[0]))

/* One name or group of the expression. */
struct term {
	bool is_out;
	/* NULL: the name. */
	const struct group *group;
	char name[EVENT_NAME_SIZE];
};

struct range {
	uint32_t first;
	uint32_t last;
};

struct filter {
	struct term *terms;
	size_t term_count;
	struct range *ranges;
	size_t range_count;
	bool only_failed;
};

struct filter *filter_new(void)
{
	return calloc(1, sizeof(struct filter));
}

void filter_free(struct filter *filter)
{
	if (!filter)
		return;
	free(filter->terms);
	free(filter->ranges);
	free(filter);
}

const char *filter_groups(void)
{
	return "%all, %call, %diag, %papr, %epapr, %smccc, %sbi, %hvcl, %cpuid, %register, %injected, %clock, %ipi, %halt, %yield, %memory, %pagefault";
}

void filter_set_failed(struct filter *filter)
{
	filter->only_failed = true;
}

static const struct group *group_by_name(const char *name)
{
	for (size_t i = 0; i < GROUPS; i++)
		if (!strcasecmp(groups[i].name, name))
			return &groups[i];
	return NULL;
}

/* How many letters differ, with those put in or left out; at most 3. */
static unsigned int difference(const char *a, const char *b, unsigned int most)
{
	unsigned int least;
	unsigned int other;

	while (*a && !strncasecmp(a, b, 1)) {
		a++;
		b++;
	}
	if (!*a && !*b)
		return 0;
	if (!most)
		return 1;
	least = *a ? 1 + difference(a + 1, b, most - 1) : most + 1;
	other = *b ? 1 + difference(a, b + 1, most - 1) : most + 1;
	least = other < least ? other : least;
	other = *a && *b ? 1 + difference(a + 1, b + 1, most - 1) : most + 1;
	return other < least ? other : least;
}

/* The name that is most like @name, or NULL if none is. */
static const char *most_alike(const char *name, const struct event_classes *classes)
{
	const char *found = NULL;
	unsigned int least = 4;

	for (size_t i = 0; i < classes->count; i++) {
		const char *other = classes->items[i].name;
		unsigned int differs = event_is_continuation(classes->items[i].id)
					       ? 4
					       : difference(name, other, 3);

		if (differs < least) {
			least = differs;
			found = other;
		}
	}
	return found;
}

/* What follows @prefix, or all of it. */
static const char *without(const char *prefix, const char *name)
{
	size_t length = strlen(prefix);

	return strncasecmp(name, prefix, length) ? name : name + length;
}

/* The name as the classes or registers have it, or NULL. */
static const char *known_name(const char *name, const struct event_classes *classes)
{
	name = without("KVM_HC_", name);
	for (size_t i = 0; i < classes->count; i++)
		if (!strcasecmp(classes->items[i].name, name) &&
		    !event_is_continuation(classes->items[i].id))
			return classes->items[i].name;
	name = without("MSR_", without("MSR_KVM_", name));
	for (size_t i = 0; i < paracall_msr_count(); i++)
		if (!strcasecmp(paracall_msr_info(i)->name, name))
			return paracall_msr_info(i)->name;
	return NULL;
}

static bool parse_term(struct term *term, const char *word, const struct event_classes *classes,
		       char *error, size_t error_size)
{
	const char *name;

	*term = (struct term){ .is_out = *word == '!' };
	word += term->is_out;
	if (*word == '%') {
		term->group = group_by_name(word + 1);
		if (!term->group)
			snprintf(error, error_size, "there is no group '%s'; there are %s",
				 word, filter_groups());
		return term->group;
	}
	name = known_name(word, classes);
	if (name) {
		snprintf(term->name, sizeof(term->name), "%s", name);
		return true;
	}
	name = most_alike(word, classes);
	snprintf(
		error, error_size,
		"there is no call, event or register '%s'%s%s; 'paracall list' shows calls, and paracall-trace(7) has the others",
		word, name ? "; similar: " : "", name ? name : "");
	return false;
}

bool filter_set_expression(struct filter *filter, const char *expression,
			   const struct event_classes *classes, char *error, size_t error_size)
{
	char *copy = strdup(expression);
	char *rest = copy;
	bool is_good = copy;
	char *word;

	filter->term_count = 0;
	while (is_good && (word = strsep(&rest, ","))) {
		size_t size = (filter->term_count + 1) * sizeof(*filter->terms);
		struct term *terms = realloc(filter->terms, size);

		if (!terms) {
			is_good = false;
			break;
		}
		filter->terms = terms;
		is_good = parse_term(&terms[filter->term_count++], word, classes, error,
				     error_size);
	}
	free(copy);
	return is_good;
}

/* Advances @text. */
static bool parse_cpu(const char **text, uint32_t *cpu)
{
	unsigned long number;
	char *end;

	/* strtoul() takes blanks and signs, too. */
	if (!isdigit((unsigned char)**text))
		return false;
	number = strtoul(*text, &end, 10);
	*text = end;
	*cpu = number;
	return number < PARACALL_MAX_CPUS;
}

static bool parse_range(const char *word, struct range *range)
{
	if (!parse_cpu(&word, &range->first))
		return false;
	range->last = range->first;
	if (*word == '-') {
		word++;
		if (!parse_cpu(&word, &range->last))
			return false;
	}
	return !*word && range->first <= range->last;
}

bool filter_set_cpus(struct filter *filter, const char *list, char *error, size_t error_size)
{
	char *copy = strdup(list);
	char *rest = copy;
	bool is_good = copy;
	char *word;

	filter->range_count = 0;
	while (is_good && (word = strsep(&rest, ","))) {
		size_t size = (filter->range_count + 1) * sizeof(*filter->ranges);
		struct range *ranges = realloc(filter->ranges, size);

		is_good = ranges;
		if (!ranges)
			break;
		filter->ranges = ranges;
		is_good = parse_range(word, &ranges[filter->range_count++]);
	}
	free(copy);
	if (!is_good)
		snprintf(error, error_size, "'%s' is not a list of vCPUs such as 0,2-3", list);
	return is_good;
}

/* A recording can have kinds that there is no bit for. */
static bool has_kind(uint64_t kinds, uint32_t kind)
{
	return kind < 64 ? kinds >> kind & 1 : kinds == UINT64_MAX;
}

/* Of the events of class @id, unless they are a register's. */
static enum paracall_call_group group_of(uint32_t id)
{
	const struct paracall_call_info *info;

	if (!has_kind(CALL_KINDS, paracall_event_kind(id)))
		return PARACALL_GROUP_NONE;
	info = paracall_call_by_id(paracall_event_row(id));
	return info ? info->group : PARACALL_GROUP_NONE;
}

/* @name and @calls are the class's, or the register's. */
static bool term_has(const struct term *term, uint32_t id, const char *name,
		     enum paracall_call_group calls)
{
	if (!term->group)
		return !strcmp(term->name, name);
	return has_kind(term->group->kinds, paracall_event_kind(id)) ||
	       (calls && term->group->calls == calls);
}

/* The register that an access is to; NULL if it is none, or unknown. */
static const struct paracall_msr_info *register_of(const struct event *event)
{
	uint64_t number;

	if (!has_kind(REGISTER_KINDS, event->kind) ||
	    !event_argument(event, "register", &number))
		return NULL;
	for (size_t i = 0; i < paracall_msr_count(); i++)
		if (paracall_msr_info(i)->number == number)
			return paracall_msr_info(i);
	return NULL;
}

/* The last term that matches decides. */
static bool has_named(const struct filter *filter, const struct event *event)
{
	bool is_in = !filter->term_count || filter->terms[0].is_out;
	const struct paracall_msr_info *msr = register_of(event);
	uint32_t id = event->class->id;

	for (size_t i = 0; i < filter->term_count; i++) {
		const struct term *term = &filter->terms[i];

		if (term_has(term, id, event->class->name, group_of(id)) ||
		    (msr && term_has(term, id, msr->name, msr->group)))
			is_in = !term->is_out;
	}
	return is_in;
}

static bool has_cpu(const struct filter *filter, uint32_t cpu)
{
	for (size_t i = 0; i < filter->range_count; i++)
		if (cpu >= filter->ranges[i].first && cpu <= filter->ranges[i].last)
			return true;
	return !filter->range_count;
}

bool filter_accepts(const struct filter *filter, const struct event *event)
{
	return has_cpu(filter, event->cpu) &&
	       (!filter->only_failed || event_has_failed(event)) && has_named(filter, event);
}

/* A register that is wanted may be any's that is accessed. */
static bool wants_register(const struct filter *filter)
{
	for (size_t i = 0; i < filter->term_count; i++)
		for (size_t j = 0; j < paracall_msr_count(); j++)
			if (!filter->terms[i].is_out &&
			    term_has(&filter->terms[i], 0, paracall_msr_info(j)->name,
				     paracall_msr_info(j)->group))
				return true;
	return false;
}

uint64_t filter_kinds(const struct filter *filter, const struct event_classes *classes)
{
	uint64_t kinds = wants_register(filter) ? REGISTER_KINDS : 0;

	for (size_t i = 0; i < classes->count; i++) {
		struct event event = {
			.kind = paracall_event_kind(classes->items[i].id),
			.class = &classes->items[i],
		};

		if (event.kind < 64 && has_named(filter, &event))
			kinds |= UINT64_C(1) << event.kind;
	}
	return kinds;
}
