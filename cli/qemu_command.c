/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "qemu_command.h"

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
		complain("'%s' runs guests on KVM itself; use " QEMU_X86_64, program);
	else if (!strncmp(name, SYSTEM_PREFIX, strlen(SYSTEM_PREFIX)))
		complain(
			"'%s': this architecture is not supported yet; use %s (x86_64 runs 32-bit x86 guests, too)",
			program, programs);
	else if (!strncmp(name, "qemu-", 5))
		complain("'%s' emulates programs, not machines; use " QEMU_X86_64, program);
	else
		complain("'%s' is not a QEMU; give a command that begins with %s", program,
			 programs);
	free(programs);
	return false;
}

/* The option's name without dashes (QEMU takes one or two); NULL if none. */
static const char *option_name(const char *argument)
{
	if (argument[0] != '-' || !argument[1])
		return NULL;
	return argument + 1 + (argument[1] == '-');
}

/* The value of @key in a list like "q35,accel=kvm:tcg"; NULL if it's not there. */
static const char *value_in_list(const char *list, const char *key)
{
	size_t length = strlen(key);

	while (list) {
		if (!strncmp(list, key, length) && list[length] == '=')
			return list + length + 1;
		list = strchr(list, ',');
		list = list ? list + 1 : NULL;
	}
	return NULL;
}

/* An accelerator list, "kvm:tcg", must name nothing but TCG. */
static bool check_accelerators(const char *option, const char *list)
{
	size_t end = strcspn(list, ",");

	for (size_t at = 0; at <= end; at += strcspn(list + at, ":,") + 1) {
		size_t length = strcspn(list + at, ":,");

		if ((length == 3 && !strncmp(list + at, "tcg", 3)) ||
		    (length == 4 && !strncmp(list + at, "help", 4)))
			continue;
		complain(
			"'-%s %s' asks for the accelerator '%.*s', which runs guest code itself; Paracall needs TCG: leave that out, or use '-accel tcg'",
			option, list, (int)length, list + at);
		return false;
	}
	return true;
}

static bool check_option(const char *option, const char *value)
{
	const char *accelerators = NULL;

	if (!strcmp(option, "enable-kvm")) {
		complain(
			"'-enable-kvm' asks for KVM itself; Paracall needs TCG: leave that out");
		return false;
	}
	if (!strcmp(option, "daemonize")) {
		complain(
			"'-daemonize' would part QEMU from its summary: leave that out, and put the command in the background");
		return false;
	}
	if (!value)
		return true;
	if (!strcmp(option, "accel")) {
		accelerators = value_in_list(value, "accel");
		return check_accelerators(option, accelerators ? accelerators : value);
	}
	if (!strcmp(option, "machine") || !strcmp(option, "M"))
		accelerators = value_in_list(value, "accel");
	return !accelerators || check_accelerators(option, accelerators);
}

bool qemu_command_check(char *const argv[])
{
	if (!check_program(argv[0]))
		return false;
	for (int i = 1; argv[i]; i++) {
		const char *option = option_name(argv[i]);

		if (option && !check_option(option, argv[i + 1]))
			return false;
	}
	return true;
}

bool qemu_command_wants_x2apic(char *const argv[])
{
	for (int i = 1; argv[i]; i++) {
		const char *option = option_name(argv[i]);
		const char *value = argv[i + 1];

		if (option && value && !strcmp(option, "cpu") &&
		    (strstr(value, "+x2apic") || strstr(value, "x2apic=on")))
			return true;
	}
	return false;
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

/* virtio's is PCI's on x86 and pseries, and the channel subsystem's on s390x. */
static void add_disk(struct strings *command, const char *disk)
{
	char *path = qemu_double_commas(disk);
	char *drive = format_string("file=%s,if=virtio", path);

	add_pair(command, "-drive", drive);
	free(drive);
	free(path);
}

/* What is said of a console stays; else it is that one. */
static void add_append(struct strings *command, const char *append, const char *console)
{
	char *line;

	if (append && strstr(append, "console="))
		line = format_string("%s", append);
	else
		line = format_string("console=%s%s%s", console, append ? " " : "",
				     append ? append : "");
	add_pair(command, "-append", line);
	free(line);
}

bool qemu_command_default(struct strings *command, const struct default_machine *machine)
{
	if (!check_file("kernel", machine->kernel) ||
	    (machine->initrd && !check_file("initrd", machine->initrd)) ||
	    (machine->disk && !check_file("disk", machine->disk)) ||
	    (machine->cpus && !check_count("--cpus", machine->cpus)))
		return false;
	add_pair(command, "-machine", machine->target->machine);
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
