/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PARACALL_QEMU_RISCV_INSTRUCTIONS_H
#define PARACALL_QEMU_RISCV_INSTRUCTIONS_H

#include "../callbacks.h"

/* QEMU's callback for each new block: hooks what matters in it. */
qemu_plugin_tb_trans_cb riscv_instructions_hook;

#endif /* PARACALL_QEMU_RISCV_INSTRUCTIONS_H */
