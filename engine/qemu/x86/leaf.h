/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which CPUID leaf a program will read, or which hypercall it will make. Reading
 * a register at run time costs more than QEMU's cpuid itself, and mostly the number
 * is known from the instructions before it in the same block. A jump there enters
 * another block.
 */
#ifndef PARACALL_QEMU_X86_LEAF_H
#define PARACALL_QEMU_X86_LEAF_H

#include "../plugin_api.h"

enum leaf_source {
	/* Read it at run time. */
	LEAF_UNKNOWN,
	/* A constant in the program. */
	LEAF_CONSTANT,
	/* Loaded from memory by an instruction of the block. */
	LEAF_LOADED,
};

struct leaf {
	enum leaf_source source;
	/* LEAF_CONSTANT: which. */
	uint32_t number;
	/* LEAF_LOADED: by which instruction of the block. */
	size_t load;
};

/*
 * Where eax comes from for instruction number @index of @block; @is_64bit says
 * that this is 64-bit code for sure.
 */
struct leaf leaf_find(const struct qemu_plugin_tb *block, size_t index, bool is_64bit);

#endif /* PARACALL_QEMU_X86_LEAF_H */
