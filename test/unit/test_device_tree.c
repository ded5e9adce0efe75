/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Announcing KVM to a PowerPC guest in its device tree, whatever that is like. */
#include "fake_engine.h"

#include <libfdt.h>
#include <stdlib.h>
#include <string.h>

static const uint32_t instructions[PARACALL_HCALL_INSTRUCTIONS] = { 0x60000000, 0x6eb50000,
								    0x60000000, 0x60000000 };

/* The same in memory. */
static const uint8_t expected[] = { 0x60, 0, 0, 0, 0x6e, 0xb5, 0, 0,
				    0x60, 0, 0, 0, 0x60, 0,    0, 0 };

#define ROOM 1024u
#define CANARY 0xa5

/* A small tree, with a node of this name if it is not NULL; the size of its file. */
static size_t make_tree(void *tree, const char *name, const char *compatible,
			size_t compatible_size)
{
	assert_int_equal(fdt_create(tree, ROOM), 0);
	assert_int_equal(fdt_add_reservemap_entry(tree, 0x10000, 0x2000), 0);
	assert_int_equal(fdt_finish_reservemap(tree), 0);
	assert_int_equal(fdt_begin_node(tree, ""), 0);
	assert_int_equal(fdt_property_u32(tree, "#address-cells", 2), 0);
	assert_int_equal(fdt_property_string(tree, "model", "test"), 0);
	assert_int_equal(fdt_begin_node(tree, "cpus"), 0);
	assert_int_equal(fdt_begin_node(tree, "cpu@0"), 0);
	assert_int_equal(fdt_property_string(tree, "device_type", "cpu"), 0);
	assert_int_equal(fdt_end_node(tree), 0);
	assert_int_equal(fdt_end_node(tree), 0);
	if (name) {
		assert_int_equal(fdt_begin_node(tree, name), 0);
		if (compatible)
			assert_int_equal(fdt_property(tree, "compatible", compatible,
						      compatible_size),
					 0);
		assert_int_equal(fdt_property_u32(tree, "hcall-instructions", 0xbad), 0);
		assert_int_equal(fdt_end_node(tree), 0);
	}
	assert_int_equal(fdt_end_node(tree), 0);
	assert_int_equal(fdt_finish(tree), 0);
	return fdt_totalsize(tree);
}

/*
 * The old version that kernels make themselves, without the size of its structure.
 * The header's last field is then just not there.
 */
static void make_version_16(void *tree)
{
	fdt_set_version(tree, 16);
	fdt_set_last_comp_version(tree, 16);
	fdt_set_size_dt_struct(tree, 0xffffffff);
}

static const void *property(const void *tree, const char *name, int *length)
{
	int node = fdt_path_offset(tree, "/hypervisor");

	assert_true(node > 0);
	return fdt_getprop(tree, node, name, length);
}

static void check_result(const void *tree, bool has_idle)
{
	int length;
	const void *value;

	assert_int_equal(fdt_check_full(tree, fdt_totalsize(tree)), 0);
	value = property(tree, "compatible", &length);
	assert_non_null(value);
	assert_true(fdt_stringlist_contains(value, length, "linux,kvm"));
	value = property(tree, "hcall-instructions", &length);
	assert_int_equal(length, sizeof(expected));
	assert_memory_equal(value, expected, sizeof(expected));
	value = property(tree, "has-idle", &length);
	assert_int_equal(!!value, has_idle);
	/* What was there is there. */
	value = fdt_getprop(tree, 0, "model", &length);
	assert_string_equal(value, "test");
	assert_true(fdt_path_offset(tree, "/cpus/cpu@0") > 0);
	assert_int_equal(fdt_num_mem_rsv(tree), 1);
}

static void node_is_added(void **state)
{
	_Alignas(8) uint8_t tree[ROOM];
	_Alignas(8) uint8_t result[ROOM];
	size_t size = make_tree(tree, NULL, NULL, 0);

	(void)state;
	for (int has_idle = 0; has_idle < 2; has_idle++) {
		assert_int_equal(paracall_device_tree_add(tree, size, result, ROOM,
							  instructions, has_idle),
				 0);
		check_result(result, has_idle);
		assert_int_equal(fdt_totalsize(result), ROOM);
	}
	/* Of its own result nothing changes. */
	assert_int_equal(paracall_device_tree_add(result, ROOM, tree, ROOM, instructions, true),
			 0);
	check_result(tree, true);
}

static void version_of_kernels(void **state)
{
	_Alignas(8) uint8_t tree[ROOM];
	_Alignas(8) uint8_t result[ROOM];
	size_t size = make_tree(tree, NULL, NULL, 0);

	(void)state;
	make_version_16(tree);
	assert_int_equal(paracall_device_tree_add(tree, size, result, ROOM, instructions, true),
			 0);
	check_result(result, true);
	assert_int_equal(fdt_version(result), 17);
}

static void node_is_there(void **state)
{
	static const struct {
		const char *compatible;
		size_t size;
		const char *first;
	} cases[] = {
		{ NULL, 0, "linux,kvm" },
		{ "linux,kvm", 10, "linux,kvm" },
		{ "other,hypervisor", 17, "other,hypervisor" },
		{ "other\0linux,kvm", 16, "other" },
		/* Not a string at all. */
		{ "\0\0", 2, "" },
		/* Entries that have no end. */
		{ "other", 5, "other" },
		{ "linux,kvm", 9, "linux,kvm" },
		{ "other\0linux,kvm", 15, "other" },
	};
	_Alignas(8) uint8_t tree[ROOM];
	_Alignas(8) uint8_t result[ROOM];
	int length;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		size_t size = make_tree(tree, "hypervisor", cases[i].compatible, cases[i].size);

		assert_int_equal(paracall_device_tree_add(tree, size, result, ROOM,
							  instructions, false),
				 0);
		check_result(result, false);
		assert_string_equal(property(result, "compatible", &length), cases[i].first);
	}
}

/* Neither is read nor written beyond; the memory is exactly so large. */
static int try_in_exact_memory(const void *tree, size_t size, size_t claimed_size, size_t room)
{
	uint8_t *copy = aligned_alloc(8, (size + 15) & ~(size_t)7);
	uint8_t *result = aligned_alloc(8, (room + 15) & ~(size_t)7);
	int error;

	memcpy(copy, tree, size);
	memset(result, CANARY, (room + 15) & ~(size_t)7);
	error = paracall_device_tree_add(copy, claimed_size, result, room, instructions, true);
	for (size_t i = room; i < ((room + 15) & ~(size_t)7); i++)
		assert_int_equal(result[i], CANARY);
	assert_memory_equal(copy, tree, size);
	if (!error)
		assert_int_equal(fdt_check_full(result, room), 0);
	free(copy);
	free(result);
	return error;
}

static void no_room(void **state)
{
	_Alignas(8) uint8_t tree[ROOM];
	size_t size = make_tree(tree, NULL, NULL, 0);
	bool is_enough = false;

	(void)state;
	for (size_t room = 0; room < ROOM; room++) {
		int error = try_in_exact_memory(tree, size, size, room);

		/* From some size on, and then for all above. */
		assert_int_equal(error, is_enough || !error ? 0 : PARACALL_ERROR_ROOM);
		is_enough = !error;
	}
	assert_true(is_enough);
	assert_int_equal(try_in_exact_memory(tree, size, size, size), PARACALL_ERROR_ROOM);
}

static void cut_at_each_byte(void **state)
{
	_Alignas(8) uint8_t tree[ROOM];
	size_t size = make_tree(tree, NULL, NULL, 0);

	(void)state;
	for (size_t cut = 0; cut < size; cut++) {
		assert_int_equal(try_in_exact_memory(tree, cut, cut, ROOM),
				 PARACALL_ERROR_TREE);
		/* It says itself that it is so short, but not what is in it. */
		if (cut < sizeof(struct fdt_header))
			continue;
		fdt_set_totalsize(tree, cut);
		assert_int_equal(try_in_exact_memory(tree, cut, cut, ROOM),
				 PARACALL_ERROR_TREE);
		fdt_set_totalsize(tree, size);
	}
	assert_int_equal(try_in_exact_memory(tree, size, size, ROOM), 0);
}

/* Each field of the header with values that are at or beyond something. */
static void wrong_headers(void **state)
{
	/* clang-format off */
	static const uint32_t values[] = {
		0, 1, 4, 39, 40, 0x1000, 0x200001,
		0x7fffffff, 0x80000000, 0xfffffff0, 0xfffffffc, 0xffffffff,
	};
	/* clang-format on */
	_Alignas(8) uint8_t tree[ROOM];
	size_t size = make_tree(tree, NULL, NULL, 0);

	(void)state;
	for (size_t field = 0; field < sizeof(struct fdt_header) / 4; field++) {
		for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
			fdt32_t saved = ((fdt32_t *)tree)[field];

			((fdt32_t *)tree)[field] = cpu_to_fdt32(values[i]);
			try_in_exact_memory(tree, size, size, ROOM);
			if (field == 0)
				assert_int_equal(try_in_exact_memory(tree, size, size, ROOM),
						 PARACALL_ERROR_TREE);
			((fdt32_t *)tree)[field] = saved;
		}
	}
	fdt_set_totalsize(tree, size + 1);
	assert_int_equal(try_in_exact_memory(tree, size, size, ROOM), PARACALL_ERROR_TREE);
}

/*
 * Before version 16 names were whole paths, so that this is no such tree; no kernel makes
 * others any more. libfdt's check of one followed a null pointer.
 */
static void older_versions(void **state)
{
	_Alignas(8) uint8_t tree[ROOM];
	size_t size = make_tree(tree, "hypervisor", "other", 6);

	(void)state;
	for (uint32_t version = 0; version < 16; version++) {
		fdt_set_version(tree, version);
		fdt_set_last_comp_version(tree, version < 2 ? version : 2);
		assert_int_equal(try_in_exact_memory(tree, size, size, ROOM),
				 PARACALL_ERROR_TREE);
	}
}

/* xorshift; the same numbers each time. */
static uint32_t next_random(uint32_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 17;
	*state ^= *state << 5;
	return *state;
}

static void mutations(void **state)
{
	_Alignas(8) uint8_t tree[ROOM], mutant[ROOM];
	size_t size = make_tree(tree, "hypervisor", "other", 6);
	uint32_t random = 1;
	unsigned int accepted = 0;

	(void)state;
	for (unsigned int round = 0; round < 50000; round++) {
		memcpy(mutant, tree, size);
		if (round % 2)
			make_version_16(mutant);
		for (unsigned int i = 0; i <= next_random(&random) % 4; i++)
			mutant[next_random(&random) % size] = next_random(&random);
		accepted += !try_in_exact_memory(mutant, size, size, 300 + round % 400);
	}
	/* Else nothing was tried but the header's checks. */
	assert_true(accepted > 1000);
}

static void no_tree(void **state)
{
	_Alignas(8) uint8_t bytes[256] = { 0 };
	_Alignas(8) uint8_t result[256];

	(void)state;
	assert_int_equal(paracall_device_tree_add(bytes, 0, result, sizeof(result),
						  instructions, false),
			 PARACALL_ERROR_TREE);
	assert_int_equal(paracall_device_tree_add(bytes, sizeof(bytes), result, sizeof(result),
						  instructions, false),
			 PARACALL_ERROR_TREE);
}

/*
 * As many properties in the node as there is room for, all with one name that is as
 * long as names may be together: each is looked at again and again.
 */
static size_t make_slow_tree(void *tree, size_t size, uint32_t strings)
{
	const uint32_t begin = 40 + sizeof(struct fdt_reserve_entry);
	fdt32_t *words = (fdt32_t *)((uint8_t *)tree + begin);
	size_t count = 0;

	memset(tree, 0, size);
	words[count++] = cpu_to_fdt32(FDT_BEGIN_NODE);
	words[count++] = 0;
	words[count++] = cpu_to_fdt32(FDT_BEGIN_NODE);
	memcpy(words + count, "hypervisor", 10);
	count += 3;
	for (; begin + (count + 6) * sizeof(*words) + strings < size - 256; count += 3)
		words[count] = cpu_to_fdt32(FDT_PROP);
	words[count++] = cpu_to_fdt32(FDT_END_NODE);
	words[count++] = cpu_to_fdt32(FDT_END_NODE);
	words[count++] = cpu_to_fdt32(FDT_END);
	memset(words + count, 'a', strings - 1);
	fdt_set_magic(tree, FDT_MAGIC);
	fdt_set_version(tree, 17);
	fdt_set_last_comp_version(tree, 16);
	fdt_set_off_mem_rsvmap(tree, 40);
	fdt_set_off_dt_struct(tree, begin);
	fdt_set_size_dt_struct(tree, count * sizeof(*words));
	fdt_set_off_dt_strings(tree, begin + count * sizeof(*words));
	fdt_set_size_dt_strings(tree, strings);
	fdt_set_totalsize(tree, begin + count * sizeof(*words) + strings);
	return fdt_totalsize(tree);
}

static void slow_tree(void **state)
{
	static _Alignas(8) uint8_t tree[PARACALL_DEVICE_TREE_LARGEST];
	static _Alignas(8) uint8_t result[PARACALL_DEVICE_TREE_LARGEST];
	size_t size = make_slow_tree(tree, sizeof(tree), 0x10000);

	(void)state;
	/* It is sound, but for the time that it takes. */
	assert_int_equal(paracall_device_tree_add(tree, size, result, sizeof(result),
						  instructions, false),
			 PARACALL_ERROR_TREE);
	size = make_slow_tree(tree, sizeof(tree), 0x1000);
	assert_int_equal(paracall_device_tree_add(tree, size, result, sizeof(result),
						  instructions, false),
			 0);
	size = make_slow_tree(tree, 0x20000, 0x10000);
	assert_int_equal(paracall_device_tree_add(tree, size, result, 0x20000, instructions,
						  false),
			 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(node_is_added),    cmocka_unit_test(version_of_kernels),
		cmocka_unit_test(node_is_there),    cmocka_unit_test(no_room),
		cmocka_unit_test(cut_at_each_byte), cmocka_unit_test(wrong_headers),
		cmocka_unit_test(mutations),	    cmocka_unit_test(no_tree),
		cmocka_unit_test(slow_tree),	    cmocka_unit_test(older_versions),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
