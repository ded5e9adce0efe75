/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Of hosts, not of guests: see ../ticks.h. */
#ifndef PARACALL_QEMU_POWERPC_HOST_COUNTER_H
#define PARACALL_QEMU_POWERPC_HOST_COUNTER_H

#include <stdint.h>

static inline uint64_t host_counter(void)
{
	return __builtin_ppc_get_timebase();
}

#endif /* PARACALL_QEMU_POWERPC_HOST_COUNTER_H */
