/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The page that the guest shares with the hypervisor. QEMU's plugins cannot map
 * one; but Linux accesses it by absolute addresses only, which are in the
 * instructions. These are executed here.
 */
#ifndef PARACALL_QEMU_POWERPC_MAGIC_PAGE_H
#define PARACALL_QEMU_POWERPC_MAGIC_PAGE_H

#include "../engine.h"

/* A block begins to be translated. */
void magic_page_begin_block(void);

/* Whether the instruction is one to be hooked in the supervisor state. */
bool magic_page_is_hooked(uint32_t word);

/* The same in the problem state, user mode. */
bool magic_page_is_hooked_for_user(uint32_t word);

/* Instruction @index of the block, which is one; @msr is what the block runs with. */
void magic_page_hook(struct qemu_plugin_tb *block, size_t index, uint32_t word, uint64_t msr);

/* An interrupt was delivered, at @from; its handler has yet to begin. */
void magic_page_interrupted(struct vcpu *vcpu, uint64_t from);

/* The engine's part of struct paracall_engine. */
bool magic_page_map(void *context, uint64_t address, uint64_t effective_address);
bool magic_page_has_register(void *context, unsigned int number);
uint64_t magic_page_read_register(void *context, unsigned int number);
void magic_page_write_register(void *context, unsigned int number, uint64_t value);

#endif /* PARACALL_QEMU_POWERPC_MAGIC_PAGE_H */
