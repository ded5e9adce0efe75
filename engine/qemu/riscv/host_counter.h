/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Of hosts, not of guests: see ../ticks.h. */
#ifndef PARACALL_QEMU_RISCV_HOST_COUNTER_H
#define PARACALL_QEMU_RISCV_HOST_COUNTER_H

#include <stdbool.h>
#include <stdint.h>

static inline uint64_t host_counter(void)
{
	uint64_t ticks;

	__asm__ volatile("rdtime %0" : "=r"(ticks));
	return ticks;
}

/* It is made for that. */
static inline bool host_counter_is_steady(void)
{
	return true;
}

#endif /* PARACALL_QEMU_RISCV_HOST_COUNTER_H */
