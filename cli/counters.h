/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The counters in a file that another process writes: QEMU, on which a guest runs.
 * They are read, never mapped, since the file may shrink at any time, and their
 * own size is checked once.
 */
#ifndef PARACALL_CLI_COUNTERS_H
#define PARACALL_CLI_COUNTERS_H

#include <paracall/paracall.h>
#include <stdbool.h>

/*
 * 0, and for how many vCPUs they are; or as an errno what is wrong. EAGAIN: they are not
 * filled in yet. EPROTO: another version's, or no counters.
 */
int counters_check(int file, uint32_t *max_cpus);

/* Room for them; the caller's to free. */
struct paracall_statistics *counters_new(uint32_t max_cpus);

/* All of them. False if they can't be read any more. */
bool counters_read(int file, uint32_t max_cpus, struct paracall_statistics *statistics);

#endif /* PARACALL_CLI_COUNTERS_H */
