/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "site.h"

#include <assert.h>
#include <stdatomic.h>

#define PAGE_MASK 0xfffu
#define CR0_PE (1u << 0)
#define EFER_LMA (1u << 10)
#define EFLAGS_VM (1u << 17)
#define CS_RPL_MASK 3u

/*
 * The modes of sites whose mode was open. Used by kernels that run below
 * 4 GiB in long mode; when all slots are taken, such a site is checked again
 * each time.
 */
#define SLOTS 4096u
#define NO_SLOT (SLOTS - 1)

enum open_mode {
	MODE_UNKNOWN,
	MODE_64BIT,
	MODE_COMPATIBILITY,
};

static _Atomic(uint8_t) open_modes[SLOTS];
static _Atomic(uint32_t) next_slot = 1;

static bool is_user(struct vcpu *vcpu, bool is_real)
{
	if (is_real)
		return false;
	return register_read(vcpu, X86_EFLAGS) & EFLAGS_VM ||
	       register_read(vcpu, X86_CS) & CS_RPL_MASK;
}

struct site site_of_block(struct vcpu *vcpu, uint64_t block_vaddr)
{
	uint64_t rip = register_read(vcpu, X86_RIP);
	bool is_long = register_read(vcpu, PARACALL_X86_EFER) & EFER_LMA;
	struct site site = {
		.block_offset = rip & PAGE_MASK,
		.is_flat = rip == block_vaddr,
		.is_real = !(register_read(vcpu, X86_CR0) & CR0_PE),
	};

	if (is_user(vcpu, site.is_real))
		site.mode |= PARACALL_MODE_USER;
	/* Only 64-bit code has addresses like that. */
	if (is_long && block_vaddr > UINT32_MAX)
		site.mode |= PARACALL_MODE_64BIT;
	else if (is_long)
		site.open_slot = NO_SLOT;
	return site;
}

void site_take_slot(struct site *site)
{
	uint32_t slot = atomic_load(&next_slot);

	if (!site->open_slot)
		return;
	while (slot < NO_SLOT && !atomic_compare_exchange_weak(&next_slot, &slot, slot + 1))
		;
	site->open_slot = slot;
}

void *site_pack(const struct site *site)
{
	uint64_t packed = site->number;

	static_assert(sizeof(void *) == sizeof(uint64_t), "for 64-bit hosts");
	packed = packed << 1 | site->is_last;
	packed = packed << 1 | site->is_followed;
	packed = packed << 1 | site->has_refining_prefix;
	packed = packed << 1 | site->is_vmmcall;
	packed = packed << SITE_SIZE_BITS | site->size;
	packed = packed << SITE_SLOT_BITS | site->open_slot;
	packed = packed << 1 | site->is_real;
	packed = packed << 1 | site->is_flat;
	packed = packed << SITE_NEXT_BITS | site->next;
	packed = packed << SITE_BLOCK_OFFSET_BITS | site->block_offset;
	packed = packed << SITE_MODE_BITS | site->mode;
	return (void *)(uintptr_t)packed;
}

/*
 * While a block runs, QEMU's rip is that of the block's first instruction or of
 * a later one before the hooked one. Blocks are shorter than a page here, so
 * the low bits show how far that is from the block's beginning.
 */
uint64_t site_next_pc(struct vcpu *vcpu, const struct site *site)
{
	uint64_t rip = register_read(vcpu, X86_RIP);
	uint64_t next = rip - ((rip - site->block_offset) & PAGE_MASK) + site->next;

	return site->mode & PARACALL_MODE_64BIT || site->open_slot ? next : (uint32_t)next;
}

/* The upper half of rax can be seen, and kept, in 64-bit mode only. */
static enum open_mode probe_mode(struct vcpu *vcpu)
{
	uint64_t rax = register_read(vcpu, PARACALL_X86_RAX);
	uint64_t top = UINT64_C(1) << 63;
	bool is_64bit;

	register_write(vcpu, PARACALL_X86_RAX, rax | top);
	is_64bit = register_read(vcpu, PARACALL_X86_RAX) & top;
	register_write(vcpu, PARACALL_X86_RAX, rax);
	return is_64bit ? MODE_64BIT : MODE_COMPATIBILITY;
}

static enum open_mode open_mode(struct vcpu *vcpu, const struct site *site)
{
	_Atomic(uint8_t) *kept = &open_modes[site->open_slot];
	enum open_mode mode = atomic_load_explicit(kept, memory_order_relaxed);

	if (site->open_slot == NO_SLOT)
		return probe_mode(vcpu);
	if (mode == MODE_UNKNOWN) {
		mode = probe_mode(vcpu);
		atomic_store_explicit(kept, mode, memory_order_relaxed);
	}
	return mode;
}

uint32_t site_mode(struct vcpu *vcpu, const struct site *site)
{
	if (site->open_slot && open_mode(vcpu, site) == MODE_64BIT)
		return site->mode | PARACALL_MODE_64BIT;
	return site->mode;
}
