/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The host's clocks, as plugin and command read them. */
#ifndef PARACALL_QEMU_TICKS_H
#define PARACALL_QEMU_TICKS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#if defined(__x86_64__)
#include <cpuid.h>
#endif

/* The header of this host's architecture, if there is one: from meson.build. */
#ifdef HOST_COUNTER
#include HOST_COUNTER
#endif

static inline uint64_t host_nanoseconds(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return now.tv_sec * UINT64_C(1000000000) + now.tv_nsec;
}

/* What QEMU takes on each host: include/qemu/timer.h there. */
static inline uint64_t host_ticks(void)
{
#ifdef HOST_COUNTER
	return host_counter();
#else
	return host_nanoseconds(CLOCK_MONOTONIC);
#endif
}

#if defined(__x86_64__)
/*
 * Whether the counter goes evenly, and is the same for all processors. Intel SDM
 * vol. 3, "Invariant TSC"; and Linux uses no counter that it found wanting.
 */
static inline bool host_ticks_are_steady(void)
{
	unsigned int eax, ebx, ecx, edx;
	char source[16] = "";
	FILE *file;

	if (!__get_cpuid(0x80000007, &eax, &ebx, &ecx, &edx) || !(edx & 1 << 8))
		return false;
	file = fopen("/sys/devices/system/clocksource/clocksource0/current_clocksource", "re");
	if (file && !fgets(source, sizeof(source), file))
		source[0] = '\0';
	if (file)
		fclose(file);
	return !strcmp(source, "tsc\n") || !strcmp(source, "kvm-clock\n");
}
#else
/* Others' counters are made for it. */
static inline bool host_ticks_are_steady(void)
{
	return true;
}
#endif

#endif /* PARACALL_QEMU_TICKS_H */
