/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "accelerators.h"

#include <fcntl.h>
#include <linux/kvm.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/utsname.h>
#include <unistd.h>

/* TCG; or a question, which QEMU answers without a guest. */
static bool is_tcg(const struct command_accelerator *accelerator)
{
	return command_accelerator_is(accelerator, "tcg") ||
	       command_accelerator_is(accelerator, "help") ||
	       command_accelerator_is(accelerator, "?");
}

/* On Linux those that are other systems' never work. */
static bool is_like_kvm(const struct command_accelerator *accelerator)
{
	static const char *const names[] = { "kvm", "hvf", "nvmm", "whpx" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (command_accelerator_is(accelerator, names[i]))
			return true;
	return false;
}

bool accelerators_are_replaced(const struct run_options *options)
{
	return options->accelerator || options->is_drop_in;
}

bool accelerators_are_foreign(const struct command_line *line)
{
	struct command_accelerator accelerator = { .seen = 0 };

	while (command_line_next_accelerator(line, &accelerator))
		if (!is_tcg(&accelerator))
			return true;
	return false;
}

/* QEMU's programs are named as the kernel names the machines, or with more after it. */
static bool is_for_host(const struct target_info *target)
{
	const char *name = strrchr(target->program, '-') + 1;
	struct utsname host;

	return !uname(&host) && !strncmp(host.machine, name, strlen(name));
}

/* As QEMU finds it out. */
static bool kvm_is_usable(const struct target_info *target)
{
	int kvm = is_for_host(target) ? open("/dev/kvm", O_RDWR | O_CLOEXEC) : -1;
	int machine = kvm >= 0 ? ioctl(kvm, KVM_CREATE_VM, 0) : -1;

	if (machine >= 0)
		close(machine);
	if (kvm >= 0)
		close(kvm);
	return machine >= 0;
}

/* A sentence's end; NULL if there is nothing against it. */
static const char *find_fault(const struct run_options *options,
			      const struct command_line *line,
			      const struct command_accelerator *accelerator)
{
	bool is_list = command_line_has_accelerator(line, "tcg");
	bool is_replaced = accelerators_are_replaced(options);

	if (!is_like_kvm(accelerator))
		return "which runs guest code itself; Paracall needs TCG: leave that out, or use '-accel tcg'";
	if (!is_list && !is_replaced)
		return "which runs guest code itself; Paracall needs TCG: leave that out, use '-accel tcg', or have it replaced by --accel=tcg";
	if (is_list && !is_replaced && kvm_is_usable(options->target))
		return "which can be used here, and QEMU would take it; Paracall needs TCG: leave that out, or have it replaced by --accel=tcg";
	/* QEMU falls back by itself, but only if it has to. */
	if (accelerator->option->file && !strcmp(accelerator->option->group, "accel") &&
	    (!is_list || kvm_is_usable(options->target)))
		return "which runs guest code itself; Paracall needs TCG: change that file";
	return NULL;
}

bool accelerators_check(const struct run_options *options, const struct command_line *line)
{
	struct command_accelerator accelerator = { .seen = 0 };

	/* Also after TCG: QEMU would take another one if that failed. */
	while (command_line_next_accelerator(line, &accelerator)) {
		const char *fault;
		char *quote;

		if (is_tcg(&accelerator))
			continue;
		fault = find_fault(options, line, &accelerator);
		if (!fault)
			continue;
		quote = qemu_command_quote(accelerator.option);
		complain("%s asks for the accelerator '%.*s', %s", quote,
			 (int)accelerator.length, accelerator.name, fault);
		free(quote);
		return false;
	}
	return true;
}
