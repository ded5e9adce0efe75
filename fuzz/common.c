/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fuzz.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

void fuzz_fail(const char *condition, const char *file, int line)
{
	/* The stream may be another one's: see fuzz_silence(). */
	dprintf(STDERR_FILENO, "%s:%d: this should be so: %s\n", file, line, condition);
	abort();
}

struct counts {
	uint64_t executions;
	uint64_t guest_calls;
};

/* In the file if there is one to count in. */
static struct counts *counts(void)
{
	static struct counts own, *used;
	const char *path = getenv("PARACALL_FUZZ_COUNTS");
	int file;

	if (used)
		return used;
	used = &own;
	file = path ? open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666) : -1;
	if (file >= 0 && !ftruncate(file, sizeof(*used))) {
		void *shared =
			mmap(NULL, sizeof(*used), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);

		if (shared != MAP_FAILED)
			used = shared;
	}
	if (file >= 0)
		close(file);
	return used;
}

void fuzz_count_execution(void)
{
	counts()->executions++;
}

void fuzz_count_guest_calls(uint64_t count)
{
	counts()->guest_calls += count;
}

/* Steele, Lea and Flood's SplitMix64. */
uint64_t fuzz_random(uint64_t *state)
{
	uint64_t value = *state += UINT64_C(0x9e3779b97f4a7c15);

	value = (value ^ value >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	value = (value ^ value >> 27) * UINT64_C(0x94d049bb133111eb);
	return value ^ value >> 31;
}

struct fuzz_input fuzz_input(const uint8_t *data, size_t size)
{
	struct fuzz_input input = { .data = data, .size = size, .state = size };

	for (size_t i = 0; i < size; i++) {
		input.state ^= data[i];
		input.state *= UINT64_C(0x100000001b3);
	}
	return input;
}

bool fuzz_is_over(const struct fuzz_input *input)
{
	return !input->size && !input->tail;
}

uint64_t fuzz_take(struct fuzz_input *input, unsigned int bytes)
{
	uint64_t value = 0;

	for (unsigned int i = 0; i < bytes && input->size; i++) {
		value |= (uint64_t)*input->data << 8 * i;
		input->data++;
		input->size--;
		if (i + 1 == bytes)
			return value;
	}
	if (!input->tail)
		return value;
	input->tail -= input->tail < bytes ? input->tail : bytes;
	return fuzz_random(&input->state) >> (64 - 8 * bytes);
}

bool fuzz_next_part(struct fuzz_bytes *rest, struct fuzz_bytes *part)
{
	const uint8_t *separator;

	if (!rest->data)
		return false;
	*part = *rest;
	separator = memmem(rest->data, rest->size, FUZZ_SEPARATOR, strlen(FUZZ_SEPARATOR));
	if (!separator) {
		*rest = (struct fuzz_bytes){ .data = NULL };
		return true;
	}
	part->size = separator - rest->data;
	rest->data = separator + strlen(FUZZ_SEPARATOR);
	rest->size -= part->size + strlen(FUZZ_SEPARATOR);
	return true;
}

char *fuzz_text(struct fuzz_bytes bytes)
{
	char *text = strndup((const char *)bytes.data, bytes.size);

	FUZZ_CHECK(text);
	return text;
}

static char folder[256];

/* What is in it are files. */
static void remove_folder(void)
{
	DIR *files = opendir(folder);
	struct dirent *entry;

	while (files && (entry = readdir(files)))
		unlinkat(dirfd(files), entry->d_name, 0);
	if (files)
		closedir(files);
	rmdir(folder);
}

const char *fuzz_folder(void)
{
	const char *parent = getenv("TMPDIR");

	if (!*folder) {
		snprintf(folder, sizeof(folder), "%s/paracall-fuzz-XXXXXX",
			 parent ? parent : "/tmp");
		FUZZ_CHECK(mkdtemp(folder));
		atexit(remove_folder);
	}
	return folder;
}

/* In a static buffer. */
static const char *path_of(const char *name)
{
	static char path[sizeof(folder) + 64];

	snprintf(path, sizeof(path), "%s/%s", fuzz_folder(), name);
	return path;
}

void fuzz_remove_file(const char *name)
{
	unlink(path_of(name));
}

void fuzz_write_file(const char *name, struct fuzz_bytes content)
{
	int file = open(path_of(name), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);

	FUZZ_CHECK(file >= 0);
	FUZZ_CHECK(write(file, content.data, content.size) == (ssize_t)content.size);
	close(file);
}

FILE *fuzz_null(void)
{
	static FILE *null;

	if (!null)
		null = fopen("/dev/null", "we");
	FUZZ_CHECK(null);
	return null;
}

void fuzz_silence(void)
{
	stderr = fuzz_null();
}
