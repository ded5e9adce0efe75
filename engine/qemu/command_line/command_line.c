/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "command_line.h"

#include "config_file.h"
#include "keys.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct option_name {
	const char *name;
	bool has_value;
} names[] = {
#define OPTION(name) { name, false },
#define OPTION_WITH_VALUE(name) { name, true },
#include "options.def"
#undef OPTION
#undef OPTION_WITH_VALUE
};

/* Whose values are lists of keys; others are kept as they are. */
static const struct group {
	const char *option;
	const char *group;
	const char *implied;
} groups[] = {
	{ "M", "machine", "type" },	  { "accel", "accel", "accel" },
	{ "device", "device", "driver" }, { "drive", "drive", NULL },
	{ "icount", "icount", "shift" },  { "m", "memory", "size" },
	{ "machine", "machine", "type" }, { "plugin", "plugin", "file" },
	{ "smp", "smp-opts", "cpus" },
};

static const struct option_name *find_name(const char *name)
{
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (!strcmp(names[i].name, name))
			return &names[i];
	return NULL;
}

bool command_line_knows(const char *name)
{
	return find_name(name);
}

bool command_line_no_memory(struct command_line *line)
{
	snprintf(line->error, sizeof(line->error), "no memory to read QEMU's command line");
	return false;
}

struct command_option *command_line_add(struct command_line *line)
{
	size_t count = line->count;
	struct command_option *options = line->options;

	if (!(count & (count - 1))) {
		options = realloc(options, (count ? 2 * count : 1) * sizeof(*options));
		if (!options) {
			command_line_no_memory(line);
			return NULL;
		}
		line->options = options;
	}
	options[line->count++] = (struct command_option){ .keys = NULL };
	return &options[count];
}

static bool has_id(const struct command_option *option, const char *group, size_t length,
		   const char *id, size_t id_length)
{
	const char *own = command_option_value(option, "id");

	return own && strlen(own) == id_length && !strncmp(own, id, id_length) &&
	       strlen(option->group) == length && !strncmp(option->group, group, length);
}

/* -set group.id.key=value; QEMU refuses it for what does not exist. */
static bool set_key(struct command_line *line, const char *text)
{
	size_t group = strcspn(text, ".");
	const char *id = text + group + (text[group] == '.');
	size_t id_length = strcspn(id, ".");
	const char *key = id + id_length + (id[id_length] == '.');
	size_t key_length = strcspn(key, "=");
	const char *value = key + key_length + (key[key_length] == '=');

	for (size_t i = 0; i < line->count; i++)
		if (has_id(&line->options[i], text, group, id, id_length))
			return keys_add(&line->options[i], KEY_VALUE, key, key_length, value,
					strlen(value));
	return true;
}

/* What the option says, by its kind. */
static bool take_value(struct command_line *line, struct command_option *option)
{
	const char *name = option->group;

	if (!strcmp(name, "enable-kvm")) {
		option->group = "machine";
		return keys_add(option, KEY_VALUE, "accel", 5, "kvm", 3);
	}
	if (!option->value)
		return true;
	if (!strcmp(name, "cpu"))
		return keys_parse_cpu(option, option->value);
	if (!strcmp(name, "global"))
		return keys_parse_global(option, option->value);
	if (!strcmp(name, "set"))
		return set_key(line, option->value);
	for (size_t i = 0; i < sizeof(groups) / sizeof(groups[0]); i++) {
		if (strcmp(name, groups[i].option))
			continue;
		option->group = groups[i].group;
		/* JSON, which -device takes. */
		return *option->value == '{' ||
		       keys_parse(option, option->value, groups[i].implied);
	}
	return true;
}

static bool needs_value(const char *name)
{
	const struct option_name *known = find_name(name);

	return known && known->has_value;
}

/* An option without a row is a later QEMU's, which may or may not take a value. */
static bool takes_value(const char *name, const char *next)
{
	const struct option_name *known = find_name(name);

	return next && (known ? known->has_value : *next != '-');
}

/* The option at @argv. Returns how many words it has; 0 on errors. */
static size_t take_option(struct command_line *line, char *const argv[], size_t index)
{
	struct command_option *option = command_line_add(line);
	const char *name = argv[0] + 1 + (argv[0][1] == '-');
	size_t words = 1;

	if (!option)
		return 0;
	option->group = name;
	option->word = argv[0];
	option->index = index;
	if (takes_value(name, argv[1]))
		option->value = argv[words++];
	else if (needs_value(name))
		line->lacks_value = option->word;
	if (!take_value(line, option)) {
		command_line_no_memory(line);
		return 0;
	}
	if (option->value && !strcmp(name, "readconfig") &&
	    !config_file_read(line, option->value))
		return 0;
	return words;
}

bool command_line_read(struct command_line *line, char *const argv[])
{
	size_t words = 1;

	*line = (struct command_line){ .options = NULL };
	for (size_t i = argv[0] ? 1 : 0; argv[i]; i += words) {
		/* What has no dash is a disk's file. */
		words = argv[i][0] == '-' ? take_option(line, argv + i, i) : 1;
		if (!words)
			return false;
	}
	return true;
}

void command_line_free(struct command_line *line)
{
	for (size_t i = 0; i < line->count; i++) {
		keys_free(&line->options[i]);
		free(line->options[i].memory);
	}
	free(line->options);
	line->options = NULL;
	line->count = 0;
}

char *const *command_line_behind_loader(char *const argv[])
{
	/* glibc's: elf/rtld.c. None of them is QEMU's. */
	static const struct option_name options[] = {
		{ "argv0", true },
		{ "audit", true },
		{ "glibc-hwcaps-mask", true },
		{ "glibc-hwcaps-prepend", true },
		{ "inhibit-cache", false },
		{ "inhibit-rpath", true },
		{ "library-path", true },
		{ "preload", true },
	};
	char *const *word = argv;

	while (word[0] && word[1] && !strncmp(word[1], "--", 2)) {
		size_t i = 0;
		size_t count = sizeof(options) / sizeof(options[0]);

		while (i < count && strcmp(options[i].name, word[1] + 2))
			i++;
		if (i == count || (options[i].has_value && !word[2]))
			break;
		word += options[i].has_value ? 2 : 1;
	}
	return word == argv || !word[1] ? argv : word + 1;
}
