/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * With one thread for all vCPUs, and with -icount even if there is only one, where
 * it is fatal, a vCPU cannot interrupt itself while it executes code. Such
 * an interrupt is kept, and sent while the next block is translated.
 */
#ifndef PARACALL_QEMU_X86_DEFERRED_H
#define PARACALL_QEMU_X86_DEFERRED_H

#include "state.h"

/* Whether it is so here. */
static inline bool deferred_is_needed(void)
{
	return paracall_qemu_engine.is_single_threaded ||
	       paracall_qemu_engine.counts_instructions;
}

/*
 * If the vCPU has one, make it translate its next block, where it continues. Then
 * this does not return.
 */
void deferred_send(struct vcpu *vcpu, uint64_t next_pc);

#endif /* PARACALL_QEMU_X86_DEFERRED_H */
