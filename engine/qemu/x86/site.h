/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The place of a hooked instruction, packed into the one pointer that QEMU
 * passes to its callback: so a hook needs no memory, and nothing to free.
 *
 * A translated block belongs to one processor mode and privilege level, so
 * these are known when it is made. It does not belong to one address: QEMU
 * shares it between all places where the same page is mapped.
 */
#ifndef PARACALL_QEMU_X86_SITE_H
#define PARACALL_QEMU_X86_SITE_H

#include "registers.h"

/* Bytes of vmcall and vmmcall without prefixes, and of what may replace them. */
#define HYPERCALL_SIZE 3

struct site {
	/* Bits of enum paracall_mode. */
	uint32_t mode;
	/* The low 12 bits of the block's first instruction pointer. */
	uint32_t block_offset;
	/* Bytes from there to the instruction after the hooked one. */
	uint32_t next;
	/* The code segment begins at 0. */
	bool is_flat;
	/* Real-address mode. */
	bool is_real;
	/*
	 * Not 0: long mode, but not yet known whether 64-bit or compatibility
	 * mode; then site_mode() determines it and keeps it here.
	 */
	uint32_t open_slot;
	/* The hooked instruction's bytes, with prefixes. */
	uint32_t size;
	/* It is a vmmcall, or the no-op that stands for one. */
	bool is_vmmcall;
	/* It has a prefix with which vmcall would be invalid: 66, f2, f3. */
	bool has_refining_prefix;
	/* A cpuid or rdmsr whose next instruction is hooked to answer it. */
	bool is_followed;
	/* The last instruction of its block. */
	bool is_last;
	/* A hypercall's number and 1 more, where that is a constant; or 0. */
	uint32_t number;
};

/* The site of a block that is being translated, up to .next. */
struct site site_of_block(struct vcpu *vcpu, uint64_t block_vaddr);

/* Reserve a slot to keep the mode, if that is open. For hypercalls only. */
void site_take_slot(struct site *site);

void *site_pack(const struct site *site);

/* Widths of the fields, from bit 0 up. */
#define SITE_MODE_BITS 2
#define SITE_BLOCK_OFFSET_BITS 12
#define SITE_NEXT_BITS 16
#define SITE_SLOT_BITS 12
#define SITE_SIZE_BITS 4
#define SITE_NUMBER_BITS 8

static inline uint32_t site_take_bits(uint64_t *packed, unsigned int bits)
{
	uint32_t field = *packed & ((1u << bits) - 1);

	*packed >>= bits;
	return field;
}

static inline struct site site_unpack(void *pointer)
{
	uint64_t packed = (uintptr_t)pointer;
	struct site site;

	site.mode = site_take_bits(&packed, SITE_MODE_BITS);
	site.block_offset = site_take_bits(&packed, SITE_BLOCK_OFFSET_BITS);
	site.next = site_take_bits(&packed, SITE_NEXT_BITS);
	site.is_flat = site_take_bits(&packed, 1);
	site.is_real = site_take_bits(&packed, 1);
	site.open_slot = site_take_bits(&packed, SITE_SLOT_BITS);
	site.size = site_take_bits(&packed, SITE_SIZE_BITS);
	site.is_vmmcall = site_take_bits(&packed, 1);
	site.has_refining_prefix = site_take_bits(&packed, 1);
	site.is_followed = site_take_bits(&packed, 1);
	site.is_last = site_take_bits(&packed, 1);
	site.number = site_take_bits(&packed, SITE_NUMBER_BITS);
	return site;
}

/*
 * The rest is for callbacks, on the vCPU that executes the instruction.
 */

/* The instruction pointer after the instruction; .next is 0 for the first. */
uint64_t site_next_pc(struct vcpu *vcpu, const struct site *site);

/* Bits of enum paracall_mode. May cut rax to 32 bits where these are all. */
uint32_t site_mode(struct vcpu *vcpu, const struct site *site);

#endif /* PARACALL_QEMU_X86_SITE_H */
