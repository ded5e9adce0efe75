/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What code is translated from, for targets whose instructions are little-endian words. */
#ifndef PARACALL_QEMU_INSTRUCTION_H
#define PARACALL_QEMU_INSTRUCTION_H

#include "plugin_api.h"

/* False for those of another size. */
static inline bool instruction_word(const struct qemu_plugin_insn *insn, uint32_t *word)
{
	uint32_t bytes;

	if (qemu_plugin_insn_size(insn) != sizeof(bytes) ||
	    qemu_plugin_insn_data(insn, &bytes, sizeof(bytes)) != sizeof(bytes))
		return false;
	*word = GUINT32_FROM_LE(bytes);
	return true;
}

#endif /* PARACALL_QEMU_INSTRUCTION_H */
