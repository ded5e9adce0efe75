/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "nested.h"

#include "../engines.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define KERNEL "kvm-in-tcg/vmlinuz"

/* Whatever else there is, this must be. */
#define NEEDED_MODULE "kvm-in-tcg/kvm-amd.ko"

static const char *const modules[] = { "irqbypass.ko", "kvm.ko", "ccp.ko", "kvm-amd.ko" };

static char *init_path(void)
{
	return data_path("paracall-kvm-init");
}

char *nested_missing(void)
{
	char *kernel = cache_path(KERNEL);
	char *module = cache_path(NEEDED_MODULE);
	char *init = init_path();
	char *reason = NULL;

	if (!kernel || !module || access(kernel, R_OK) || access(module, R_OK))
		reason = format_string("no kernel for it: script/setup --all-kernels gets one");
	else if (access(init, R_OK))
		reason = format_string("'%s' is missing: build it, or install Paracall again",
				       init);
	free(kernel);
	free(module);
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

static bool add_init(FILE *output)
{
	char *path = init_path();
	bool is_good = add_file(output, "init", MODE_PROGRAM, path);

	free(path);
	return is_good;
}

/* Which ones there are depends on the kernel. */
static bool add_modules(FILE *output)
{
	bool is_good = true;

	for (size_t i = 0; i < sizeof(modules) / sizeof(modules[0]); i++) {
		char *file = format_string("kvm-in-tcg/%s", modules[i]);
		char *path = cache_path(file);

		if (!access(path, R_OK))
			is_good &= add_file(output, modules[i], MODE_FILE, path);
		free(path);
		free(file);
	}
	return is_good;
}

static bool write_initramfs(FILE *output, const char *guest, const char *options)
{
	/* The kernel opens the first process's terminal before that can. */
	add_entry(output, "dev", MODE_FOLDER, "", 0);
	add_entry(output, "dev/console", MODE_CONSOLE, "", 0);
	add_entry(output, "options", MODE_FILE, options, strlen(options));
	if (!add_init(output) || !add_modules(output) ||
	    !add_file(output, "guest", MODE_FILE, guest))
		return false;
	add_entry(output, "TRAILER!!!", 0, "", 0);
	return !fflush(output) && !ferror(output);
}

int nested_initramfs(const char *guest, const char *cpus, const char *command_line)
{
	char *options = format_string("%s\n%s\n", cpus, command_line);
	int memory = memfd_create("paracall-initramfs", 0);
	int copy = memory < 0 ? -1 : dup(memory);
	FILE *output = copy < 0 ? NULL : fdopen(copy, "w");
	bool is_good = output && write_initramfs(output, guest, options);

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

void nested_add_arguments(struct strings *command, int initramfs)
{
	/*
	 * More than one vCPU has been seen to hang there; and on a busy machine the kernel
	 * finds its timer too late.
	 */
	static const char *const arguments[] = {
		"-accel",      "tcg",
		"-cpu",	       "max",
		"-M",	       "q35",
		"-smp",	       "1",
		"-m",	       "512",
		"-nodefaults", "-no-reboot",
		"-append",     "console=ttyS0 panic=-1 quiet no_timer_check"
	};
	char *kernel = cache_path(KERNEL);
	char *initrd = format_string("/proc/self/fd/%d", initramfs);

	for (size_t i = 0; i < sizeof(arguments) / sizeof(arguments[0]); i++)
		strings_add(command, arguments[i]);
	strings_add(command, "-kernel");
	strings_add(command, kernel);
	strings_add(command, "-initrd");
	strings_add(command, initrd);
	free(kernel);
	free(initrd);
}
