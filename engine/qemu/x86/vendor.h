/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which of the two hypercall instructions is the CPU's own. Its vendor decides,
 * which CPUID leaf 0 tells, and only the guest can execute that. So when the
 * guest first asks for one of KVM's leaves, as it does before it makes calls,
 * the CPU gets leaf 0 in its place; behind the instruction the vendor is read,
 * and then the guest gets what it asked for.
 */
#ifndef PARACALL_QEMU_X86_VENDOR_H
#define PARACALL_QEMU_X86_VENDOR_H

#include "../engine.h"

/* Whether it is still to be found out; only two policies want to know it. */
bool vendor_is_wanted(void);

/* Before a cpuid whose next instruction is hooked: let it ask for the vendor. */
void vendor_ask(struct vcpu *vcpu);
/* Behind it; does nothing if the vendor was not asked for. */
void vendor_learn(struct vcpu *vcpu);

#endif /* PARACALL_QEMU_X86_VENDOR_H */
