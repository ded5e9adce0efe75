/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which of the two hypercall instructions is native to the CPU. It depends on the
 * vendor in CPUID leaf 0, and only the guest can execute CPUID. So when the
 * guest first reads one of KVM's leaves, as it does before it makes calls,
 * the CPU reads leaf 0 instead; after the instruction the vendor is read,
 * and then the guest gets the leaf that it requested.
 */
#ifndef PARACALL_QEMU_X86_VENDOR_H
#define PARACALL_QEMU_X86_VENDOR_H

#include "../engine.h"

/* Whether it is still unknown; only two policies need it. */
bool vendor_is_wanted(void);

/* Before a cpuid whose next instruction is hooked: let it read the vendor. */
void vendor_ask(struct vcpu *vcpu);
/* After it; does nothing if the vendor was not read. */
void vendor_learn(struct vcpu *vcpu);

#endif /* PARACALL_QEMU_X86_VENDOR_H */
