/* SPDX-License-Identifier: BSD-2-Clause */
/* What tests of kicks share that are for one mode alone. */
#ifndef GUEST_KICK_H
#define GUEST_KICK_H

#include "runtime/test.h"

/* Work for a CPU: it halts with interrupts off. */
void halt_deaf(void *argument);

/* Have the second CPU do that work, and end its halt by a call with these arguments. */
void kick_halted(void (*work)(void *), long apic_id, long flags);

#endif /* GUEST_KICK_H */
