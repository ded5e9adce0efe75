/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The guest's readings of its time-stamp counter; see also ../readings.h. */
#ifndef PARACALL_QEMU_X86_TSC_H
#define PARACALL_QEMU_X86_TSC_H

#include "../engine.h"
#include "site.h"

/* When the plugin is loaded. */
void tsc_init(void);

/* While a block is translated: an instruction that reads it; any block. */
void tsc_hook_reading(struct qemu_plugin_insn *insn, const struct site *site);
void tsc_hook_block(struct qemu_plugin_tb *block);

#endif /* PARACALL_QEMU_X86_TSC_H */
