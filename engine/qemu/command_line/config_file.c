/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config_file.h"

#include "keys.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* QEMU's own limits, with the 0 that ends each. */
#define LINE_SIZE 1024
#define NAME_SIZE 64

static bool fail(struct command_line *line, const char *path, const char *reason)
{
	snprintf(line->error, sizeof(line->error), "'-readconfig %.200s': %s", path, reason);
	return false;
}

/* The group's name ends at the first 0 of @option's memory, then the section as typed. */
static bool begin_section(struct command_line *line, const char *path, const char *group,
			  const char *id)
{
	struct command_option *option = command_line_add(line);
	char *memory = NULL;
	int length = option ? asprintf(&memory, "%s%c[%s%s%s%s]", group, 0, group,
				       id ? " \"" : "", id ? id : "", id ? "\"" : "")
			    : -1;

	if (length < 0)
		return command_line_no_memory(line);
	option->group = option->memory = memory;
	option->word = memory + strlen(group) + 1;
	option->file = path;
	return !id || keys_add(option, KEY_VALUE, "id", 2, id, strlen(id)) ||
	       command_line_no_memory(line);
}

/* The forms are QEMU's, and malformed lines are read as QEMU reads them. */
static bool take_line(struct command_line *line, const char *path, const char *text,
		      bool *has_section)
{
	char name[NAME_SIZE];
	char value[LINE_SIZE] = "";
	char id[NAME_SIZE];

	if (*text == '#' || *text == '\n')
		return true;
	if (sscanf(text, "[%63s \"%63[^\"]\"]", name, id) == 2) {
		*has_section = true;
		return begin_section(line, path, name, id);
	}
	if (sscanf(text, "[%63[^]]]", name) == 1) {
		*has_section = true;
		return begin_section(line, path, name, NULL);
	}
	if (!*has_section || sscanf(text, " %63s = \"%1023[^\"]\"", name, value) < 1)
		return true;
	return keys_add(&line->options[line->count - 1], KEY_VALUE, name, strlen(name), value,
			strlen(value)) ||
	       command_line_no_memory(line);
}

/* No more lines than it had bytes, whatever happens to it. */
static bool take_text(struct command_line *line, const char *path, FILE *input, off_t size)
{
	char text[LINE_SIZE];
	bool has_section = false;

	for (; size > 0 && fgets(text, sizeof(text), input); size--)
		if (!take_line(line, path, text, &has_section))
			return false;
	return !ferror(input) || fail(line, path, strerror(errno));
}

static bool check_kind(struct command_line *line, const char *path, const struct stat *status)
{
	if (!S_ISREG(status->st_mode))
		return fail(line, path, "it can't be read twice: give a plain file");
	if ((uint64_t)status->st_size > MOST_FILE_BYTES - line->file_bytes)
		return fail(line, path, "too long, such files may have 1 MiB in all");
	line->file_bytes += status->st_size;
	return true;
}

bool config_file_read(struct command_line *line, const char *path)
{
	/* A pipe or a terminal would be empty then when QEMU reads it. */
	int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	FILE *input = file >= 0 ? fdopen(file, "r") : NULL;
	struct stat status;
	bool is_good;

	if (!input || fstat(file, &status)) {
		is_good = fail(line, path, strerror(errno));
		if (file >= 0 && !input)
			close(file);
	} else {
		is_good = check_kind(line, path, &status) &&
			  take_text(line, path, input, status.st_size);
	}
	if (input)
		fclose(input);
	return is_good;
}
