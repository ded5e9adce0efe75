/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The device tree on its way from the firmware to a kernel: KVM
 * is added to it, and a damaged one stays as it was.
 */
#include "common/test.h"

#include "runtime/call.h"
#include "shared/tree.h"

#define SIZE 4096

static uint8_t tree[2 * SIZE] __attribute__((aligned(4096)));
static uint8_t before[2 * SIZE];

/* Bytes after the tree belong to others. */
static void make(const struct tree_plan *plan)
{
	uint32_t total;

	memset(tree, 0xa5, sizeof(tree));
	total = tree_make(tree, plan);
	memset(tree + total, 0xa5, sizeof(tree) - total);
	memcpy(before, tree, sizeof(tree));
}

static void check_behind(uint32_t total)
{
	check(!memcmp(tree + total, before + total, sizeof(tree) - total),
	      "bytes after the tree were changed");
}

static void check_others(void)
{
	const char *value;
	uint32_t length = 0;

	value = tree_find(tree, "chosen", "bootargs", &length);
	check(value && length == 6 && !memcmp(value, "a b c", 6), "another property");
	check_equal(tree_count(tree, "rtas"), 1, "another node");
}

static void check_found(void)
{
	const char *value;
	uint32_t length = 0;

	check_equal(tree_count(tree, "hypervisor"), 1, "nodes");
	value = tree_find(tree, "hypervisor", "compatible", &length);
	check(value && length >= 10 && !memcmp(value, "linux,kvm", 10), "compatible");
	value = tree_find(tree, "hypervisor", "hcall-instructions", &length);
	if (check(value, "no hcall-instructions"))
		check(length && length <= 16 && length % 4 == 0, "%u bytes", length);
	check_others();
}

struct version {
	const char *name;
	struct tree_plan plan;
};

static const struct version good[] = {
	{ "version 17", { .version = 17, .room = 1024 } },
	{ "version 16, as Linux makes it", { .version = 16, .room = 1024 } },
	{ "much room", { .version = 17, .room = 3000 } },
};

static void test_good(const void *row)
{
	const struct version *version = row;
	uint32_t total;

	make(&version->plan);
	total = tree_word(tree, TREE_TOTALSIZE);
	enter_with_tree(tree);
	check_equal(tree_word(tree, TREE_TOTALSIZE), total, "size");
	check_found();
	check_behind(total);
}

/* Adding it once is enough. */
static void test_twice(void)
{
	make(&good[0].plan);
	enter_with_tree(tree);
	memcpy(before, tree, sizeof(tree));
	enter_with_tree(tree);
	check_found();
	check_behind(tree_word(tree, TREE_TOTALSIZE));
}

/* Such a node of a hypervisor that KVM guests run on: there is one, and it's right. */
static void test_existing(void)
{
	static const struct tree_plan kvm = { 17, 1024, "linux,kvm" };
	static const struct tree_plan other = { 16, 1024, "other" };

	make(&kvm);
	enter_with_tree(tree);
	check_equal(tree_count(tree, "hypervisor"), 1, "nodes");
	check_others();
	check_behind(tree_word(tree, TREE_TOTALSIZE));
	make(&other);
	enter_with_tree(tree);
	check_equal(tree_count(tree, "hypervisor"), 1, "nodes");
	check_others();
	check_behind(tree_word(tree, TREE_TOTALSIZE));
}

/* KVM is in it, or it is as it was; and it never grows over what follows it. */
static void test_no_room(void)
{
	static const struct tree_plan plan = { .version = 17 };
	uint32_t total;

	make(&plan);
	total = tree_word(tree, TREE_TOTALSIZE);
	enter_with_tree(tree);
	check_others();
	check_equal(tree_word(tree, TREE_TOTALSIZE), total, "size");
	check_behind(total);
	if (memcmp(tree, before, total))
		check_found();
}

struct damage {
	const char *name;
	enum tree_header word;
	uint32_t value;
};

static const struct damage damages[] = {
	{ "wrong magic number", TREE_MAGIC, 0xd00dfeee },
	{ "size 0", TREE_TOTALSIZE, 0 },
	{ "cut short", TREE_TOTALSIZE, 100 },
	{ "size of the header", TREE_TOTALSIZE, 40 },
	{ "size larger than memory", TREE_TOTALSIZE, 0xfffffff0 },
	{ "structure outside", TREE_STRUCT, 0x10000 },
	{ "structure far outside", TREE_STRUCT, 0xfffffffc },
	{ "structure not aligned", TREE_STRUCT, 57 },
	{ "structure in the header", TREE_STRUCT, 4 },
	{ "strings outside", TREE_STRINGS, 0x10000 },
	{ "strings wrap around", TREE_STRINGS_SIZE, 0xffffffff },
	{ "reservations outside", TREE_RESERVED, 0xfffffff0 },
	{ "structure's size wraps around", TREE_STRUCT_SIZE, 0xfffffffc },
	{ "version 1", TREE_VERSION, 1 },
	{ "compatible with later ones only", TREE_COMPATIBLE_VERSION, 99 },
};

static void test_damaged(const void *row)
{
	const struct damage *damage = row;

	make(&good[0].plan);
	tree_set_word(tree, damage->word, damage->value);
	memcpy(before, tree, sizeof(tree));
	enter_with_tree(tree);
	check(!memcmp(tree, before, sizeof(tree)), "was changed");
}

/* Words in the middle of the structure. */
static void test_structure(void)
{
	static const uint32_t words[] = { 0, 5, 9, 0xffffffff };
	uint32_t begin, end;

	make(&good[0].plan);
	begin = tree_word(tree, TREE_STRUCT);
	end = begin + tree_word(tree, TREE_STRUCT_SIZE);
	for (uint32_t at = begin; at < end; at += 4) {
		for (unsigned int i = 0; i < 4; i++) {
			uint32_t word = big_endian(words[i]);

			make(&good[0].plan);
			memcpy(tree + at, &word, 4);
			memcpy(before, tree, sizeof(tree));
			enter_with_tree(tree);
			check_behind(tree_word(before, TREE_TOTALSIZE));
			if (test_has_failed())
				return;
		}
	}
}

/* Something else than a tree's address. */
static void test_elsewhere(void)
{
	static const uint64_t addresses[] = { 0,	 8,    1,	  0x3ffffff8,
					      1ul << 40, -8ul, 1ul << 63, 0xfffffffful };

	for (unsigned int i = 0; i < TEST_COUNT(addresses); i++)
		enter_with_tree((const void *)addresses[i]);
	make(&good[0].plan);
	enter_with_tree(tree + 4);
	check(!memcmp(tree, before, sizeof(tree)), "was changed");
}

/* The source of what is expected: see struct test. */
#define NODE \
	"arch/powerpc/kernel/firmware.c, check_kvm_guest; arch/powerpc/kernel/epapr_paravirt.c, " \
	"early_init_dt_scan_epapr; QEMU: hw/ppc/spapr.c, spapr_dt_hypervisor"
#define FORMAT "Devicetree Specification, \"Flattened Devicetree (DTB) Format\", "

static const struct test tests[] = {
	{ .name = "KVM is in the tree",
	  .rule = NODE,
	  .run_row = test_good,
	  TEST_ROWS(good),
	  .kvm = true },
	{ .name = "the same tree twice", .rule = NODE, .run = test_twice, .kvm = true },
	{ .name = "there is a hypervisor already",
	  .rule = NODE "; Devicetree Specification, \"Node Names\"",
	  .run = test_existing,
	  .kvm = true },
	{ .name = "no room",
	  .rule = FORMAT "\"Header\": totalsize",
	  .run = test_no_room,
	  .kvm = true },
	{ .name = "left alone",
	  .rule = FORMAT "\"Header\"",
	  .run_row = test_damaged,
	  TEST_ROWS(damages) },
	{ .name = "words in the structure",
	  .rule = FORMAT "\"Structure Block\"",
	  .run = test_structure },
	{ .name = "no tree", .rule = FORMAT "\"Header\": magic", .run = test_elsewhere },
};

TESTS_MAIN("trees", tests)
