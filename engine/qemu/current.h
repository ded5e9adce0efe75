/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which vCPU runs, in a callback of an instruction. With one thread for all vCPUs QEMU's
 * number there is that of whichever translated the block. So a target takes an identity of
 * the vCPU's, a register that differs between vCPUs, and notes it where QEMU names the right
 * one. With a thread for each vCPU nothing is noted.
 */
#ifndef PARACALL_QEMU_CURRENT_H
#define PARACALL_QEMU_CURRENT_H

#include "engine.h"

/* This one has it; no other one has it any more. */
void current_note(struct vcpu *vcpu, uint64_t identity);

/* It has none that is known. */
void current_forget(struct vcpu *vcpu);

/*
 * The machine begins: none has one that is known, and all but @first are stopped; NULL if all
 * begin.
 */
void current_begin(const struct vcpu *first);

/*
 * The one that has it, or the only one that could: that is not stopped, and has none. QEMU's
 * if there is no such one; NULL if there is none at all.
 */
struct vcpu *current_find(unsigned int index, uint64_t identity);

#endif /* PARACALL_QEMU_CURRENT_H */
