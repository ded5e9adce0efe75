/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which vCPU runs. */
#ifndef PARACALL_QEMU_POWERPC_CURRENT_H
#define PARACALL_QEMU_POWERPC_CURRENT_H

#include "../engine.h"

/*
 * The vCPU that runs, in a callback of an instruction of that order of bytes,
 * and ready to have its registers read: with one thread for all vCPUs QEMU's
 * @index is that of whichever translated the block. NULL if there is none.
 */
struct vcpu *powerpc_vcpu_current(unsigned int index, bool is_big_endian);

#endif /* PARACALL_QEMU_POWERPC_CURRENT_H */
