/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "shared_memory.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static void *map(int file, size_t size)
{
	void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);

	return memory == MAP_FAILED ? NULL : memory;
}

/* What memfd_create() makes has none. */
static bool has_name(int file)
{
	struct stat status;

	return !fstat(file, &status) && status.st_nlink;
}

/* It may have been changed until it was sealed. */
static bool has_size(int file, size_t size)
{
	struct stat status;

	return !fstat(file, &status) && (size_t)status.st_size == size;
}

void *shared_memory_make(int file, size_t size, const char **wrong)
{
	void *memory = NULL;

	if (ftruncate(file, size))
		*wrong = strerror(errno);
	else if (fcntl(file, F_ADD_SEALS, SHARED_MEMORY_SEALS) && !has_name(file))
		*wrong =
			"it can't be sealed; create it by memfd_create() with MFD_ALLOW_SEALING";
	else if (!has_size(file, size))
		*wrong = "another process changes its size";
	else if (!(memory = map(file, size)))
		*wrong = strerror(errno);
	return memory;
}

void *shared_memory_map(int file, int seals, size_t least, size_t *size)
{
	int present = fcntl(file, F_GET_SEALS);
	struct stat status;

	if (present < 0 || (present & seals) != seals || fstat(file, &status) ||
	    (size_t)status.st_size < least)
		return NULL;
	*size = status.st_size;
	return map(file, *size);
}
