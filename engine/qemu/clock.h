/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The guest's time-stamp counter, and the host's clocks beside it. */
#ifndef PARACALL_QEMU_CLOCK_H
#define PARACALL_QEMU_CLOCK_H

#include "engine.h"

/* When the plugin is loaded. */
void clock_init(bool counts_instructions);

/* When the guest's first instruction is about to run. */
void clock_begin(void);

/* The host's counter that QEMU makes the guest's from. */
uint64_t clock_ticks(void);

/*
 * The guest read @tsc a moment ago, when clock_ticks() was @before or later.
 * Any vCPU's thread may call it at any time. False if that can't be.
 */
bool clock_learn(uint64_t before, uint64_t tsc);

/* Another state was loaded: the guest's counter may be any. */
void clock_loaded(void);

/*
 * What the guest may have read at most by now, 0 if that is not known; and at least, which
 * in this process it will never read less than. While no vCPU runs.
 */
uint64_t clock_most(void);
uint64_t clock_least(void);

/* Whether reading the counter in the guest tells anything. */
bool clock_can_learn(void);

/* The engine's part of struct paracall_engine. */
uint64_t clock_tsc_frequency(void *context);
bool clock_read(void *context, struct paracall_clocks *clocks);
uint64_t clock_nanoseconds(void);

/*
 * Fault injection: the calling vCPU waits. Where one thread runs them all they
 * all do, so there it is not for long.
 */
void clock_delay(void *context, uint64_t nanoseconds);

/* clock_nanoseconds(), a little late, and cheap. */
uint64_t clock_coarse_nanoseconds(void);

#endif /* PARACALL_QEMU_CLOCK_H */
