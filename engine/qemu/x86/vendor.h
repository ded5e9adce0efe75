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

#include "site.h"

/*
 * While a block is translated: hook what follows the cpuid, if the vendor is
 * still to be found out. Returns whether that is hooked now.
 */
bool vendor_hook(const struct qemu_plugin_tb *block, size_t index);

/* Before such a cpuid: let it ask for the vendor; false if that is known. */
bool vendor_ask(struct vcpu *vcpu, uint32_t leaf);
/* Behind it. */
void vendor_learn(struct vcpu *vcpu);

#endif /* PARACALL_QEMU_X86_VENDOR_H */
