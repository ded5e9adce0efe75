/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How long a thread waited for the host's scheduler: /proc/.../schedstat. */
#ifndef PARACALL_QEMU_RUN_DELAY_H
#define PARACALL_QEMU_RUN_DELAY_H

#include <stdbool.h>
#include <stdint.h>

/* Whether this host counts it. */
bool run_delay_is_known(void);

/* A descriptor for the calling thread's delay, or -1. */
int run_delay_open(void);

/* In nanoseconds since the thread began; 0 if it can't be read. */
uint64_t run_delay_read(int file);

#endif /* PARACALL_QEMU_RUN_DELAY_H */
