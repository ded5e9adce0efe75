// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Loads the next kernel, by kexec_file_load(2), and starts it unless it is the
 * one for a crash. Debian's busybox has no such command.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/kexec.h>
#include <linux/reboot.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Kernels for 32-bit x86 don't have the call. */
#ifndef SYS_kexec_file_load
#define SYS_kexec_file_load (-1)
#endif

static int fail(const char *what)
{
	fputs("kexec: ", stderr);
	perror(what);
	return 1;
}

#ifdef __powerpc64__
#include "kexec_ppc64.h"
#elif defined(__aarch64__)
#include "kexec_arm64.h"
#else
static int load(char **files, unsigned long flags)
{
	const int kernel = open(files[0], O_RDONLY | O_CLOEXEC);
	const int initrd = open(files[1], O_RDONLY | O_CLOEXEC);

	if (kernel < 0)
		return fail(files[0]);
	if (initrd < 0)
		return fail(files[1]);
	if (syscall(SYS_kexec_file_load, kernel, initrd, strlen(files[2]) + 1, files[2], flags))
		return fail("kexec_file_load");
	return 0;
}
#endif

int main(int argc, char **argv)
{
	const int crash = argc > 1 && strcmp(argv[1], "-p") == 0;

	if (argc != 4 + crash) {
		fputs("usage: kexec [-p] KERNEL INITRD COMMAND-LINE\n", stderr);
		return 2;
	}
	if (load(argv + 1 + crash, crash ? KEXEC_FILE_ON_CRASH : 0))
		return 1;
	if (crash)
		return 0;
	syscall(SYS_reboot, LINUX_REBOOT_MAGIC1, LINUX_REBOOT_MAGIC2, LINUX_REBOOT_CMD_KEXEC,
		NULL);
	return fail("reboot");
}
