/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which of 0x500's subcodes a program uses. It is in register 1, and reading that
 * at run time costs nearly as much as all that QEMU does then; but mostly it is a
 * constant of the same block. A jump there enters another block.
 */
#ifndef PARACALL_QEMU_S390_SUBCODE_H
#define PARACALL_QEMU_S390_SUBCODE_H

#include "../plugin_api.h"

#include <paracall/paracall.h>

/*
 * The row of the call that instruction number @index of @block makes, a DIAGNOSE 0x500,
 * if that is known and QEMU serves it; or NULL.
 */
const struct paracall_call_info *subcode_find_call(const struct qemu_plugin_tb *block,
						   size_t index);

#endif /* PARACALL_QEMU_S390_SUBCODE_H */
