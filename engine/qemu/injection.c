/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "injection.h"

#include <stdlib.h>
#include <string.h>

#define MILLISECOND UINT64_C(1000000)
#define LONGEST (UINT64_C(3600000) * MILLISECOND)

/* A number with a unit; false if it is none, or is 0 or more than an hour. */
static bool parse_time(const char *text, size_t length, uint64_t *nanoseconds)
{
	static const struct {
		const char *name;
		uint64_t nanoseconds;
	} units[] = {
		{ "us", 1000 },
		{ "ms", MILLISECOND },
		{ "s", 1000 * MILLISECOND },
	};
	size_t digits = strspn(text, "0123456789");
	uint64_t number = digits && digits < 10 ? strtoull(text, NULL, 10) : 0;

	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		if (length < digits || strlen(units[i].name) != length - digits ||
		    memcmp(text + digits, units[i].name, length - digits))
			continue;
		*nanoseconds = number * units[i].nanoseconds;
		return number && *nanoseconds <= LONGEST;
	}
	return false;
}

static bool parse_word(struct injection *injection, const char *word, size_t length)
{
	if (length > 6 && !memcmp(word, "every=", 6))
		return parse_time(word + 6, length - 6, &injection->async_pf_every);
	if (length > 6 && !memcmp(word, "delay=", 6))
		return parse_time(word + 6, length - 6, &injection->async_pf_delay);
	return false;
}

const char *injection_parse(struct injection *injection, const char *text)
{
	static const char name[] = "async-pf";
	const char *word = text + strlen(name);

	if (strncmp(text, name, strlen(name)) || (*word && *word != ':'))
		return "only async-pf can be injected so far";
	injection->async_pf_every = 100 * MILLISECOND;
	injection->async_pf_delay = 10 * MILLISECOND;
	while (*word == ':') {
		size_t length = strcspn(++word, ":");

		if (!parse_word(injection, word, length))
			return "use async-pf[:every=TIME][:delay=TIME] with times like 10ms, at most an hour";
		word += length;
	}
	return NULL;
}
