/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A hooked instruction, packed into what its callback gets. */
#ifndef PARACALL_QEMU_LOONGARCH_SITE_H
#define PARACALL_QEMU_LOONGARCH_SITE_H

#include <stdint.h>

#define LOONGARCH_SIZE 4
#define LOONGARCH_PLACE_BITS 12
#define LOONGARCH_PLACE_MASK ((UINT64_C(1) << LOONGARCH_PLACE_BITS) - 1)

/* Its word, and its place in its page. */
static inline void *loongarch_site_pack(uint32_t word, uint64_t address)
{
	return (void *)(uintptr_t)((uint64_t)word << LOONGARCH_PLACE_BITS |
				   (address & LOONGARCH_PLACE_MASK));
}

static inline uint32_t loongarch_site_word(const void *site)
{
	return (uint32_t)((uint64_t)(uintptr_t)site >> LOONGARCH_PLACE_BITS);
}

static inline uint64_t loongarch_site_place(const void *site)
{
	return (uint64_t)(uintptr_t)site & LOONGARCH_PLACE_MASK;
}

/* Fields of instructions: LoongArch Reference Manual, volume 1, "Instruction Encoding". */
static inline unsigned int loongarch_rd(uint32_t word)
{
	return word & 31;
}

static inline unsigned int loongarch_rj(uint32_t word)
{
	return word >> 5 & 31;
}

static inline uint32_t loongarch_code(uint32_t word)
{
	return word & 0x7fff;
}

#endif /* PARACALL_QEMU_LOONGARCH_SITE_H */
