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
 * Any vCPU's thread may call it at any time. False if that is impossible.
 */
bool clock_learn(uint64_t before, uint64_t tsc);

/* Another state was loaded: the guest's counter may be any. */
void clock_loaded(void);

/*
 * The most that the guest may have read by now, 0 if that is not known; and the least that
 * it will read in this process from now on. While no vCPU runs.
 */
uint64_t clock_most(void);
uint64_t clock_least(void);

/* Whether the guest's readings of the counter are useful. */
bool clock_can_learn(void);

/* The engine's part of struct paracall_engine. */
uint64_t clock_tsc_frequency(void *context);
bool clock_read(void *context, struct paracall_clocks *clocks);
uint64_t clock_nanoseconds(void);

/*
 * Fault injection: the calling vCPU waits. If one thread runs all vCPUs, all of them
 * wait, so the time is short there.
 */
void clock_delay(void *context, uint64_t nanoseconds);

/* clock_nanoseconds(), a little late, and cheap. */
uint64_t clock_coarse_nanoseconds(void);

/* For what is not to be done more often than that ticks: @last is when it was done. */
bool clock_has_ticked(uint64_t *last);

#endif /* PARACALL_QEMU_CLOCK_H */
