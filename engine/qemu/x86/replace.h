/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Replacement of hypercall instructions in guest memory, which the convention
 * allows the hypervisor.
 */
#ifndef PARACALL_QEMU_X86_REPLACE_H
#define PARACALL_QEMU_X86_REPLACE_H

#include "site.h"

/*
 * Replace the instruction that ends before @next_pc and is about to run, if the
 * options say so and the code is the kernel's. True if it is another one now.
 */
bool replace_instruction(struct vcpu *vcpu, const struct site *site, uint64_t next_pc);

/*
 * While a block is translated: whether the instruction at @vaddr was replaced
 * by us. Privileged code needs no proof: it can be copied, for instance by
 * hibernation, and the encoding has no other use.
 */
bool replace_was_here(uint64_t vaddr);

/* Make QEMU translate the code at that linear address again. */
void replace_retranslate(struct vcpu *vcpu, uint64_t vaddr);

/* The guest was reset: nothing is replaced any more. */
void replace_reset(void);

#endif /* PARACALL_QEMU_X86_REPLACE_H */
