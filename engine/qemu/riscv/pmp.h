/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What of memory a guest's kernel may write to. */
#ifndef PARACALL_QEMU_RISCV_PMP_H
#define PARACALL_QEMU_RISCV_PMP_H

#include "../engine.h"

/* Whether this hart's supervisor mode may write to both ends of that range. */
bool pmp_allows_write(struct vcpu *vcpu, uint64_t address, uint64_t size);

#endif /* PARACALL_QEMU_RISCV_PMP_H */
