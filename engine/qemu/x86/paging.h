/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The guest's page tables, as far as QEMU's interface has no function for them. */
#ifndef PARACALL_QEMU_X86_PAGING_H
#define PARACALL_QEMU_X86_PAGING_H

#include "registers.h"

/* Whether code at that privilege level may write there; the page is present. */
bool paging_may_write(struct vcpu *vcpu, uint64_t vaddr, bool is_user);

#endif /* PARACALL_QEMU_X86_PAGING_H */
