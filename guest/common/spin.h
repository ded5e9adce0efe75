/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Hints that a CPU spins, on which the host may run another one instead. The architecture's
 * program has the list of these tests, and passes a function that hints once.
 */
#ifndef GUEST_COMMON_SPIN_H
#define GUEST_COMMON_SPIN_H

/* A CPU that hints lets those run which do not. */
void spin_try_effect(void (*hint)(void));
/* One CPU works, and all others hint until it has finished; needs three. */
void spin_try_progress(void (*hint)(void));

#endif /* GUEST_COMMON_SPIN_H */
