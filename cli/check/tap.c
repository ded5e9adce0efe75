/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tap.h"

#include "../cli.h"

#include <stdlib.h>
#include <string.h>

/* What follows @prefix, or NULL if the line does not begin with it. */
static const char *behind(const char *line, const char *prefix)
{
	size_t length = strlen(prefix);

	return strncmp(line, prefix, length) ? NULL : line + length;
}

static void set(char **string, const char *value)
{
	free(*string);
	*string = must(strdup(value));
}

/* "ok 3 - name # SKIP reason", after the "ok ". */
static void add_case(struct tap *tap, enum verdict verdict, const char *rest)
{
	static const char skip[] = " # SKIP";
	struct tap_case *item;
	const char *name = rest + strspn(rest, "0123456789");
	const char *end = strstr(name, skip);

	name = behind(name, " - ") ? name + 3 : name;
	tap->cases = must(realloc(tap->cases, (tap->count + 1) * sizeof(*tap->cases)));
	item = &tap->cases[tap->count++];
	*item = (struct tap_case){ .verdict = verdict };
	if (end && verdict == VERDICT_PASS) {
		item->verdict = VERDICT_SKIP;
		item->name = format_string("%.*s", (int)(end - name), name);
		end += sizeof(skip) - 1;
		item->reason = must(strdup(end + strspn(end, " ")));
	} else {
		item->name = must(strdup(name));
	}
}

/* Comments below a failure describe it. There may be any number of them. */
static void add_reason(struct tap_case *item, const char *comment)
{
	size_t length = strlen(comment);
	size_t size = item->reason_length + length + 2;

	/* More than is needed, so that it is moved rarely. */
	if (size > item->reason_size) {
		item->reason_size = 2 * size;
		item->reason = must(realloc(item->reason, item->reason_size));
	}
	if (item->reason_length)
		item->reason[item->reason_length++] = '\n';
	memcpy(item->reason + item->reason_length, comment, length + 1);
	item->reason_length += length;
}

/* Returns whether comments on the next line belong to a failure. */
static bool parse_line(struct tap *tap, const char *line, bool after_failure)
{
	const char *rest;

	if ((rest = behind(line, "ok "))) {
		add_case(tap, VERDICT_PASS, rest);
		return false;
	}
	if ((rest = behind(line, "not ok "))) {
		add_case(tap, VERDICT_FAIL, rest);
		return true;
	}
	if ((rest = behind(line, "1..")) && *rest >= '0' && *rest <= '9')
		tap->planned = strtol(rest, NULL, 10);
	else if ((rest = behind(line, "Bail out!")))
		set(&tap->bail, rest + strspn(rest, " "));
	else if ((rest = behind(line, "# exit: ")))
		set(&tap->exit, rest);
	else if (after_failure && (rest = behind(line, "# ")))
		add_reason(&tap->cases[tap->count - 1], rest);
	return after_failure && *line == '#';
}

void tap_parse(struct tap *tap, const char *text)
{
	bool after_failure = false;

	*tap = (struct tap){ .planned = -1 };
	while (*text) {
		size_t length = strcspn(text, "\n");
		size_t used = length && text[length - 1] == '\r' ? length - 1 : length;
		char *line = format_string("%.*s", (int)used, text);

		after_failure = parse_line(tap, line, after_failure);
		free(line);
		text += length + (text[length] == '\n');
	}
}

void tap_free(struct tap *tap)
{
	for (size_t i = 0; i < tap->count; i++) {
		free(tap->cases[i].name);
		free(tap->cases[i].reason);
	}
	free(tap->cases);
	free(tap->bail);
	free(tap->exit);
	*tap = (struct tap){ .planned = -1 };
}

size_t tap_count(const struct tap *tap, enum verdict verdict)
{
	size_t count = 0;

	for (size_t i = 0; i < tap->count; i++)
		count += tap->cases[i].verdict == verdict;
	return count;
}
