/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "nested.h"

#include "../engines.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define MOST_MODULES 4
#define MOST_NAMES 3

struct nested {
	/* The data files' names, ended by NULL. */
	const char *architectures[MOST_NAMES];
	/* In the cache: the kernel, and modules in a folder, in the order of loading. */
	const char *kernel;
	const char *folder;
	const char *modules[MOST_MODULES];
	/* The one module that is needed in any case. May be NULL. */
	const char *needed_module;
	const char *init;
	/* QEMU's, and the kernel's command line. */
	const char *machine, *append;
};

/*
 * On x86 more than one vCPU has hung there; and on a busy machine the kernel finds its
 * timer too late. Its tests of ciphers take as long as some guests.
 */
static const struct nested all[] = {
	{
		.architectures = { "x86_64", "i386" },
		.kernel = "kvm-in-tcg/vmlinuz",
		.folder = "kvm-in-tcg",
		.modules = { "irqbypass.ko", "kvm.ko", "ccp.ko", "kvm-amd.ko" },
		.needed_module = "kvm-amd.ko",
		.init = "paracall-kvm-init",
		.machine = "q35",
		.append = "console=ttyS0 panic=-1 quiet no_timer_check cryptomgr.notests",
	},
	{
		.architectures = { "arm64" },
		.kernel = "guest/arm64/vmlinuz",
		.init = "paracall-kvm-init-arm64",
		.machine = "virt,virtualization=on,gic-version=2",
		.append = "console=ttyAMA0 panic=-1 quiet cryptomgr.notests",
	},
	{
		.architectures = { "riscv64" },
		.kernel = "kvm-in-tcg-riscv64/vmlinuz",
		.folder = "kvm-in-tcg-riscv64",
		.modules = { "irqbypass.ko", "kvm.ko" },
		.needed_module = "kvm.ko",
		.init = "paracall-kvm-init-riscv64",
		.machine = "virt",
		.append = "console=ttyS0 panic=-1 quiet cryptomgr.notests",
	},
};

const struct nested *nested_find(const char *architecture)
{
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		for (const char *const *name = all[i].architectures; *name; name++)
			if (!strcmp(*name, architecture))
				return &all[i];
	return NULL;
}

static char *module_path(const struct nested *nested, const char *module)
{
	char *file = format_string("%s/%s", nested->folder, module);
	char *path = cache_path(file);

	free(file);
	return path;
}

static bool has_kernel(const struct nested *nested)
{
	char *kernel = cache_path(nested->kernel);
	char *module =
		nested->needed_module ? module_path(nested, nested->needed_module) : NULL;
	bool is_there = kernel && !access(kernel, R_OK) &&
			(!nested->needed_module || (module && !access(module, R_OK)));

	free(kernel);
	free(module);
	return is_there;
}

char *nested_missing(const struct nested *nested)
{
	char *init = data_path(nested->init);
	char *reason = NULL;

	if (!has_kernel(nested))
		reason = format_string("no kernel for it: script/setup --all-kernels gets one");
	else if (access(init, R_OK))
		reason = format_string("'%s' is missing: build it, or install Paracall again",
				       init);
	free(init);
	return reason;
}

#define ALIGNMENT 4
#define MODE_PROGRAM 0100755
#define MODE_FILE 0100644
#define MODE_FOLDER 0040755
#define MODE_CONSOLE 0020600
#define CONSOLE_MAJOR 5
#define CONSOLE_MINOR 1

static void pad(FILE *output)
{
	while (ftell(output) % ALIGNMENT)
		fputc('\0', output);
}

/* One entry of a cpio archive, "new ASCII format": the kernel's initramfs document. */
static void add_entry(FILE *output, const char *name, unsigned int mode, const char *data,
		      size_t size)
{
	bool is_console = mode == MODE_CONSOLE;

	fprintf(output, "070701%08x%08x%08x%08x%08x%08x%08zx%08x%08x%08x%08x%08zx%08x", 0, mode,
		0, 0, 1, 0, size, 0, 0, is_console ? CONSOLE_MAJOR : 0,
		is_console ? CONSOLE_MINOR : 0, strlen(name) + 1, 0);
	fwrite(name, 1, strlen(name) + 1, output);
	pad(output);
	fwrite(data, 1, size, output);
	pad(output);
}

static bool add_file(FILE *output, const char *name, unsigned int mode, const char *path)
{
	size_t size;
	char *data = read_file(path, &size);

	if (!data) {
		complain("'%s' can't be read: %s", path, strerror(errno));
		return false;
	}
	add_entry(output, name, mode, data, size);
	free(data);
	return true;
}

static bool add_init(FILE *output, const struct nested *nested)
{
	char *path = data_path(nested->init);
	bool is_good = add_file(output, "init", MODE_PROGRAM, path);

	free(path);
	return is_good;
}

/* Which ones exist depends on the kernel. */
static bool add_modules(FILE *output, const struct nested *nested)
{
	bool is_good = true;

	for (size_t i = 0; i < MOST_MODULES && nested->modules[i]; i++) {
		char *path = module_path(nested, nested->modules[i]);

		if (!access(path, R_OK))
			is_good &= add_file(output, nested->modules[i], MODE_FILE, path);
		free(path);
	}
	return is_good;
}

static bool write_initramfs(FILE *output, const struct nested *nested, const char *guest,
			    const char *options)
{
	/* The kernel opens the first process's terminal before that can. */
	add_entry(output, "dev", MODE_FOLDER, "", 0);
	add_entry(output, "dev/console", MODE_CONSOLE, "", 0);
	add_entry(output, "options", MODE_FILE, options, strlen(options));
	if (!add_init(output, nested) || !add_modules(output, nested) ||
	    !add_file(output, "guest", MODE_FILE, guest))
		return false;
	add_entry(output, "TRAILER!!!", 0, "", 0);
	return !fflush(output) && !ferror(output);
}

int nested_initramfs(const struct nested *nested, const char *guest, const char *cpus,
		     const char *command_line)
{
	char *options = format_string("%s\n%s\n", cpus, command_line);
	int memory = memfd_create("paracall-initramfs", 0);
	int copy = memory < 0 ? -1 : dup(memory);
	FILE *output = copy < 0 ? NULL : fdopen(copy, "w");
	bool is_good = output && write_initramfs(output, nested, guest, options);

	if (!output)
		complain("no memory for the initramfs: %s", strerror(errno));
	else
		fclose(output);
	free(options);
	if (is_good)
		return memory;
	close(memory);
	return -1;
}

void nested_add_arguments(const struct nested *nested, struct strings *command, int initramfs)
{
	char *kernel = cache_path(nested->kernel);
	char *initrd = format_string("/proc/self/fd/%d", initramfs);
	const char *const arguments[] = {
		"-accel",	 "tcg",	       "-cpu",	  "max",	  "-M",
		nested->machine, "-smp",       "1",	  "-m",		  "512",
		"-nodefaults",	 "-no-reboot", "-append", nested->append, "-kernel",
		kernel,		 "-initrd",    initrd,
	};

	for (size_t i = 0; i < sizeof(arguments) / sizeof(arguments[0]); i++)
		strings_add(command, arguments[i]);
	free(kernel);
	free(initrd);
}
