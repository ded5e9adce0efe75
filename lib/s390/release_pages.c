/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * DIAGNOSE 0x10: the contents of these pages are dropped. KVM returns them to the
 * host, and the guest then finds zeros (arch/s390/kvm/diag.c,
 * diag_release_pages); an engine has no way to return them, so that here
 * they are only cleared.
 */
#include "diag.h"

#include <string.h>

/*
 * False after the end of memory, which has no gaps on s390. A page that is zero
 * is not written: the host may have none for it yet.
 */
static bool release_page(struct paracall_cpu *cpu, uint64_t address)
{
	static const uint8_t zeros[GUEST_PAGE_SIZE];
	uint8_t page[GUEST_PAGE_SIZE];

	return guest_read(cpu, guest_address(address), page, sizeof(page)) &&
	       (!memcmp(page, zeros, sizeof(page)) ||
		guest_write(cpu, guest_address(address), zeros, sizeof(zeros)));
}

/* As much of it as there is; no pages if @end is not above @start. */
static void release(struct paracall_cpu *cpu, uint64_t start, uint64_t end)
{
	while (start < end && release_page(cpu, start))
		start += GUEST_PAGE_SIZE;
}

static uint64_t smaller(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static uint64_t larger(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

/* Addresses are real ones: at the prefix are absolute pages 0 and 1. */
static void release_real(struct paracall_cpu *cpu, uint64_t start, uint64_t end)
{
	uint64_t prefix = diag_prefix(cpu);
	uint64_t behind = prefix + PREFIX_AREA;

	release(cpu, start, smaller(end, prefix));
	if (start < behind && end > prefix)
		release(cpu, larger(start, prefix) - prefix, smaller(end, behind) - prefix);
	release(cpu, larger(start, behind), end);
}

int64_t paracall_diag_release_pages(struct paracall_cpu *cpu, struct call *call)
{
	uint64_t start = call->arguments[0];
	uint64_t end = call->arguments[1] + GUEST_PAGE_SIZE;

	if (start % GUEST_PAGE_SIZE || end % GUEST_PAGE_SIZE || start >= end ||
	    start < PREFIX_AREA)
		return PARACALL_DIAG_SPECIFICATION;
	release_real(cpu, start, end);
	return PARACALL_DIAG_DONE;
}
