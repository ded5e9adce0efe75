/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The registers SPRG0 to SPRG7, which are slow to access. */
#ifndef PARACALL_QEMU_POWERPC_SPRG_H
#define PARACALL_QEMU_POWERPC_SPRG_H

#include "state.h"

/* Once, before there are vCPUs. */
void sprg_install(void);

/* Whether that number, PARACALL_POWERPC_..., is one of them. */
static inline bool sprg_is(unsigned int number)
{
	return number - PARACALL_POWERPC_SPRG0 < SPRGS_KEPT;
}

/* For the magic page; in callbacks that may write registers. */
uint64_t sprg_read(struct vcpu *vcpu, unsigned int number);
void sprg_write(struct vcpu *vcpu, unsigned int number, uint64_t value);

/*
 * QEMU is about to use the registers itself: they get their values, and QEMU's changes
 * count.
 */
void sprg_give_back(struct vcpu *vcpu);

/* The vCPU is reset, or replaced: what was stored is lost. */
void sprg_forget(struct vcpu *vcpu);

/* Whether the instruction moves from or to one of them, and has to be hooked. */
bool sprg_is_hooked(uint32_t word);

/* The same in user mode, where all but reading some is an exception. */
bool sprg_is_hooked_for_user(uint32_t word);

/* Does what has to be done before it, which is one. */
void sprg_hook(struct qemu_plugin_insn *insn, uint32_t word, bool is_big_endian);

#endif /* PARACALL_QEMU_POWERPC_SPRG_H */
