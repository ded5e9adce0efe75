/* SPDX-License-Identifier: BSD-2-Clause */
/* Reading kvmclock: arch/x86/include/asm/pvclock-abi.h. */
#ifndef GUEST_PVCLOCK_H
#define GUEST_PVCLOCK_H

#include "runtime.h"

typedef struct paracall_pvclock_vcpu_time_info clock_page;

/*
 * As often as the host is at it; pvclock-abi.h. The counter belongs to it: the
 * page may be another one soon.
 */
static inline clock_page read_page_and_tsc(const clock_page *page, uint64_t *tsc)
{
	const volatile uint32_t *version = &page->version;
	clock_page copy;

	do {
		while (*version & 1)
			relax();
		copy.version = *version;
		__asm__ volatile("" : : : "memory");
		*tsc = rdtsc();
		memcpy((uint8_t *)&copy + 4, (const uint8_t *)page + 4, sizeof(copy) - 4);
		__asm__ volatile("" : : : "memory");
	} while (*version != copy.version);
	return copy;
}

static inline clock_page read_page(const clock_page *page)
{
	uint64_t tsc;

	return read_page_and_tsc(page, &tsc);
}

/* Counter's ticks to nanoseconds: a shift, and a multiplication by parts of 2^32. */
static inline uint64_t scale(const clock_page *page, uint64_t ticks)
{
	uint64_t multiplier = page->tsc_to_system_mul;

	ticks = page->tsc_shift < 0 ? ticks >> -page->tsc_shift : ticks << page->tsc_shift;
	return (ticks >> 32) * multiplier + ((ticks & 0xffffffff) * multiplier >> 32);
}

static inline int64_t convert(const clock_page *page, uint64_t tsc)
{
	return (int64_t)(page->system_time + scale(page, tsc - page->tsc_timestamp));
}

/* Nanoseconds. */
static inline int64_t read_clock(const clock_page *page)
{
	uint64_t tsc;
	clock_page copy = read_page_and_tsc(page, &tsc);

	return convert(&copy, tsc);
}

#endif /* GUEST_PVCLOCK_H */
