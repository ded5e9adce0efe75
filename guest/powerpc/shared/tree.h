/* SPDX-License-Identifier: BSD-2-Clause */
/* Flattened device trees: Devicetree Specification, "Flattened Devicetree (DTB) Format". */
#ifndef GUEST_TREE_H
#define GUEST_TREE_H

#include <stdbool.h>
#include <stdint.h>

/* Words of the header. */
enum tree_header {
	TREE_MAGIC,
	TREE_TOTALSIZE,
	TREE_STRUCT,
	TREE_STRINGS,
	TREE_RESERVED,
	TREE_VERSION,
	TREE_COMPATIBLE_VERSION,
	TREE_BOOT_CPU,
	TREE_STRINGS_SIZE,
	/* From version 17 on. */
	TREE_STRUCT_SIZE,
};

/* What one is to be like. */
struct tree_plan {
	/* 16 or 17. */
	uint32_t version;
	/* Unused bytes at its end. */
	uint32_t room;
	/* What its node /hypervisor is compatible with; NULL: it has none. */
	const char *hypervisor;
};

/* Makes one of a few nodes. Returns its size. */
uint32_t tree_make(void *tree, const struct tree_plan *plan);

uint32_t tree_word(const void *tree, enum tree_header word);
void tree_set_word(void *tree, enum tree_header word, uint32_t value);

/*
 * A property of a node below the root; NULL if there is none, or if the tree is
 * not well-formed.
 */
const void *tree_find(const void *tree, const char *node, const char *property,
		      uint32_t *length);

/* How many nodes of that name are below the root; -1 if the tree is not well-formed. */
int tree_count(const void *tree, const char *node);

#endif /* GUEST_TREE_H */
