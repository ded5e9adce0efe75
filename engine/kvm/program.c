/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "machine.h"

#include <elf.h>
#include <string.h>

bool is_within(uint64_t begin, uint64_t length, uint64_t size)
{
	return begin <= size && length <= size - begin;
}

#define PART_OF(header) \
	((struct part){ (header)->p_type, (header)->p_offset, (header)->p_paddr, \
			(header)->p_filesz, (header)->p_memsz })

#define TAKE_PART(file, size, bits, index, part) \
	do { \
		const Elf##bits##_Ehdr *header = (const void *)(file); \
		const Elf##bits##_Phdr *first = (const void *)((file) + header->e_phoff); \
\
		if ((index) >= header->e_phnum || \
		    !is_within(header->e_phoff, header->e_phnum * sizeof(*first), size)) \
			return false; \
		*(part) = PART_OF(first + (index)); \
	} while (0)

bool program_part(const uint8_t *file, size_t size, uint32_t index, struct part *part)
{
	if (size < sizeof(Elf64_Ehdr) || memcmp(file, ELFMAG, SELFMAG))
		return false;
	if (file[EI_CLASS] == ELFCLASS64)
		TAKE_PART(file, size, 64, index, part);
	else
		TAKE_PART(file, size, 32, index, part);
	return is_within(part->offset, part->file_size, size);
}

const char *program_load(struct program *program, const uint8_t *file, size_t size,
			 uint8_t *memory)
{
	struct part part;

	if (!program_part(file, size, 0, &part))
		return "not an ELF file, or a truncated one";
	for (uint32_t i = 0; program_part(file, size, i, &part); i++) {
		uint64_t offset = part.address - memory_start;

		if (part.type != PT_LOAD)
			continue;
		if (!is_within(offset, part.memory_size, MEMORY_SIZE) ||
		    part.file_size > part.memory_size)
			return "it is too large";
		memcpy(memory + offset, file + part.offset, part.file_size);
	}
	return program_prepare(program, file, size, memory);
}
