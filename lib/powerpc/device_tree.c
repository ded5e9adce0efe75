/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What announces KVM to a guest: the node /hypervisor of its flattened
 * device tree (arch/powerpc/kernel/firmware.c, check_kvm_guest, and
 * epapr_paravirt.c). The tree is the guest's, and may be anything.
 */
#include "../flat_tree.h"

#include <libfdt.h>
#include <paracall/paracall.h>

#define COMPATIBLE "linux,kvm"

static int error_of(int fdt_error)
{
	if (fdt_error >= 0)
		return PARACALL_OK;
	return fdt_error == -FDT_ERR_NOSPACE ? PARACALL_ERROR_ROOM : PARACALL_ERROR_TREE;
}

/* The node, which may exist; negative if there is none and no room for one. */
static int find_or_add_node(void *tree)
{
	int node = fdt_subnode_offset(tree, 0, "hypervisor");

	return node == -FDT_ERR_NOTFOUND ? fdt_add_subnode(tree, 0, "hypervisor") : node;
}

/* Others' entries stay. The last one may lack its end, and would merge with ours. */
static int set_compatible(void *tree, int node)
{
	int length;
	const char *list = fdt_getprop(tree, node, "compatible", &length);

	if (list && fdt_stringlist_contains(list, length, COMPATIBLE))
		return 0;
	if (list && length && list[length - 1]) {
		int error = fdt_appendprop(tree, node, "compatible", "", 1);

		if (error)
			return error;
	}
	return fdt_appendprop_string(tree, node, "compatible", COMPATIBLE);
}

static int set_instructions(void *tree, int node, const uint32_t *instructions)
{
	fdt32_t words[PARACALL_HCALL_INSTRUCTIONS];

	for (int i = 0; i < PARACALL_HCALL_INSTRUCTIONS; i++)
		words[i] = cpu_to_fdt32(instructions[i]);
	return fdt_setprop(tree, node, "hcall-instructions", words, sizeof(words));
}

/* The same error numbers as libfdt's. */
static int add_node(void *tree, const uint32_t *instructions, bool has_idle)
{
	int node = find_or_add_node(tree);
	int error;

	if (node < 0)
		return node;
	error = set_compatible(tree, node);
	if (!error)
		error = set_instructions(tree, node, instructions);
	if (!error && has_idle)
		error = fdt_setprop(tree, node, "has-idle", NULL, 0);
	return error;
}

int paracall_device_tree_add(const void *tree, size_t size, void *result, size_t room,
			     const uint32_t *instructions, bool has_idle)
{
	int error;

	if (!flat_tree_is_sound(tree, size))
		return PARACALL_ERROR_TREE;
	if (room > PARACALL_DEVICE_TREE_LARGEST)
		room = PARACALL_DEVICE_TREE_LARGEST;
	error = fdt_open_into(tree, result, room);
	if (!error)
		error = add_node(result, instructions, has_idle);
	/* What overlaps in the tree can pass until it is moved apart. */
	if (!error)
		error = fdt_check_full(result, room);
	return error_of(error);
}
