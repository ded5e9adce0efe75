/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which instructions are hooked. */
#ifndef PARACALL_QEMU_POWERPC_INSTRUCTIONS_H
#define PARACALL_QEMU_POWERPC_INSTRUCTIONS_H

#include "../engine.h"

/*
 * What the guest executes for a hypercall, where QEMU goes on: xoris r21,r21,0,
 * which changes nothing, and which no compiler emits.
 */
#define POWERPC_MARKER 0x6eb50000u
#define POWERPC_NOP 0x60000000u

/*
 * What the device tree names. EV_IDLE ends in PAPR's call H_CEDE where there are
 * these: behind the marker the first branch leads past it.
 */
#define POWERPC_BRANCH_12 0x4800000cu
#define POWERPC_SC_1 0x44000022u

/* For QEMU: a block has been translated. */
void powerpc_instructions_hook(struct qemu_plugin_tb *block, void *userdata);

#endif /* PARACALL_QEMU_POWERPC_INSTRUCTIONS_H */
