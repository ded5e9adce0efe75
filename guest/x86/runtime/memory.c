/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How much memory there is: QEMU's configuration device has it as a table
 * (docs/specs/fw_cfg.rst there), without what firmware keeps for itself.
 */
#include "runtime.h"

#define CONFIG_SELECT 0x510
#define CONFIG_DATA 0x511
#define CONFIG_FILES 0x0019
#define MOST_FILES 256

#define GIB 0x40000000ull
#define LOW_LIMIT 0x100000000ull

/* Big-endian. */
struct file {
	uint32_t size;
	uint16_t select;
	uint16_t reserved;
	char name[56];
};

#define KIND_MEMORY 1

struct range {
	uint64_t start, size;
	uint32_t kind;
} __attribute__((packed));

static void read_config(void *to, size_t size)
{
	for (uint8_t *byte = to; size; size--)
		*byte++ = inb(CONFIG_DATA);
}

static bool find_table(uint32_t *size)
{
	static const char name[] = "etc/e820";
	uint32_t count;
	struct file file;

	outw(CONFIG_SELECT, CONFIG_FILES);
	read_config(&count, sizeof(count));
	count = __builtin_bswap32(count);
	for (uint32_t i = 0; i < count && i < MOST_FILES; i++) {
		read_config(&file, sizeof(file));
		if (memcmp(file.name, name, sizeof(name)))
			continue;
		outw(CONFIG_SELECT, __builtin_bswap16(file.select));
		*size = __builtin_bswap32(file.size);
		return true;
	}
	return false;
}

/* The last byte's end of all memory that begins in [start, limit). */
static uint64_t find_end(uint64_t start, uint64_t limit)
{
	uint64_t end = 0;
	uint32_t size;
	struct range range;

	if (!find_table(&size))
		return 0;
	for (; size >= sizeof(range); size -= sizeof(range)) {
		read_config(&range, sizeof(range));
		if (range.kind == KIND_MEMORY && range.start >= start && range.start < limit &&
		    range.start + range.size > end)
			end = range.start + range.size;
	}
	return end;
}

uint64_t memory_low_end(void)
{
	return find_end(0, LOW_LIMIT);
}

uint64_t memory_high_end(void)
{
	uint64_t end = find_end(LOW_LIMIT, UINT64_MAX);

	return end ? end : LOW_LIMIT;
}

#define ROM_START 0xc0000
#define ROM_END 0x100000

bool memory_is_writable_rom(uint64_t address)
{
	volatile uint8_t *byte = (volatile uint8_t *)address;
	bool is_writable;
	uint8_t before;

	if (address < ROM_START || address >= ROM_END)
		return false;
	before = *byte;
	*byte = ~before;
	is_writable = *byte != before;
	*byte = before;
	return is_writable;
}

/* Present, writable, 2 MiB. */
#define PAGE_FLAGS 0x83
#define TABLE_FLAGS 3
#define ADDRESS_BITS 0x000ffffffffff000ull
/* The GiB behind ALIAS; nothing is mapped there otherwise. */
#define WINDOW (ALIAS / GIB + 1)

void *map_gib(uint64_t address)
{
	static uint64_t directory[512] __attribute__((aligned(4096)));
	uint64_t *pointers;
	uint64_t cr3;

	for (uint64_t i = 0; i < 512; i++)
		directory[i] = (address & ~(GIB - 1)) + (i << 21) + PAGE_FLAGS;
	__asm__ volatile("mov %%cr3, %0" : "=r"(cr3));
	pointers = (uint64_t *)(*(uint64_t *)(cr3 & ADDRESS_BITS) & ADDRESS_BITS);
	pointers[WINDOW] = (uintptr_t)directory + TABLE_FLAGS;
	__asm__ volatile("mov %0, %%cr3" : : "r"(cr3) : "memory");
	return (void *)(WINDOW * GIB);
}
