/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which instructions are hooked. */
#ifndef PARACALL_QEMU_POWERPC_INSTRUCTIONS_H
#define PARACALL_QEMU_POWERPC_INSTRUCTIONS_H

#include "../engine.h"

/* For QEMU: a block has been translated. */
void powerpc_instructions_hook(struct qemu_plugin_tb *block, void *userdata);

#endif /* PARACALL_QEMU_POWERPC_INSTRUCTIONS_H */
