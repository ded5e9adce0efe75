/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Programs begin at their ELF file's entry, with a flattened device tree
 * where memory begins, at which a1 points.
 */
#include "../machine.h"

#include <elf.h>

const uint64_t memory_start = 0x80000000;

const char *program_prepare(struct program *program, const uint8_t *file, size_t size,
			    uint8_t *memory)
{
	const Elf64_Ehdr *header = (const void *)file;

	if (size < sizeof(*header) || header->e_machine != EM_RISCV)
		return "it is not for RISC-V";
	program->entry = header->e_entry;
	program_write_tree(program, memory);
	return NULL;
}
