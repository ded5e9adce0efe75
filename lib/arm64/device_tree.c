/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A guest's flattened device tree: what it says about the guest's hypervisor, and how memory
 * is removed from the memory that it describes (Devicetree Specification, "/memory node").
 */
#include "../flat_tree.h"

#include <libfdt.h>
#include <paracall/paracall.h>
#include <string.h>

/* Whether the node has that text there, and no other after it. */
static bool has_text(const void *tree, int node, const char *property, const char *text)
{
	size_t size = strlen(text) + 1;
	int length;
	const char *value = fdt_getprop(tree, node, property, &length);

	return value && (size_t)length == size && !memcmp(value, text, size);
}

bool paracall_arm64_calls_by_hvc(const void *tree, size_t size)
{
	return flat_tree_is_sound(tree, size) &&
	       has_text(tree, fdt_path_offset(tree, "/psci"), "method", "hvc");
}

/* A part of a node's "reg": its size, which is changed, and where it ends. */
struct part {
	int node;
	uint32_t offset;
	uint64_t size;
	uint64_t end;
};

/* How many cells of 32 bits addresses and sizes have. */
struct cells {
	int address;
	int size;
};

/* A tree need not have them where the host could read them as numbers. */
static uint64_t read_cells(const char *bytes, int count)
{
	uint64_t value = 0;
	fdt32_t cell;

	for (int i = 0; i < count; i++) {
		memcpy(&cell, bytes + i * (int)sizeof(cell), sizeof(cell));
		value = value << 32 | fdt32_to_cpu(cell);
	}
	return value;
}

/* Those parts of one node that end higher than the best so far. */
static void look_at(const void *tree, int node, const struct cells *cells, struct part *best)
{
	int before_size = cells->address * (int)sizeof(fdt32_t);
	int step = before_size + cells->size * (int)sizeof(fdt32_t);
	int length;
	const char *reg = fdt_getprop(tree, node, "reg", &length);

	if (!reg)
		return;
	for (int i = 0; i + step <= length; i += step) {
		uint64_t start = read_cells(reg + i, cells->address);
		uint64_t size = read_cells(reg + i + before_size, cells->size);

		if (size > UINT64_MAX - start || start + size <= best->end)
			continue;
		best->node = node;
		best->offset = (uint32_t)(i + before_size);
		best->size = size;
		best->end = start + size;
	}
}

static bool find_last(const void *tree, const struct cells *cells, struct part *last)
{
	int node;

	*last = (struct part){ .node = -1 };
	fdt_for_each_subnode(node, tree, 0) if (has_text(tree, node, "device_type", "memory"))
		look_at(tree, node, cells, last);
	return last->node >= 0;
}

static int set_size(void *tree, const struct cells *cells, const struct part *part)
{
	fdt32_t value[2] = { cpu_to_fdt32((uint32_t)(part->size >> 32)),
			     cpu_to_fdt32((uint32_t)part->size) };
	const fdt32_t *first = value + 2 - cells->size;

	return fdt_setprop_inplace_namelen_partial(tree, part->node, "reg", strlen("reg"),
						   part->offset, first,
						   cells->size * (int)sizeof(*first));
}

int paracall_arm64_cut_memory(void *tree, size_t size, uint64_t bytes,
			      struct paracall_gpa *address)
{
	struct cells cells;
	struct part last;

	if (!flat_tree_is_sound(tree, size))
		return PARACALL_ERROR_TREE;
	cells.address = fdt_address_cells(tree, 0);
	cells.size = fdt_size_cells(tree, 0);
	if (cells.address < 1 || cells.address > 2 || cells.size < 1 || cells.size > 2)
		return PARACALL_ERROR_TREE;
	if (!find_last(tree, &cells, &last) || last.size <= bytes)
		return PARACALL_ERROR_ROOM;
	last.size -= bytes;
	if (set_size(tree, &cells, &last))
		return PARACALL_ERROR_TREE;
	*address = (struct paracall_gpa){ last.end - bytes };
	return PARACALL_OK;
}
