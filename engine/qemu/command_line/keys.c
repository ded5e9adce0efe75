/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "keys.h"

#include <stdlib.h>
#include <string.h>

/* Arrays grow when their count reaches a power of two. */
static bool make_room(struct command_option *option)
{
	size_t count = option->key_count;
	struct command_key *keys;

	if (count & (count - 1))
		return true;
	keys = realloc(option->keys, (count ? 2 * count : 1) * sizeof(*keys));
	if (!keys)
		return false;
	option->keys = keys;
	return true;
}

bool keys_add(struct command_option *option, enum key_form form, const char *key, size_t length,
	      const char *value, size_t value_length)
{
	struct command_key added = {
		.form = form,
		.key = strndup(key, length),
		.value = strndup(value, value_length),
	};

	if (added.key && added.value && make_room(option)) {
		option->keys[option->key_count++] = added;
		return true;
	}
	free(added.key);
	free(added.value);
	return false;
}

/* A value ends at a comma that is alone; returns its length here. */
static size_t value_length(const char *text)
{
	size_t length = 0;

	while (text[length] && (text[length] != ',' || text[length + 1] == ','))
		length += text[length] == ',' ? 2 : 1;
	return length;
}

static void undouble_commas(char *text)
{
	char *end = text;

	for (; *text; text++) {
		*end++ = *text;
		if (text[0] == ',' && text[1] == ',')
			text++;
	}
	*end = '\0';
}

/* key=value, or a value alone for @key. */
static bool add_value(struct command_option *option, const char *key, size_t length,
		      const char *value, size_t size)
{
	if (!keys_add(option, KEY_VALUE, key, length, value, size))
		return false;
	undouble_commas(option->keys[option->key_count - 1].value);
	return true;
}

static bool add_flag(struct command_option *option, const char *key, size_t length)
{
	if (length > 2 && !strncmp(key, "no", 2))
		return keys_add(option, KEY_FLAG, key + 2, length - 2, "off", 3);
	return keys_add(option, KEY_FLAG, key, length, "on", 2);
}

bool keys_parse(struct command_option *option, const char *text, const char *implied)
{
	while (*text) {
		size_t length = strcspn(text, "=,");
		size_t size;
		bool is_good;

		if (text[length] == '=') {
			const char *value = text + length + 1;

			size = value_length(value);
			is_good = add_value(option, text, length, value, size);
			size += length + 1;
		} else if (implied) {
			size = value_length(text);
			is_good = add_value(option, implied, strlen(implied), text, size);
		} else {
			size = length;
			is_good = add_flag(option, text, length);
		}
		if (!is_good)
			return false;
		text += size + (text[size] == ',');
		implied = NULL;
	}
	return true;
}

static bool add_feature(struct command_option *option, const char *text, size_t length)
{
	const char *equals = memchr(text, '=', length);

	if (*text == '+' || *text == '-')
		return keys_add(option, *text == '+' ? KEY_PLUS : KEY_MINUS, text + 1,
				length - 1, *text == '+' ? "on" : "off", 3 - (*text == '+'));
	if (!equals)
		return keys_add(option, KEY_FLAG, text, length, "on", 2);
	return keys_add(option, KEY_VALUE, text, equals - text, equals + 1,
			text + length - equals - 1);
}

bool keys_parse_cpu(struct command_option *option, const char *text)
{
	size_t length = strcspn(text, ",");

	if (!keys_add(option, KEY_VALUE, "model", 5, text, length))
		return false;
	/* Empty ones count for nothing. */
	for (text += length; *text; text += length) {
		text += strspn(text, ",");
		length = strcspn(text, ",");
		if (length && !add_feature(option, text, length))
			return false;
	}
	return true;
}

bool keys_parse_global(struct command_option *option, const char *text)
{
	size_t driver = strcspn(text, ".=");
	const char *property = text + driver + 1;
	size_t length;

	if (!driver || text[driver] != '.')
		return keys_parse(option, text, NULL);
	length = strcspn(property, "=");
	if (property[length] != '=')
		return true;
	return keys_add(option, KEY_VALUE, "driver", 6, text, driver) &&
	       keys_add(option, KEY_VALUE, "property", 8, property, length) &&
	       keys_add(option, KEY_VALUE, "value", 5, property + length + 1,
			strlen(property + length + 1));
}

void keys_free(struct command_option *option)
{
	for (size_t i = 0; i < option->key_count; i++) {
		free(option->keys[i].key);
		free(option->keys[i].value);
	}
	free(option->keys);
	option->keys = NULL;
	option->key_count = 0;
}
