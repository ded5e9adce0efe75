/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cpus.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* More than any machine has; products of two of them fit. */
#define MOST (UINT32_C(1) << 20)

static bool parse_number(const char *text, uint32_t *number)
{
	char *end;
	long long value;

	errno = 0;
	value = strtoll(text, &end, 0);
	if (end == text || *end || errno || value < 1)
		return false;
	*number = value < MOST ? (uint32_t)value : MOST;
	return true;
}

static bool take_key(struct command_cpus *cpus, const struct command_option *option,
		     const char *name, const char *value)
{
	const struct {
		const char *key;
		uint32_t *number;
	} places[] = {
		{ "cpus", &cpus->cpus },	 { "maxcpus", &cpus->max_cpus },
		{ "drawers", &cpus->drawers },	 { "books", &cpus->books },
		{ "sockets", &cpus->sockets },	 { "dies", &cpus->dies },
		{ "clusters", &cpus->clusters }, { "modules", &cpus->modules },
		{ "cores", &cpus->cores },	 { "threads", &cpus->threads },
	};

	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		if (strcmp(name, places[i].key))
			continue;
		cpus->option = option;
		return parse_number(value, places[i].number);
	}
	return true;
}

/* -smp cpus=2 is -machine smp.cpus=2, and the last word on each counts. */
static bool take_option(struct command_cpus *cpus, const struct command_option *option)
{
	bool is_machine = !strcmp(option->group, "machine");

	if (!is_machine && strcmp(option->group, "smp-opts"))
		return true;
	for (size_t i = 0; i < option->key_count; i++) {
		const char *name = option->keys[i].key;

		if (is_machine && strncmp(name, "smp.", 4))
			continue;
		if (!take_key(cpus, option, name + (is_machine ? 4 : 0), option->keys[i].value))
			return false;
	}
	return true;
}

static void set_to_one(uint32_t *number)
{
	if (!*number)
		*number = 1;
}

static uint64_t product(const uint32_t *numbers, size_t count)
{
	uint64_t result = 1;

	for (size_t i = 0; i < count; i++) {
		result *= numbers[i];
		if (result > MOST)
			result = MOST;
	}
	return result;
}

/* All that remain for one level. */
static void fill(uint32_t *level, uint32_t max_cpus, uint64_t others)
{
	if (!*level)
		*level = max_cpus / others;
}

static bool complete(struct command_cpus *cpus)
{
	uint64_t outer;
	uint64_t all;

	set_to_one(&cpus->drawers);
	set_to_one(&cpus->books);
	set_to_one(&cpus->dies);
	set_to_one(&cpus->clusters);
	set_to_one(&cpus->modules);
	if (!cpus->max_cpus)
		cpus->max_cpus = cpus->cpus;
	/* Cores are made up before sockets (as of QEMU's machines 6.2 and later). */
	if (!cpus->cores || !cpus->max_cpus)
		set_to_one(&cpus->sockets);
	if (!cpus->cores || !cpus->sockets || !cpus->max_cpus)
		set_to_one(&cpus->threads);
	if (!cpus->max_cpus)
		set_to_one(&cpus->cores);
	outer = product((uint32_t[]){ cpus->drawers, cpus->books, cpus->dies, cpus->clusters,
				      cpus->modules },
			5);
	fill(&cpus->cores, cpus->max_cpus,
	     product((uint32_t[]){ outer, cpus->sockets, cpus->threads }, 3));
	fill(&cpus->sockets, cpus->max_cpus,
	     product((uint32_t[]){ outer, cpus->cores, cpus->threads }, 3));
	fill(&cpus->threads, cpus->max_cpus,
	     product((uint32_t[]){ outer, cpus->sockets, cpus->cores }, 3));
	all = product((uint32_t[]){ outer, cpus->sockets, cpus->cores, cpus->threads }, 4);
	if (!cpus->max_cpus)
		cpus->max_cpus = all;
	if (!cpus->cpus)
		cpus->cpus = cpus->max_cpus;
	return all == cpus->max_cpus && cpus->cpus <= cpus->max_cpus;
}

bool command_line_cpus(const struct command_line *line, struct command_cpus *cpus)
{
	*cpus = (struct command_cpus){ .option = NULL };
	for (size_t i = 0; i < line->count; i++)
		if (!take_option(cpus, &line->options[i]))
			return false;
	return complete(cpus);
}
