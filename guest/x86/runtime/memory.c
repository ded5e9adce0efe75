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
	return find_end(0, HIGH_MEMORY);
}

uint64_t memory_high_end(void)
{
	uint64_t end = find_end(HIGH_MEMORY, UINT64_MAX);

	return end ? end : HIGH_MEMORY;
}

#define ROM_START 0xc0000
#define ROM_END 0x100000

bool memory_is_writable_rom(uint64_t address)
{
	volatile uint8_t *byte = (volatile uint8_t *)(uintptr_t)address;
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
