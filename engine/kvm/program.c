/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The PVH boot protocol: Xen's docs/misc/pvh.pandoc, public/arch-x86/hvm/start_info.h. */
#include "machine.h"

#include <elf.h>
#include <stdbool.h>
#include <string.h>

#define NOTE_PHYS32_ENTRY 18
#define START_MAGIC 0x336ec578

struct start_info {
	uint32_t magic, version, flags, modules;
	uint64_t module_list, command_line, rsdp;
	uint64_t memory_map;
	uint32_t memory_map_entries, reserved;
};

static int is_within(uint64_t begin, uint64_t length, uint64_t size)
{
	return begin <= size && length <= size - begin;
}

/* The entry point, or 0. */
static uint32_t find_entry(const uint8_t *notes, size_t size)
{
	while (size >= sizeof(Elf64_Nhdr)) {
		const Elf64_Nhdr *note = (const void *)notes;
		uint64_t name = ((uint64_t)note->n_namesz + 3) & ~3ull;
		uint64_t value = ((uint64_t)note->n_descsz + 3) & ~3ull;
		const uint8_t *text = notes + sizeof(*note);
		uint32_t entry;

		if (!is_within(sizeof(*note), name + value, size))
			return 0;
		if (note->n_type == NOTE_PHYS32_ENTRY && note->n_namesz == 4 &&
		    !memcmp(text, "Xen", 4) && note->n_descsz >= sizeof(entry)) {
			memcpy(&entry, text + name, sizeof(entry));
			return entry;
		}
		notes += sizeof(*note) + name + value;
		size -= sizeof(*note) + name + value;
	}
	return 0;
}

static void write_start_info(const struct program *program, uint8_t *memory)
{
	struct start_info info = { .magic = START_MAGIC,
				   .version = 1,
				   .command_line = COMMAND_LINE };

	memcpy(memory + START_INFO, &info, sizeof(info));
	strncpy((char *)memory + COMMAND_LINE, program->command_line, 255);
}

/* A part of the file, as either kind of ELF file tells it. */
struct part {
	uint32_t type;
	uint64_t offset, address, file_size, memory_size;
};

/* Where those are told. */
struct parts {
	const uint8_t *first;
	uint32_t count;
	bool is_64bit;
};

#define PART_OF(header) \
	((struct part){ (header)->p_type, (header)->p_offset, (header)->p_paddr, \
			(header)->p_filesz, (header)->p_memsz })

static struct part part_at(const struct parts *parts, uint32_t index)
{
	if (parts->is_64bit)
		return PART_OF((const Elf64_Phdr *)parts->first + index);
	return PART_OF((const Elf32_Phdr *)parts->first + index);
}

#define FIND_PARTS(file, size, bits, parts) \
	do { \
		const Elf##bits##_Ehdr *header = (const void *)(file); \
\
		if ((size) < sizeof(*header) || \
		    !is_within(header->e_phoff, header->e_phnum * sizeof(Elf##bits##_Phdr), \
			       size)) \
			return false; \
		(parts)->first = (file) + header->e_phoff; \
		(parts)->count = header->e_phnum; \
	} while (0)

static bool find_parts(const uint8_t *file, size_t size, struct parts *parts)
{
	if (size < EI_NIDENT || memcmp(file, ELFMAG, SELFMAG))
		return false;
	parts->is_64bit = file[EI_CLASS] == ELFCLASS64;
	if (parts->is_64bit)
		FIND_PARTS(file, size, 64, parts);
	else
		FIND_PARTS(file, size, 32, parts);
	return true;
}

const char *program_load(struct program *program, const uint8_t *file, size_t size,
			 uint8_t *memory)
{
	struct parts parts;

	program->entry = 0;
	if (!find_parts(file, size, &parts))
		return "no ELF file";
	for (uint32_t i = 0; i < parts.count; i++) {
		struct part part = part_at(&parts, i);

		if (!is_within(part.offset, part.file_size, size))
			return "it ends too early";
		if (part.type == PT_NOTE)
			program->entry = find_entry(file + part.offset, part.file_size);
		if (part.type != PT_LOAD)
			continue;
		if (!is_within(part.address, part.memory_size, MEMORY_SIZE) ||
		    part.file_size > part.memory_size)
			return "it is too large";
		memcpy(memory + part.address, file + part.offset, part.file_size);
	}
	write_start_info(program, memory);
	return program->entry ? NULL : "it has no PVH entry point";
}
