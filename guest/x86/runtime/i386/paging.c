/* SPDX-License-Identifier: BSD-2-Clause */
/* Windows: entries of 2 MiB, from WINDOWS on, where nothing is mapped otherwise. */
#include "../runtime.h"

/* Present, writable, 2 MiB. */
#define LARGE_FLAGS 0x83
/* Present, writable, user. */
#define TABLE_FLAGS 7
#define LARGE_PAGE 0x200000ul

#define HIGH_WINDOW 0
#define TABLE_WINDOW 1

/* Four directories, one after the other. */
extern uint64_t page_directories[4 * 512];

static void *map_entry(unsigned int window, uint64_t entry)
{
	uint32_t address = WINDOWS + window * LARGE_PAGE;

	*(volatile uint64_t *)&page_directories[address / LARGE_PAGE] = entry;
	flush_pages();
	return (void *)address;
}

void *map_high(uint64_t address)
{
	uint64_t page = address & ~(uint64_t)(LARGE_PAGE - 1);
	uint8_t *window = map_entry(HIGH_WINDOW, page | LARGE_FLAGS);

	return window + address % LARGE_PAGE;
}

volatile uint64_t *map_table(const uint64_t table[512])
{
	return map_entry(TABLE_WINDOW, (uintptr_t)table | TABLE_FLAGS);
}
