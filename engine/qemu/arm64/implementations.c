/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "implementations.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define TEXT_OF(number) #number
#define DECIMAL(number) TEXT_OF(number)

#define REGISTERS 3

static bool is_end(char c)
{
	return !c || c == ',' || c == '+';
}

/* What stands after it is then a colon, or the item's end. */
static bool take_number(const char **text, uint64_t *number)
{
	char *end;

	if (!isdigit((unsigned char)**text))
		return false;
	errno = 0;
	*number = strtoull(*text, &end, 0);
	*text = end;
	return !errno && (*end == ':' || is_end(*end));
}

/* "MIDR", "MIDR:REVIDR" or "MIDR:REVIDR:AIDR", up to its end. */
static bool take_item(const char **text, struct paracall_arm64_implementation *item)
{
	uint64_t *const registers[REGISTERS] = { &item->midr, &item->revidr, &item->aidr };

	*item = (struct paracall_arm64_implementation){ 0 };
	for (size_t i = 0; i < REGISTERS; i++) {
		if (!take_number(text, registers[i]))
			return false;
		if (is_end(**text))
			return true;
		++*text;
	}
	return false;
}

const char *implementations_parse(struct implementations *list, const char *text)
{
	list->count = 0;
	if (!strcmp(text, "none"))
		return NULL;
	for (;; text++) {
		struct paracall_arm64_implementation item;

		if (!take_item(&text, &item))
			return "use MIDR[:REVIDR[:AIDR]], numbers such as 0x411fd070, with commas between CPUs, or none";
		/* Arm Architecture Reference Manual, "MIDR_EL1": the others are reserved. */
		if (item.midr > UINT32_MAX)
			return "use a MIDR of 32 bits";
		if (list->count == MOST_IMPLEMENTATIONS)
			return "list at most " DECIMAL(MOST_IMPLEMENTATIONS) " CPUs";
		list->items[list->count++] = item;
		if (!*text)
			return NULL;
	}
}
