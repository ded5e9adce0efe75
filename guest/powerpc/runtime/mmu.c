/* SPDX-License-Identifier: BSD-2-Clause */
/* Radix page tables: Power ISA 3.0, book III, "Radix Tree Translation". */
#include "runtime.h"

#define MAPPED (64ul << 20)
#define LARGE_PAGE (2ul << 20)

/* Sizes as powers of two: the whole space, the root's entries, the others'. */
#define SPACE_SHIFT 52
#define ROOT_SHIFT 13
#define TABLE_SHIFT 9

/* Process table entry: the space's size less 31, in two parts. */
#define SPACE_SIZE \
	((uint64_t)((SPACE_SHIFT - 31) >> 3) << 61 | (uint64_t)((SPACE_SHIFT - 31) & 7) << 5)

#define ENTRY_VALID (1ul << 63)
#define ENTRY_LEAF (1ul << 62)
#define ENTRY_REFERENCED (1ul << 8)
#define ENTRY_CHANGED (1ul << 7)
/* Read, write, execute, and not for the kernel alone. */
#define ENTRY_ACCESS 7ul

/* H_REGISTER_PROC_TBL: new, radix, flushed by the guest. */
#define REGISTER_RADIX 0x1d

#define PVR_POWER9 0x4e

bool mmu_is_there;

static uint64_t process_table[512] __attribute__((aligned(4096)));
static uint64_t root[1 << ROOT_SHIFT] __attribute__((aligned(65536)));
static uint64_t tables[2][1 << TABLE_SHIFT] __attribute__((aligned(4096)));

/* Page tables are big-endian. */
static uint64_t big_endian_64(uint64_t value)
{
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
	return __builtin_bswap64(value);
#else
	return value;
#endif
}

static uint64_t directory(const uint64_t *table)
{
	return big_endian_64(ENTRY_VALID | (uintptr_t)table | TABLE_SHIFT);
}

/* QEMU takes the process table without that, too. */
static bool has_radix(void)
{
	unsigned long version;

	__asm__("mfpvr %0" : "=r"(version));
	return version >> 16 >= PVR_POWER9;
}

void mmu_start(void)
{
	if (!has_radix())
		return;
	root[0] = directory(tables[0]);
	tables[0][0] = directory(tables[1]);
	for (uint64_t page = 0; page < MAPPED / LARGE_PAGE; page++)
		tables[1][page] =
			big_endian_64(ENTRY_VALID | ENTRY_LEAF | page * LARGE_PAGE |
				      ENTRY_REFERENCED | ENTRY_CHANGED | ENTRY_ACCESS);
	process_table[0] = big_endian_64(SPACE_SIZE | (uintptr_t)root | ROOT_SHIFT);
	mmu_is_there = hcall(H_REGISTER_PROC_TBL, REGISTER_RADIX, (uintptr_t)process_table, 0,
			     0) == H_SUCCESS;
}
