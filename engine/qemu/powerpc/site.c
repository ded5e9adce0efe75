/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "site.h"

/* Instructions are at multiples of 4. */
#define PACKED_BIG_ENDIAN 1u
#define PACKED_64BIT 2u

void *powerpc_site_pack(const struct powerpc_site *site)
{
	return (void *)(uintptr_t)(site->pc | (site->is_big_endian ? PACKED_BIG_ENDIAN : 0) |
				   (site->is_64bit ? PACKED_64BIT : 0));
}

struct powerpc_site powerpc_site_unpack(void *userdata)
{
	uint64_t packed = (uintptr_t)userdata;

	return (struct powerpc_site){
		.pc = packed & ~UINT64_C(3),
		.is_big_endian = packed & PACKED_BIG_ENDIAN,
		.is_64bit = packed & PACKED_64BIT,
	};
}

uint64_t powerpc_site_after(const struct powerpc_site *site, unsigned int bytes)
{
	uint64_t address = site->pc + bytes;

	return site->is_64bit ? address : (uint32_t)address;
}
