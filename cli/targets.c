/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The list of targets: all that the command knows about an architecture. */
#include "targets.h"

#include "cli.h"
#include "run/x86.h"

#include <stdlib.h>
#include <string.h>

static const struct target_info targets[] = {
	{
		.program = "qemu-system-x86_64",
		.package = "qemu-system-x86",
		.also_runs = "x86_64 runs 32-bit x86 guests, too",
		.name = "x86",
		.architecture = PARACALL_X86,
		.arch = "x86_64",
		.machine = "q35",
		.machine_options = "",
		.tcg_host = "max",
		.console = "ttyS0",
		.cpu_type = "x86_64-cpu",
		.options = "features spin hints enforce-features replace snapshots",
		.features_from = "CPUID leaf 0x40000001, eax",
		.has_msrs = true,
		.check_command = x86_check_command,
		.adapt = x86_adapt,
		.add_arguments = x86_add_arguments,
	},
	{
		.program = "qemu-system-s390x",
		.package = "qemu-system-s390x",
		.name = "s390x",
		.architecture = PARACALL_S390,
		.arch = "s390x",
		.machine = "s390-ccw-virtio",
		.machine_options = "",
		.tcg_host = "max",
		.console = "ttysclp0",
		/* CPUs report by DIAGNOSE that they spin. */
		.options = "",
	},
	{
		.program = "qemu-system-ppc64",
		.package = "qemu-system-ppc",
		.name = "PowerPC",
		.architecture = PARACALL_POWERPC,
		.arch = "ppc64le",
		.arch_note = "ppc64le is also for big-endian PowerPC kernels",
		.machine = "pseries",
		/* TCG lacks these workarounds, and prints a warning if they are requested. */
		.machine_options = ",cap-cfpc=broken,cap-ibs=broken,cap-ccf-assist=off",
		.console = "hvc0",
		.options = "features spin",
		.features_from = "what KVM_HC_FEATURES returns",
	},
	{
		.program = "qemu-system-ppc",
		.package = "qemu-system-ppc",
		.name = "PowerPC",
		.architecture = PARACALL_POWERPC,
		.options = "features spin",
		.features_from = "what KVM_HC_FEATURES returns",
	},
	{
		.program = "qemu-system-aarch64",
		.package = "qemu-system-arm",
		.name = "arm64",
		.architecture = PARACALL_ARM64,
		.arch = "arm64",
		.machine = "virt",
		.machine_options = "",
		.cpu = "max",
		.tcg_host = "max",
		.console = "ttyAMA0",
		.cpu_type = "arm-cpu",
		.options = "features spin target-impl-cpus",
		.features_from = "what KVM's user space chooses; guests see 16 bits",
	},
	{
		.program = "qemu-system-riscv64",
		.package = "qemu-system-riscv",
		.name = "RISC-V",
		.architecture = PARACALL_RISCV,
		.arch = "riscv64",
		.machine = "virt",
		.machine_options = "",
		.console = "ttyS0",
		.options = "features spin",
		.features_from = "extensions that KVM's user space chooses",
	},
	{
		.program = "qemu-system-loongarch64",
		.package = "qemu-system-misc",
		.name = "LoongArch",
		.architecture = PARACALL_LOONGARCH,
		.arch = "loongarch64",
		.machine = "virt",
		.machine_options = "",
		.cpu = "max",
		.console = "ttyS0",
		.cpu_type = "loongarch-cpu",
		/* It has no instruction by which a CPU says that it spins. */
		.options = "features",
		.features_from = "CPUCFG 0x40000004",
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

bool target_has_option(const struct target_info *target, const char *option)
{
	size_t length = strlen(option);

	for (const char *word = target->options; *word; word += strspn(word, " ")) {
		size_t word_length = strcspn(word, " ");

		if (word_length == length && !strncmp(word, option, length))
			return true;
		word += word_length;
	}
	return false;
}

/* Whether one before it has that name. */
static bool is_named_before(const char *const *words, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++)
		if (words[i] && !strcmp(words[i], name))
			return true;
	return false;
}

char *target_programs(void)
{
	const char *words[TARGETS];

	for (size_t i = 0; i < TARGETS; i++)
		words[i] = targets[i].program;
	return join_words(words, TARGETS, " or ");
}

char *target_programs_short(void)
{
	const char *words[TARGETS];

	for (size_t i = 0; i < TARGETS; i++)
		words[i] = i ? strrchr(targets[i].program, '-') : targets[i].program;
	return join_words(words, TARGETS, " or ");
}

char *target_archs(void)
{
	const char *words[TARGETS];

	for (size_t i = 0; i < TARGETS; i++)
		words[i] = targets[i].arch;
	return join_words(words, TARGETS, " or ");
}

/* Each once: three architectures' are called virt. */
char *target_machines(void)
{
	const char *words[TARGETS];

	for (size_t i = 0; i < TARGETS; i++) {
		const char *machine = targets[i].machine;
		bool is_new = machine && !is_named_before(words, i, machine);

		words[i] = is_new ? machine : NULL;
	}
	return join_words(words, TARGETS, " or ");
}

char *target_arch_notes(void)
{
	const char *words[TARGETS];

	for (size_t i = 0; i < TARGETS; i++)
		words[i] = targets[i].arch_note;
	return join_words(words, TARGETS, ", ");
}

char *target_names_with(const char *option)
{
	const char *words[TARGETS] = { NULL };

	for (size_t i = 0; i < TARGETS; i++) {
		const struct target_info *target = &targets[i];
		bool is_wanted = target_has_option(target, option) &&
				 !is_named_before(words, i, target->name);

		words[i] = is_wanted ? target->name : NULL;
	}
	return join_words(words, TARGETS, " and ");
}
