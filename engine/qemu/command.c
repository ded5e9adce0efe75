/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "command.h"

#include "command_line/command_line.h"
#include "command_line/plugin_files.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* All of it, and two 0 behind; NULL with errno set. To be freed. */
static char *read_words(size_t *length)
{
	int file = open("/proc/self/cmdline", O_RDONLY | O_CLOEXEC);
	size_t size = 4096;
	char *text = malloc(size + 2);
	ssize_t count = file >= 0 && text ? 1 : -1;

	*length = 0;
	while (count > 0) {
		count = read(file, text + *length, size - *length);
		*length += count > 0 ? count : 0;
		if (*length == size) {
			char *larger = realloc(text, 2 * size + 2);

			text = larger ? larger : text;
			size *= 2;
			count = larger ? count : -1;
		}
	}
	if (file >= 0)
		close(file);
	if (count == 0) {
		text[*length] = text[*length + 1] = '\0';
		return text;
	}
	free(text);
	return NULL;
}

/* As main() has them; NULL if memory is short. To be freed. */
static char **split_words(char *text, size_t length)
{
	size_t count = 0;
	char **argv;

	for (size_t at = 0; at < length; at += strlen(text + at) + 1)
		count++;
	argv = calloc(count + 1, sizeof(*argv));
	count = 0;
	for (size_t at = 0; argv && at < length; at += strlen(text + at) + 1)
		argv[count++] = text + at;
	return argv;
}

static bool check_once(const struct command_line *line)
{
	size_t count = 0;

	for (size_t i = 0; i < line->count; i++)
		count += plugin_file_is_loaded_by(&line->options[i]);
	if (count <= 1)
		return true;
	fprintf(stderr,
		"paracall: the plugin is given twice: leave out all but one '-plugin' with paracall-qemu in its file's name\n");
	return false;
}

/* The line is freed; these stay. */
static const char *keep(const char *text)
{
	return text ? strdup(text) : NULL;
}

static bool is_on(const struct command_line *line, const char *property)
{
	const char *value = command_line_value(line, "machine", property);

	return value && command_line_is_yes(value);
}

static void take_answers(struct command *command, const struct command_line *line)
{
	command->counts_instructions = command_line_counts_instructions(line);
	command->replay_mode = keep(command_line_value(line, "icount", "rr"));
	command->recording = keep(command_line_value(line, "icount", "rrfile"));
	command->shares_thread = command_line_shares_thread(line);
	command->machine = keep(command_line_machine(line));
	command->has_own_levels = is_on(line, "virtualization") ||
				  (is_on(line, "secure") && command_line_has_firmware(line));
	command->has_cpus = command_line_cpus(line, &command->cpus);
	command->cpus.option = NULL;
	command->has_vmclock = command_line_has_device(line, "vmclock");
}

bool command_learn(struct command *command)
{
	struct command_line line = { .options = NULL };
	size_t length;
	char *text = read_words(&length);
	char **argv = text ? split_words(text, length) : NULL;
	bool is_good = false;

	if (!argv)
		fprintf(stderr, "paracall: QEMU's command line can't be read: %m\n");
	else if (!command_line_read(&line, command_line_behind_loader(argv)))
		fprintf(stderr, "paracall: %s\n", line.error);
	else
		is_good = check_once(&line);
	if (is_good)
		take_answers(command, &line);
	command_line_free(&line);
	free(argv);
	free(text);
	return is_good;
}
