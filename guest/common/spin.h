/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Hints that a CPU spins, on which the host may run another one instead. The architecture's
 * program has the list of these tests, and passes a function that hints once.
 */
#ifndef GUEST_COMMON_SPIN_H
#define GUEST_COMMON_SPIN_H

#include <stdint.h>

/* What a CPU does while it waits for the @index'th; most hints name none. */
typedef void spin_hint(uint32_t index);

/*
 * While spinners run: hints, and looks, until one after the other was seen to make progress,
 * @moves times in all; returns how many looks that took. A failed check after so long.
 */
uint64_t spin_looks(spin_hint *hint, uint32_t moves, uint32_t limit_ms);

/* A CPU that hints lets those run which do not. */
void spin_try_effect(spin_hint *hint);
/* One CPU works, and all others hint until it has finished; needs three. */
void spin_try_progress(spin_hint *hint);

#endif /* GUEST_COMMON_SPIN_H */
