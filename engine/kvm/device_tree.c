/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A flattened device tree that has the command line, and nothing else: of QEMU's, programs
 * read no more (Devicetree Specification, "Flattened Devicetree (DTB) Format").
 */
#include "machine.h"

#include <endian.h>
#include <string.h>

#define MAGIC 0xd00dfeedu
#define VERSION 17
#define COMPATIBLE_VERSION 16
#define BEGIN_NODE 1
#define END_NODE 2
#define PROPERTY 3
#define END 9

struct tree {
	uint32_t magic, total_size, structure, strings, reservations;
	uint32_t version, compatible_version, boot_cpu, strings_size, structure_size;
	uint64_t no_reservation[2];
	/* The node without a name, and in it "chosen". */
	uint32_t begin_root, root_name, begin_chosen;
	char chosen_name[8];
	uint32_t property, length, name;
	char command_line[256];
	uint32_t end_chosen, end_root, end;
	char bootargs[sizeof("bootargs")];
};

static uint32_t offset(size_t number)
{
	return htobe32((uint32_t)number);
}

void program_write_tree(const struct program *program, uint8_t *memory)
{
	struct tree tree = {
		.magic = htobe32(MAGIC),
		.total_size = offset(sizeof(tree)),
		.structure = offset(offsetof(struct tree, begin_root)),
		.strings = offset(offsetof(struct tree, bootargs)),
		.reservations = offset(offsetof(struct tree, no_reservation)),
		.version = htobe32(VERSION),
		.compatible_version = htobe32(COMPATIBLE_VERSION),
		.strings_size = offset(sizeof(tree.bootargs)),
		.structure_size = offset(offsetof(struct tree, bootargs) -
					 offsetof(struct tree, begin_root)),
		.begin_root = htobe32(BEGIN_NODE),
		.begin_chosen = htobe32(BEGIN_NODE),
		.chosen_name = "chosen",
		.property = htobe32(PROPERTY),
		.length = offset(sizeof(tree.command_line)),
		.end_chosen = htobe32(END_NODE),
		.end_root = htobe32(END_NODE),
		.end = htobe32(END),
		.bootargs = "bootargs",
	};

	strncpy(tree.command_line, program->command_line, sizeof(tree.command_line) - 1);
	memcpy(memory, &tree, sizeof(tree));
}
