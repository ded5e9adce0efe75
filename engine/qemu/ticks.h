/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The host's clocks, as plugin and command read them. */
#ifndef PARACALL_QEMU_TICKS_H
#define PARACALL_QEMU_TICKS_H

#include <stdint.h>
#include <time.h>

static inline uint64_t host_nanoseconds(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return now.tv_sec * UINT64_C(1000000000) + now.tv_nsec;
}

/* What QEMU takes on each host: include/qemu/timer.h there. */
static inline uint64_t host_ticks(void)
{
#if defined(__x86_64__)
	return __builtin_ia32_rdtsc();
#elif defined(__aarch64__)
	uint64_t ticks;

	__asm__ volatile("mrs %0, cntvct_el0" : "=r"(ticks));
	return ticks;
#elif defined(__powerpc64__)
	return __builtin_ppc_get_timebase();
#elif defined(__riscv) && __riscv_xlen == 64
	uint64_t ticks;

	__asm__ volatile("rdtime %0" : "=r"(ticks));
	return ticks;
#elif defined(__s390x__)
	uint64_t ticks;

	__asm__ volatile("stck %0" : "=Q"(ticks) : : "cc");
	return ticks;
#else
	return host_nanoseconds(CLOCK_MONOTONIC);
#endif
}

#endif /* PARACALL_QEMU_TICKS_H */
