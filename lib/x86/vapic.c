/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * KVM_HC_VAPIC_POLL_IRQ: the exit is all of it. An engine looks for interrupts
 * by itself before it goes on.
 */
#include "arch.h"

int64_t paracall_vapic_poll_irq(struct paracall_cpu *cpu, struct call *call)
{
	(void)cpu;
	(void)call;
	return 0;
}
