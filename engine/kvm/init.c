/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The first and only process of a machine that lends its KVM to 'paracall check
 * --engine=kvm-in-tcg': loads the kernel's modules, runs the program of the file
 * /guest, and ends the machine as that does its own. The file /options says how many
 * CPUs, and in a second line the program's command line. With the word
 * kvm=trace there the kernel's trace of what the program asked of KVM follows what it
 * printed.
 */
#include "machine.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define TRACE "/trace"

static bool is_traced;

static void write_word(const char *path, const char *word)
{
	FILE *file = fopen(path, "w");

	if (!file || fputs(word, file) < 0 || fclose(file))
		fail(path);
}

static void begin_trace(void)
{
	static const char *const events[] = { "kvm_hypercall", "kvm_msr", "kvm_cpuid",
					      "kvm_pv_eoi" };
	char path[80];

	mkdir(TRACE, 0755);
	if (mount("trace", TRACE, "tracefs", 0, NULL))
		fail("tracefs");
	for (size_t i = 0; i < sizeof(events) / sizeof(events[0]); i++) {
		snprintf(path, sizeof(path), TRACE "/events/kvm/%s/enable", events[i]);
		write_word(path, "1");
	}
	write_word(TRACE "/tracing_on", "1");
	is_traced = true;
}

/* As comments in what the program printed. */
static void print_trace(void)
{
	FILE *file = fopen(TRACE "/trace", "r");
	char line[512];

	while (file && fgets(line, sizeof(line), file))
		printf("# trace: %s", line);
}

void finish(uint32_t value)
{
	if (is_traced)
		print_trace();
	fflush(stdout);
	/* The terminal's last characters. */
	fsync(STDOUT_FILENO);
	usleep(100000);
	machine_end(value);
	while (1)
		pause();
}

void fail(const char *what)
{
	if (errno)
		printf("\n# %s: %s\n", what, strerror(errno));
	else
		printf("\n# %s\n", what);
	finish(END_CRASHED);
}

/* In this order; which of them exist depends on the kernel. */
static void load_modules(void)
{
	static const char *const names[] = { "/irqbypass.ko", "/kvm.ko", "/ccp.ko",
					     "/kvm-amd.ko" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		int file = open(names[i], O_RDONLY);

		if (file < 0)
			continue;
		if (syscall(SYS_finit_module, file, "", 0) && errno != EEXIST)
			fail(names[i]);
		close(file);
	}
}

static uint8_t *map_file(const char *path, size_t *size)
{
	int file = open(path, O_RDONLY);
	struct stat status;
	uint8_t *bytes;

	if (file < 0 || fstat(file, &status))
		fail(path);
	*size = status.st_size;
	bytes = mmap(NULL, *size, PROT_READ, MAP_PRIVATE, file, 0);
	if (bytes == MAP_FAILED)
		fail(path);
	return bytes;
}

static void read_options(uint32_t *cpus, char *command_line, size_t size)
{
	FILE *file = fopen("/options", "r");
	char number[16];

	if (!file || !fgets(number, sizeof(number), file))
		fail("/options");
	*cpus = strtoul(number, NULL, 10);
	if (!fgets(command_line, size, file))
		*command_line = '\0';
	command_line[strcspn(command_line, "\n")] = '\0';
	if (*cpus < 1 || *cpus > MOST_CPUS)
		fail("number of CPUs");
}

int main(void)
{
	char command_line[256];
	struct program program = { .command_line = command_line };
	const char *wrong;
	uint8_t *memory;
	uint8_t *file;
	uint32_t cpus;
	size_t size;

	mkdir("/dev", 0755);
	if (mount("dev", "/dev", "devtmpfs", 0, NULL) && errno != EBUSY)
		fail("/dev");
	load_modules();
	read_options(&cpus, command_line, sizeof(command_line));
	file = map_file("/guest", &size);
	memory = mmap(NULL, MEMORY_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
		      0);
	if (memory == MAP_FAILED)
		fail("the guest's memory");
	wrong = program_load(&program, file, size, memory);
	errno = 0;
	if (wrong)
		fail(wrong);
	if (strstr(command_line, "kvm=trace"))
		begin_trace();
	machine_run(&program, memory, cpus);
}
