/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The machine's first instruction, where it also begins after each reset by the host. */
#ifndef PARACALL_QEMU_FIRST_H
#define PARACALL_QEMU_FIRST_H

#include <stdbool.h>
#include <stdint.h>

/* Whether any was asked for. */
bool first_is_known(void);

/* Whether it is at that address; the first that is asked for is its. */
bool first_is_at(uint64_t address);

#endif /* PARACALL_QEMU_FIRST_H */
