/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The PVH boot protocol: Xen's docs/misc/pvh.pandoc, public/arch-x86/hvm/start_info.h. */
#include "pvh.h"

#include <elf.h>
#include <string.h>

#define NOTE_PHYS32_ENTRY 18
#define START_MAGIC 0x336ec578

const uint64_t memory_start = 0;

struct start_info {
	uint32_t magic, version, flags, modules;
	uint64_t module_list, command_line, rsdp;
	uint64_t memory_map;
	uint32_t memory_map_entries, reserved;
};

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

const char *program_prepare(struct program *program, const uint8_t *file, size_t size,
			    uint8_t *memory)
{
	struct part part;

	program->entry = 0;
	for (uint32_t i = 0; program_part(file, size, i, &part); i++)
		if (part.type == PT_NOTE)
			program->entry = find_entry(file + part.offset, part.file_size);
	write_start_info(program, memory);
	return program->entry ? NULL : "it has no PVH entry point";
}
