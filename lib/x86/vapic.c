/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * KVM_HC_VAPIC_POLL_IRQ: the exit is all it does. An engine checks for interrupts
 * itself before it continues.
 */
#include "quick.h"

DEFINE_CALL(paracall_vapic_poll_irq)
{
	(void)cpu;
	(void)call;
	return 0;
}
