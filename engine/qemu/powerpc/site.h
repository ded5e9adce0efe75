/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The place of a hooked instruction. */
#ifndef PARACALL_QEMU_POWERPC_SITE_H
#define PARACALL_QEMU_POWERPC_SITE_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Packed into the pointer that a callback gets. QEMU's blocks have one order of
 * bytes, width and privilege, and one address; only supervisor code is hooked.
 */
struct powerpc_site {
	uint64_t pc;
	bool is_big_endian;
	bool is_64bit;
};

void *powerpc_site_pack(const struct powerpc_site *site);
struct powerpc_site powerpc_site_unpack(void *userdata);

/* The address @bytes after its beginning. */
uint64_t powerpc_site_after(const struct powerpc_site *site, unsigned int bytes);

#endif /* PARACALL_QEMU_POWERPC_SITE_H */
