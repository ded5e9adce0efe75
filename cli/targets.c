/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "targets.h"

#include "cli.h"

#include <stdlib.h>
#include <string.h>

static const struct target_info targets[] = {
	{
		.program = QEMU_X86_64,
		.name = "x86",
		.architecture = PARACALL_X86,
		.arch = "x86_64",
		.machine = "q35",
		.console = "ttyS0",
		.has_features = true,
		.is_x86 = true,
	},
	{
		.program = "qemu-system-s390x",
		.name = "s390x",
		.architecture = PARACALL_S390,
		.arch = "s390x",
		.machine = "s390-ccw-virtio",
		.console = "ttysclp0",
	},
	{
		.program = "qemu-system-ppc64",
		.name = "PowerPC",
		.architecture = PARACALL_POWERPC,
		.arch = "ppc64le",
		/* TCG has no such work-arounds, and says so each time if asked for them. */
		.machine = "pseries,cap-cfpc=broken,cap-ibs=broken,cap-ccf-assist=off",
		.console = "hvc0",
		.has_features = true,
	},
	{
		.program = "qemu-system-ppc",
		.name = "PowerPC",
		.architecture = PARACALL_POWERPC,
		.has_features = true,
	},
};

#define TARGETS (sizeof(targets) / sizeof(targets[0]))

const struct target_info *target_at(size_t index)
{
	return index < TARGETS ? &targets[index] : NULL;
}

const struct target_info *target_of_program(const char *program)
{
	const char *slash = strrchr(program, '/');

	for (size_t i = 0; i < TARGETS; i++)
		if (!strcmp(targets[i].program, slash ? slash + 1 : program))
			return &targets[i];
	return NULL;
}

const struct target_info *target_of_arch(const char *arch)
{
	for (size_t i = 0; i < TARGETS; i++)
		if (targets[i].arch && !strcmp(targets[i].arch, arch))
			return &targets[i];
	return NULL;
}

static const char *program_word(const struct target_info *target)
{
	return target->program;
}

static const char *arch_word(const struct target_info *target)
{
	return target->arch;
}

static char *join(const char *(*word_of)(const struct target_info *target))
{
	const char *words[TARGETS];
	size_t count = 0;
	char *list = format_string("%s", "");

	for (size_t i = 0; i < TARGETS; i++)
		if (word_of(&targets[i]))
			words[count++] = word_of(&targets[i]);
	for (size_t i = 0; i < count; i++) {
		const char *separator = i + 1 == count ? " or " : ", ";
		char *longer = format_string("%s%s%s", list, i ? separator : "", words[i]);

		free(list);
		list = longer;
	}
	return list;
}

char *target_programs(void)
{
	return join(program_word);
}

char *target_archs(void)
{
	return join(arch_word);
}
