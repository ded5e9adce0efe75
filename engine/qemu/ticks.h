/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The host's clocks, as plugin and command read them. */
#ifndef PARACALL_QEMU_TICKS_H
#define PARACALL_QEMU_TICKS_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

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

/* Whether its rate is constant, and it is the same for all processors. */
static inline bool host_ticks_are_steady(void)
{
#ifdef HOST_COUNTER
	return host_counter_is_steady();
#else
	return true;
#endif
}

#endif /* PARACALL_QEMU_TICKS_H */
