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

struct accelerator {
	const char *name;
	/* What QEMU opens. NULL: another system's, which never works here. */
	const char *device;
	/* It runs the same guests as TCG. */
	bool is_like_tcg;
};

static const struct accelerator accelerators[] = {
	{ "kvm", "/dev/kvm", true },
	{ "hvf", NULL, true },
	{ "mshv", "/dev/mshv", true },
	{ "nvmm", NULL, true },
	{ "whpx", NULL, true },
	{ "nitro", "/dev/nitro_enclaves", false },
	{ "xen", "/dev/xen/privcmd", false },
};

/* NULL: one that is not known. */
static const struct accelerator *find_accelerator(const struct command_accelerator *named)
{
	for (size_t i = 0; i < sizeof(accelerators) / sizeof(accelerators[0]); i++)
		if (command_accelerator_is(named, accelerators[i].name))
			return &accelerators[i];
	return NULL;
}

/* Whether QEMU would take it from a list; what is not known might be. */
static bool is_usable(const struct target_info *target, const struct accelerator *accelerator)
{
	if (!accelerator)
		return true;
	if (!strcmp(accelerator->name, "kvm"))
		return kvm_is_usable(target);
	return accelerator->device && !access(accelerator->device, F_OK);
}

/* A sentence's end; NULL if there is nothing against it. */
static const char *find_fault(const struct run_options *options,
			      const struct command_line *line,
			      const struct command_accelerator *named)
{
	const struct accelerator *accelerator = find_accelerator(named);
	bool is_list = command_line_has_accelerator(line, "tcg");
	bool is_replaced = accelerators_are_replaced(options);
	/* QEMU falls back by itself, but only if it has to. */
	bool falls_back = is_list && !is_usable(options->target, accelerator);

	if (!accelerator && !(is_list && is_replaced))
		return "which is not known here; Paracall needs TCG: leave that out, or use '-accel tcg'";
	if (!is_list && accelerator && !accelerator->is_like_tcg)
		return "which runs guest code itself; Paracall needs TCG: leave that out, or use '-accel tcg'";
	if (!is_list && !is_replaced)
		return "which runs guest code itself; Paracall needs TCG: leave that out, use '-accel tcg', or have it replaced by --accel=tcg";
	if (!falls_back && !is_replaced)
		return "which can be used here, and QEMU would take it; Paracall needs TCG: leave that out, or have it replaced by --accel=tcg";
	if (named->option->file && !strcmp(named->option->group, "accel") && !falls_back)
		return "which runs guest code itself; Paracall needs TCG: change that file";
	return NULL;
}

bool accelerators_check(const struct run_options *options, const struct command_line *line)
{
	struct command_accelerator accelerator = { .seen = 0 };

	/* TCG always works, and QEMU takes none after it. */
	while (command_line_next_accelerator(line, &accelerator) && !is_tcg(&accelerator)) {
		const char *fault = find_fault(options, line, &accelerator);
		char *quote;

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
