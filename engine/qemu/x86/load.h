/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Another state of the machine was loaded. */
#ifndef PARACALL_QEMU_X86_LOAD_H
#define PARACALL_QEMU_X86_LOAD_H

#include "state.h"

/* For struct target. */
bool x86_is_at_start(struct vcpu *vcpu);
bool x86_look_around(struct vcpu *vcpu);
const char *x86_forget_machine(struct vcpu *vcpu);
void x86_forget_vcpu(struct vcpu *vcpu);

#endif /* PARACALL_QEMU_X86_LOAD_H */
