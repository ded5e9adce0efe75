/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * For kexec_load(2), where the kernel has no kexec_file_load(2): files, segments, and
 * the device tree of this kernel for the next one, which is the same but for some
 * properties of /chosen (Devicetree Specification, "Flattened Devicetree (DTB) Format").
 */
#ifndef PARACALL_TEST_KEXEC_TREE_H
#define PARACALL_TEST_KEXEC_TREE_H

#include <endian.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/stat.h>

/* Of a flattened device tree: all numbers are big-endian. */
enum {
	TREE_MAGIC = 0xd00dfeed,
	TREE_BEGIN_NODE = 1,
	TREE_END_NODE = 2,
	TREE_PROPERTY = 3,
	TREE_NOP = 4,
	TREE_END = 9,
};

struct tree_header {
	uint32_t magic;
	uint32_t total_size;
	uint32_t structure;
	uint32_t strings;
	uint32_t reservations;
	uint32_t version;
	uint32_t last_compatible;
	uint32_t boot_cpu;
	uint32_t strings_size;
	uint32_t structure_size;
};

/* Of /chosen; numbers are big-endian. */
struct tree_property {
	const char *name;
	const void *value;
	size_t size;
};

struct tree_copy {
	const uint8_t *old;
	const struct tree_header *old_header;
	uint8_t *new;
	size_t size;
	size_t room;
	/* The properties that /chosen gets in place of its own. */
	const struct tree_property *properties;
	size_t count;
};

static void *map_file(const char *name, size_t *size)
{
	const int file = open(name, O_RDONLY | O_CLOEXEC);
	struct stat status;
	void *bytes;

	if (file < 0 || fstat(file, &status))
		return NULL;
	*size = (size_t)status.st_size;
	bytes = mmap(NULL, *size, PROT_READ, MAP_PRIVATE, file, 0);
	close(file);
	return bytes == MAP_FAILED ? NULL : bytes;
}

/* One after the other. */
static void place(struct kexec_segment *segments, int count, uint64_t address,
		  uint64_t alignment)
{
	for (int i = 0; i < count; i++) {
		segments[i].mem = (void *)address;
		segments[i].memsz = (segments[i].memsz + alignment - 1) & ~(alignment - 1);
		address += segments[i].memsz;
	}
}

/* What there is no room for makes the copy larger than that. */
static void tree_add(struct tree_copy *copy, const void *bytes, size_t size)
{
	const size_t padded = (size + 3) & ~(size_t)3;

	if (copy->size + padded <= copy->room)
		memcpy(copy->new + copy->size, bytes, size);
	copy->size += padded;
}

static void tree_add_word(struct tree_copy *copy, uint32_t word)
{
	word = htobe32(word);
	tree_add(copy, &word, sizeof(word));
}

/* Their names are after the old ones. */
static void tree_add_properties(struct tree_copy *copy)
{
	uint32_t name = be32toh(copy->old_header->strings_size);

	for (size_t i = 0; i < copy->count; i++) {
		tree_add_word(copy, TREE_PROPERTY);
		tree_add_word(copy, (uint32_t)copy->properties[i].size);
		tree_add_word(copy, name);
		tree_add(copy, copy->properties[i].value, copy->properties[i].size);
		name += (uint32_t)strlen(copy->properties[i].name) + 1;
	}
}

static int tree_is_replaced(const struct tree_copy *copy, uint32_t name)
{
	const char *string =
		(const char *)copy->old + be32toh(copy->old_header->strings) + name;

	for (size_t i = 0; i < copy->count; i++)
		if (strcmp(string, copy->properties[i].name) == 0)
			return 1;
	return 0;
}

/* Returns the token's size. */
static size_t tree_copy_token(struct tree_copy *copy, const uint8_t *token, int *depth,
			      int *chosen)
{
	const char *name = (const char *)token + 4;
	uint32_t words[3] = { 0 };
	size_t size = 4;

	memcpy(words, token, 4);
	if (be32toh(words[0]) == TREE_PROPERTY) {
		memcpy(words, token, sizeof(words));
		size = sizeof(words) + ((be32toh(words[1]) + 3) & ~3u);
		if (*chosen && tree_is_replaced(copy, be32toh(words[2])))
			return size;
	} else if (be32toh(words[0]) == TREE_BEGIN_NODE) {
		size += (strlen(name) + 4) & ~(size_t)3;
		++*depth;
		*chosen = *depth == 2 && strcmp(name, "chosen") == 0;
	} else if (be32toh(words[0]) == TREE_END_NODE) {
		--*depth;
		*chosen = 0;
	}
	tree_add(copy, token, size);
	if (be32toh(words[0]) == TREE_BEGIN_NODE && *chosen)
		tree_add_properties(copy);
	return size;
}

static int tree_copy_structure(struct tree_copy *copy)
{
	const uint8_t *token = copy->old + be32toh(copy->old_header->structure);
	int depth = 0, chosen = 0;
	uint32_t kind;

	do {
		memcpy(&kind, token, sizeof(kind));
		kind = be32toh(kind);
		if (kind != TREE_END && (kind < TREE_BEGIN_NODE || kind > TREE_NOP))
			return -1;
		token += tree_copy_token(copy, token, &depth, &chosen);
	} while (kind != TREE_END);
	return 0;
}

/* Their end need not be a multiple of 4. */
static uint32_t tree_add_strings(struct tree_copy *copy)
{
	const size_t begin = copy->size;
	size_t size = be32toh(copy->old_header->strings_size);

	tree_add(copy, copy->old + be32toh(copy->old_header->strings), size);
	for (size_t i = 0; i < copy->count; i++) {
		const size_t length = strlen(copy->properties[i].name) + 1;

		copy->size = begin + size;
		tree_add(copy, copy->properties[i].name, length);
		size += length;
	}
	return (uint32_t)size;
}

static void tree_add_reservations(struct tree_copy *copy)
{
	const uint64_t *entry =
		(const uint64_t *)(copy->old + be32toh(copy->old_header->reservations));

	do {
		tree_add(copy, entry, 16);
		entry += 2;
	} while (entry[-2] || entry[-1]);
}

/* Where the kernel keeps what it was started with. Returns the copy's size, or 0. */
static size_t make_tree(uint8_t *tree, size_t room, const struct tree_property *properties,
			size_t count)
{
	static uint8_t old[1 << 20] __attribute__((aligned(8)));
	const int file = open("/sys/firmware/fdt", O_RDONLY | O_CLOEXEC);
	const struct tree_header *old_header = (const struct tree_header *)old;
	struct tree_header header = { .magic = htobe32(TREE_MAGIC) };
	struct tree_copy copy = { old, old_header, tree, 48, room, properties, count };
	ssize_t got, size = 0;

	while (file >= 0 && (got = read(file, old + size, sizeof(old) - (size_t)size)) > 0)
		size += got;
	if (size < (ssize_t)sizeof(header) || old_header->magic != header.magic)
		return 0;
	header.version = htobe32(17);
	header.last_compatible = htobe32(16);
	header.boot_cpu = old_header->boot_cpu;
	header.reservations = htobe32((uint32_t)copy.size);
	tree_add_reservations(&copy);
	header.structure = htobe32((uint32_t)copy.size);
	if (tree_copy_structure(&copy))
		return 0;
	header.structure_size = htobe32((uint32_t)copy.size - be32toh(header.structure));
	header.strings = htobe32((uint32_t)copy.size);
	header.strings_size = htobe32(tree_add_strings(&copy));
	header.total_size = htobe32((uint32_t)copy.size);
	memcpy(tree, &header, sizeof(header));
	return copy.size <= room ? copy.size : 0;
}

#endif /* PARACALL_TEST_KEXEC_TREE_H */
