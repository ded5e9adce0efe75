/* SPDX-License-Identifier: BSD-2-Clause */
#include "flat_tree.h"

#include <libfdt.h>
#include <paracall/paracall.h>

/*
 * A kernel's names have some kilobytes. Checking those of a hostile tree takes time
 * proportional to the product of these and the number of properties, of which there
 * can be as many as the tree is large: a fraction of a second at most.
 */
#define MAX_STRINGS 0x10000u
#define MAX_WORK (UINT64_C(1) << 33)

/*
 * What kernels make themselves. Before that names were whole paths; libfdt knows these
 * trees, too, but its check follows a null pointer where the root's name is none.
 */
#define OLDEST_VERSION 16

bool flat_tree_is_sound(const void *tree, size_t size)
{
	return !((uintptr_t)tree % PARACALL_DEVICE_TREE_ALIGNMENT) &&
	       size >= sizeof(struct fdt_header) && !fdt_check_header(tree) &&
	       fdt_version(tree) >= OLDEST_VERSION && fdt_totalsize(tree) <= size &&
	       fdt_totalsize(tree) <= PARACALL_DEVICE_TREE_LARGEST &&
	       fdt_size_dt_strings(tree) <= MAX_STRINGS &&
	       (uint64_t)fdt_size_dt_strings(tree) * fdt_totalsize(tree) <= MAX_WORK &&
	       !fdt_check_full(tree, size);
}
