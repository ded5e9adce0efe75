/* SPDX-License-Identifier: BSD-2-Clause */
/* The only access to the guest's memory. */
#ifndef PARACALL_LIB_MEMORY_H
#define PARACALL_LIB_MEMORY_H

#include "machine.h"

#define GUEST_PAGE_SIZE 4096u

/*
 * Copy @size bytes from or to the guest's memory. False if not all of them are
 * memory, or the engine has no access to it. Then nothing that was read may be
 * used, and the pages up to the first that is not memory are written.
 */
bool guest_read(struct paracall_cpu *cpu, struct paracall_gpa address, void *data, size_t size);
bool guest_write(struct paracall_cpu *cpu, struct paracall_gpa address, const void *data,
		 size_t size);

static inline struct paracall_gpa guest_address(uint64_t value)
{
	return (struct paracall_gpa){ value };
}

static inline struct paracall_gpa guest_offset(struct paracall_gpa address, size_t offset)
{
	return guest_address(address.value + offset);
}

/* Whether @size bytes are in one page. */
static inline bool guest_is_in_page(struct paracall_gpa address, size_t size)
{
	return address.value % GUEST_PAGE_SIZE + size <= GUEST_PAGE_SIZE;
}

#endif /* PARACALL_LIB_MEMORY_H */
