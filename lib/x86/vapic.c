/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * KVM_HC_VAPIC_POLL_IRQ: the exit is all of it. An engine looks for interrupts
 * by itself before it goes on.
 */
#include "../table.h"

int64_t paracall_vapic_poll_irq(struct paracall_cpu *cpu, uint32_t mode,
				const uint64_t *arguments)
{
	(void)cpu;
	(void)mode;
	(void)arguments;
	return 0;
}
