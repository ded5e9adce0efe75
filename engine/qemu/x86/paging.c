/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Intel SDM vol. 3, chapter "Paging". */
#include "paging.h"

#include "../memory.h"

#define CR0_WP (1u << 16)
#define CR0_PG (1u << 31)
#define CR4_PSE (1u << 4)
#define CR4_PAE (1u << 5)
#define CR4_LA57 (1u << 12)
#define EFER_LMA (1u << 10)

#define ENTRY_PRESENT (1u << 0)
#define ENTRY_WRITABLE (1u << 1)
#define ENTRY_USER (1u << 2)
#define ENTRY_LARGE (1u << 7)
#define ENTRY_ADDRESS UINT64_C(0x000ffffffffff000)

struct paging {
	unsigned int levels;
	/* Of the address, for each level. */
	unsigned int bits;
	unsigned int entry_size;
	bool has_large;
	uint64_t table;
};

static struct paging paging_of(struct vcpu *vcpu)
{
	uint64_t cr4 = register_read(vcpu, PARACALL_X86_CR4);
	struct paging paging = {
		.levels = 2,
		.bits = 10,
		.entry_size = 4,
		.has_large = cr4 & (CR4_PSE | CR4_PAE),
		.table = register_read(vcpu, X86_CR3) & ENTRY_ADDRESS,
	};

	if (!(cr4 & CR4_PAE))
		return paging;
	paging.bits = 9;
	paging.entry_size = 8;
	paging.levels = 3;
	if (register_read(vcpu, PARACALL_X86_EFER) & EFER_LMA)
		paging.levels = cr4 & CR4_LA57 ? 5 : 4;
	else
		paging.table = register_read(vcpu, X86_CR3) & 0xffffffe0u;
	return paging;
}

static bool read_entry(struct vcpu *vcpu, const struct paging *paging, uint64_t index,
		       uint64_t *entry)
{
	*entry = 0;
	if (!physical_read(vcpu, paging->table + index * paging->entry_size, entry,
			   paging->entry_size))
		return false;
	*entry = GUINT64_FROM_LE(*entry);
	return *entry & ENTRY_PRESENT;
}

static bool walk(struct vcpu *vcpu, struct paging *paging, uint64_t vaddr, uint64_t rights)
{
	uint64_t entry;

	for (unsigned int level = paging->levels; level > 0; level--) {
		unsigned int shift = 12 + (level - 1) * paging->bits;
		/* PAE's four pointers have no rights. */
		bool is_pointer = paging->levels == 3 && level == 3;

		/* Another vCPU has unmapped the page: QEMU raises that fault. */
		if (!read_entry(vcpu, paging, vaddr >> shift & ((1u << paging->bits) - 1),
				&entry))
			return true;
		if (!is_pointer && (entry & rights) != rights)
			return false;
		if (!is_pointer && level > 1 && paging->has_large && entry & ENTRY_LARGE)
			return true;
		paging->table = entry & ENTRY_ADDRESS;
	}
	return true;
}

bool paging_may_write(struct vcpu *vcpu, uint64_t vaddr, bool is_user)
{
	uint64_t cr0 = register_read(vcpu, X86_CR0);
	struct paging paging;

	if (!(cr0 & CR0_PG) || !(is_user || cr0 & CR0_WP))
		return true;
	paging = paging_of(vcpu);
	return walk(vcpu, &paging, vaddr, ENTRY_WRITABLE | (is_user ? ENTRY_USER : 0));
}
