/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Of hosts, not of guests: see ../ticks.h. */
#ifndef PARACALL_QEMU_X86_HOST_COUNTER_H
#define PARACALL_QEMU_X86_HOST_COUNTER_H

#include <cpuid.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

static inline uint64_t host_counter(void)
{
	return __builtin_ia32_rdtsc();
}

/*
 * Whether the counter goes evenly, and is the same for all processors. Intel SDM
 * vol. 3, "Invariant TSC"; and Linux uses no counter that it found wanting.
 */
static inline bool host_counter_is_steady(void)
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

#endif /* PARACALL_QEMU_X86_HOST_COUNTER_H */
