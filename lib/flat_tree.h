/* SPDX-License-Identifier: BSD-2-Clause */
/* Flattened device trees, which guests can have made. */
#ifndef PARACALL_LIB_FLAT_TREE_H
#define PARACALL_LIB_FLAT_TREE_H

#include <stdbool.h>
#include <stddef.h>

/* Whether these bytes are a whole tree, which libfdt can then be asked about. */
bool flat_tree_is_sound(const void *tree, size_t size);

#endif /* PARACALL_LIB_FLAT_TREE_H */
