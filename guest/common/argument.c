/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The command line: "bootargs" of the device tree, which is at device_tree() (Devicetree
 * Specification, "Flattened Devicetree (DTB) Format").
 */
#include "runtime.h"

#define MAGIC 0xd00dfeedu
#define LARGEST 0x200000u

enum {
	BEGIN_NODE = 1,
	END_NODE,
	PROPERTY,
	NOP
};

/* Byte by byte: not every CPU swaps them, and there is no compiler's library. */
static uint32_t word_at(uint32_t offset)
{
	const volatile uint8_t *bytes = (const volatile uint8_t *)(device_tree() + offset);
	uint32_t word = 0;

	for (unsigned int i = 0; i < 4; i++)
		word = word << 8 | bytes[i];
	return word;
}

static const volatile char *text_at(uint32_t offset)
{
	return (const volatile char *)(device_tree() + offset);
}

static bool is_bootargs(const volatile char *name)
{
	static const char bootargs[] = "bootargs";

	for (unsigned int i = 0; i < sizeof(bootargs); i++)
		if (name[i] != bootargs[i])
			return false;
	return true;
}

/* The offset after the name, or the value, that begins there. */
static uint32_t behind(uint32_t offset, uint32_t kind)
{
	if (kind == PROPERTY)
		return offset + 8 + ((word_at(offset) + 3) & ~3u);
	if (kind != BEGIN_NODE)
		return offset;
	while (*text_at(offset))
		offset++;
	return (offset + 4) & ~3u;
}

/* No other node has one of that name. */
const char *boot_argument(void)
{
	uint32_t offset = word_at(8);
	uint32_t strings = word_at(12);
	uint32_t kind;

	if (word_at(0) != MAGIC)
		return "";
	while (offset < LARGEST && (kind = word_at(offset)) >= BEGIN_NODE && kind <= NOP) {
		offset += 4;
		if (kind == PROPERTY && is_bootargs(text_at(strings + word_at(offset + 4))))
			return (const char *)(device_tree() + offset + 8);
		offset = behind(offset, kind);
	}
	return "";
}
