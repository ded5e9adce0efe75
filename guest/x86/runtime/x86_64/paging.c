/* SPDX-License-Identifier: BSD-2-Clause */
/* Windows: GiB of their own, after ALIAS, where nothing is mapped otherwise. */
#include "../runtime.h"

/* Present, writable, 2 MiB. */
#define LARGE_FLAGS 0x83
/* Present, writable, user. */
#define TABLE_FLAGS 7
#define LARGE_PAGE 0x200000ul
#define GIB 0x40000000ul

#define HIGH_WINDOW 6
#define TABLE_WINDOW 8

extern uint64_t page_directory_pointers[512];

static void *map_directory(unsigned int window, const uint64_t *directory)
{
	page_directory_pointers[window] = (uintptr_t)directory | TABLE_FLAGS;
	flush_pages();
	return (void *)(window * GIB);
}

void *map_high(uint64_t address)
{
	static uint64_t directory[512] __attribute__((aligned(4096)));
	uint8_t *window;

	directory[0] = (address & ~(LARGE_PAGE - 1)) | LARGE_FLAGS;
	window = map_directory(HIGH_WINDOW, directory);
	return window + address % LARGE_PAGE;
}

volatile uint64_t *map_table(const uint64_t table[512])
{
	static uint64_t directory[512] __attribute__((aligned(4096)));

	directory[0] = (uintptr_t)table | TABLE_FLAGS;
	return map_directory(TABLE_WINDOW, directory);
}
