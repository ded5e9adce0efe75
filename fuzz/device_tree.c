/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Flattened device trees, which are a PowerPC guest's own work. The first two bytes say how
 * much more room there is than the tree has bytes, and whether there is EV_IDLE.
 */
#include "fuzz.h"

#include <libfdt.h>
#include <paracall/paracall.h>
#include <stdlib.h>
#include <string.h>

static const uint32_t instructions[PARACALL_HCALL_INSTRUCTIONS] = { 0x60000000, 0x6eb50000,
								    0x60000000, 0x60000000 };

/* A guest finds what it looks for. */
static void check_result(const void *tree, size_t room, bool has_idle)
{
	int length;
	int node = fdt_path_offset(tree, "/hypervisor");
	const void *value;

	FUZZ_CHECK(!fdt_check_full(tree, room));
	FUZZ_CHECK(fdt_totalsize(tree) == room);
	FUZZ_CHECK(node > 0);
	value = fdt_getprop(tree, node, "compatible", &length);
	FUZZ_CHECK(value && fdt_stringlist_contains(value, length, "linux,kvm"));
	value = fdt_getprop(tree, node, "hcall-instructions", &length);
	FUZZ_CHECK(value && length == sizeof(instructions));
	for (int i = 0; i < PARACALL_HCALL_INSTRUCTIONS; i++)
		FUZZ_CHECK(fdt32_ld((const fdt32_t *)value + i) == instructions[i]);
	if (has_idle)
		FUZZ_CHECK(fdt_getprop(tree, node, "has-idle", &length));
}

/* A tree that has it all already is not added to. */
static void check_again(const void *tree, size_t room, bool has_idle)
{
	void *again = malloc(room);

	FUZZ_CHECK(again);
	FUZZ_CHECK(!paracall_device_tree_add(tree, room, again, room, instructions, has_idle));
	FUZZ_CHECK(fdt_size_dt_struct(again) == fdt_size_dt_struct(tree));
	free(again);
}

static void add(const void *tree, size_t size, size_t room, bool has_idle)
{
	void *result = malloc(room);
	int error;

	FUZZ_CHECK(result);
	error = paracall_device_tree_add(tree, size, result, room, instructions, has_idle);
	FUZZ_CHECK(!error || error == PARACALL_ERROR_TREE || error == PARACALL_ERROR_ROOM);
	if (!error) {
		check_result(result, room, has_idle);
		check_again(result, room, has_idle);
	}
	free(result);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	void *tree;

	fuzz_count_execution();
	if (size < 2)
		return 0;
	/* Aligned, and of just that size. */
	tree = malloc(size - 2 ? size - 2 : 1);
	FUZZ_CHECK(tree);
	memcpy(tree, data + 2, size - 2);
	add(tree, size - 2, size - 2 + data[0] * 4, data[1] & 1);
	free(tree);
	return 0;
}
