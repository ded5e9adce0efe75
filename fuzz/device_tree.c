/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Flattened device trees, which are a guest's own work. The first two bytes say how much
 * more room there is than a PowerPC guest's tree has bytes, and whether there is EV_IDLE; or
 * that the tree is an arm64 guest's, and how much memory is taken from it.
 */
#include "../lib/flat_tree.h"
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

/* The least amount of memory that is taken, in bytes. */
#define CUT 4096

/* Whether the nodes have nothing in common with the rest of a sound tree. */
static bool is_apart(const void *tree)
{
	size_t begin = fdt_off_dt_struct(tree);
	size_t end = begin + fdt_size_dt_struct(tree);
	size_t strings = fdt_off_dt_strings(tree);
	size_t reserved = fdt_off_mem_rsvmap(tree);
	size_t reserved_size = ((size_t)fdt_num_mem_rsv(tree) + 1) * sizeof(uint64_t[2]);

	return fdt_version(tree) >= 17 &&
	       (strings + fdt_size_dt_strings(tree) <= begin || strings >= end) &&
	       (reserved + reserved_size <= begin || reserved >= end);
}

/* All that changes is the size of one memory, of two cells at most. */
static void check_cut(const uint8_t *before, const uint8_t *after, size_t size)
{
	unsigned int changed = 0;

	for (size_t i = 0; i < size; i++)
		changed += before[i] != after[i];
	FUZZ_CHECK(changed <= 2 * sizeof(fdt32_t));
}

static void cut(const uint8_t *before, void *tree, size_t size, uint64_t bytes)
{
	bool calls_by_hvc = paracall_arm64_calls_by_hvc(tree, size);
	/* Else what is changed may be part of something else, too. */
	bool stays_sound = flat_tree_is_sound(tree, size) && is_apart(tree);
	struct paracall_gpa address;
	int error = paracall_arm64_cut_memory(tree, size, bytes, &address);

	if (error) {
		FUZZ_CHECK(error == PARACALL_ERROR_TREE || error == PARACALL_ERROR_ROOM);
		FUZZ_CHECK(!memcmp(tree, before, size));
		return;
	}
	FUZZ_CHECK(address.value <= UINT64_MAX - bytes);
	check_cut(before, tree, size);
	FUZZ_CHECK(!stays_sound || flat_tree_is_sound(tree, size));
	FUZZ_CHECK(!stays_sound || paracall_arm64_calls_by_hvc(tree, size) == calls_by_hvc);
}

/* Of the second byte. */
#define HAS_IDLE 0x01
#define IS_ARM64 0x80

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
	if (data[1] & IS_ARM64)
		cut(data + 2, tree, size - 2, (uint64_t)data[0] * CUT);
	else
		add(tree, size - 2, size - 2 + data[0] * 4, data[1] & HAS_IDLE);
	free(tree);
	return 0;
}
