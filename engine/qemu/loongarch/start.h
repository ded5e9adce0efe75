/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The machine's beginning, its resets, and its memory. */
#ifndef PARACALL_QEMU_LOONGARCH_START_H
#define PARACALL_QEMU_LOONGARCH_START_H

#include "../engine.h"

/* The first instruction is executed, perhaps not for the first time. */
qemu_plugin_vcpu_cb loongarch_start_reached;

/* While it is translated: whether the machine begins with the block at @address. */
bool loongarch_begins_at(uint64_t address);

/* For load.c: see ../target.h. */
bool loongarch_is_at_start(struct vcpu *vcpu);
bool loongarch_look_around(struct vcpu *vcpu);
void loongarch_note_resume(struct vcpu *vcpu);
const char *loongarch_forget_machine(struct vcpu *vcpu);

#endif /* PARACALL_QEMU_LOONGARCH_START_H */
