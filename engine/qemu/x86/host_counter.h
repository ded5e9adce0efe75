/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Of hosts, not of guests: see ../ticks.h. */
#ifndef PARACALL_QEMU_X86_HOST_COUNTER_H
#define PARACALL_QEMU_X86_HOST_COUNTER_H

#include <stdint.h>

static inline uint64_t host_counter(void)
{
	return __builtin_ia32_rdtsc();
}

#endif /* PARACALL_QEMU_X86_HOST_COUNTER_H */
