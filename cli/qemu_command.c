/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "qemu_command.h"

#include "../engine/qemu/command_line/plugin_files.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SYSTEM_PREFIX "qemu-system-"

static bool check_program(const char *program)
{
	const char *name = strrchr(program, '/') ? strrchr(program, '/') + 1 : program;
	char *programs;

	if (target_of_program(program))
		return true;
	programs = target_programs();
	if (!strcmp(name, "kvm") || !strcmp(name, "qemu-kvm"))
		complain("'%s' runs guests on KVM itself; use %s", program,
			 target_at(0)->program);
	else if (!strncmp(name, SYSTEM_PREFIX, strlen(SYSTEM_PREFIX)))
		complain("'%s': this architecture is not supported yet; use %s (%s)", program,
			 programs, target_at(0)->also_runs);
	else if (!strncmp(name, "qemu-", 5))
		complain("'%s' emulates programs, not machines; use %s", program,
			 target_at(0)->program);
	else
		complain("'%s' is not a QEMU; give a command that begins with %s", program,
			 programs);
	free(programs);
	return false;
}

char *qemu_command_quote(const struct command_option *option)
{
	if (option->file)
		return format_string("'%s' in %s", option->word, option->file);
	return format_string("'%s%s%s'", option->word, option->value ? " " : "",
			     option->value ? option->value : "");
}

static bool check_plugins(const struct command_line *line)
{
	for (size_t i = 0; i < line->count; i++) {
		const struct command_option *option = &line->options[i];

		if (!plugin_file_is_loaded_by(option))
			continue;
		complain(
			"'%s %s': 'paracall run' adds this plugin itself: leave it out, and use the options of 'paracall run' instead",
			option->word, option->value);
		return false;
	}
	return true;
}

/* What is added after it would be taken for that. */
static bool check_last(const struct command_line *line)
{
	if (line->lacks_value)
		complain("'%s' needs a value", line->lacks_value);
	return !line->lacks_value;
}

bool qemu_command_check(const char *program, const struct command_line *line)
{
	return check_program(program) && check_last(line) && check_plugins(line);
}

static bool check_file(const char *what, const char *path)
{
	if (!access(path, R_OK))
		return true;
	complain("the %s '%s' can't be read: %s", what, path, strerror(errno));
	return false;
}

static bool check_count(const char *option, const char *value)
{
	char *end;
	unsigned long count = strtoul(value, &end, 10);

	if (*value >= '0' && *value <= '9' && !*end && count >= 1 && count <= 255)
		return true;
	complain("%s=%s: use a number from 1 to 255", option, value);
	return false;
}

char *qemu_double_commas(const char *string)
{
	char *result = must(malloc(2 * strlen(string) + 1));
	char *end = result;

	for (; *string; string++) {
		*end++ = *string;
		if (*string == ',')
			*end++ = ',';
	}
	*end = '\0';
	return result;
}

static void add_pair(struct strings *command, const char *option, const char *value)
{
	strings_add(command, option);
	strings_add(command, value);
}

/* virtio's, on whichever bus the machine has for it. */
static void add_disk(struct strings *command, const char *disk)
{
	char *path = qemu_double_commas(disk);
	char *drive = format_string("file=%s,if=virtio", path);

	add_pair(command, "-drive", drive);
	free(drive);
	free(path);
}

/* One of the kernel's words; "netconsole=" is another. */
static bool names_console(const char *append)
{
	static const char word[] = "console=";

	for (const char *at = strstr(append, word); at; at = strstr(at + 1, word))
		if (at == append || strchr(" \t\n\"", at[-1]))
			return true;
	return false;
}

/* A console that the user names stays; else this one is added. */
static void add_append(struct strings *command, const char *append, const char *console)
{
	char *line;

	if (append && names_console(append))
		line = format_string("%s", append);
	else
		line = format_string("console=%s%s%s", console, append ? " " : "",
				     append ? append : "");
	add_pair(command, "-append", line);
	free(line);
}

bool qemu_command_default(struct strings *command, const struct default_machine *machine)
{
	char *type;

	if (!check_file("kernel", machine->kernel) ||
	    (machine->initrd && !check_file("initrd", machine->initrd)) ||
	    (machine->disk && !check_file("disk", machine->disk)) ||
	    (machine->cpus && !check_count("--cpus", machine->cpus)))
		return false;
	type = format_string("%s%s", machine->target->machine,
			     machine->target->machine_options);
	add_pair(command, "-machine", type);
	free(type);
	if (machine->target->cpu)
		add_pair(command, "-cpu", machine->target->cpu);
	add_pair(command, "-m", machine->memory ? machine->memory : "1G");
	add_pair(command, "-smp", machine->cpus ? machine->cpus : "2");
	strings_add(command, "-nographic");
	add_pair(command, "-nic", "none");
	add_pair(command, "-kernel", machine->kernel);
	if (machine->initrd)
		add_pair(command, "-initrd", machine->initrd);
	add_append(command, machine->append, machine->target->console);
	if (machine->disk)
		add_disk(command, machine->disk);
	return true;
}
