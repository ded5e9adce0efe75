/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The public part of KVM's paravirtual interface as numbers, for both sides of
 * it: the library, engines, and bare-metal guests. Values are facts of the
 * interface and never change; new ones are added. Here is what all architectures
 * share; the headers in abi/ have the rest of each.
 *
 * Kernel files named here and there are those of Linux 6.19.
 */
#ifndef PARACALL_ABI_H
#define PARACALL_ABI_H

#include <stdint.h>

/* Grows when something is added here, or in abi/. */
#define PARACALL_ABI_VERSION 4

/*
 * A hypercall returns 0 or more, or one of these negated:
 * include/uapi/linux/kvm_para.h. The first four are Linux errno values; the
 * last two have numbers of their own, the same on every architecture.
 */
#define PARACALL_KVM_EPERM 1
#define PARACALL_KVM_E2BIG 7
#define PARACALL_KVM_EFAULT 14
#define PARACALL_KVM_EINVAL 22
#define PARACALL_KVM_EOPNOTSUPP 95
#define PARACALL_KVM_ENOSYS 1000

/*
 * Hypercall numbers: include/uapi/linux/kvm_para.h. They are one space for
 * all architectures (the sections of Documentation/virt/kvm/x86/hypercalls.rst
 * have other numbers).
 */
enum paracall_kvm_hypercall {
	PARACALL_KVM_HC_VAPIC_POLL_IRQ = 1,
	PARACALL_KVM_HC_MMU_OP = 2,
	PARACALL_KVM_HC_FEATURES = 3,
	PARACALL_KVM_HC_PPC_MAP_MAGIC_PAGE = 4,
	PARACALL_KVM_HC_KICK_CPU = 5,
	PARACALL_KVM_HC_MIPS_GET_CLOCK_FREQ = 6,
	PARACALL_KVM_HC_MIPS_EXIT_VM = 7,
	PARACALL_KVM_HC_MIPS_CONSOLE_OUTPUT = 8,
	PARACALL_KVM_HC_CLOCK_PAIRING = 9,
	PARACALL_KVM_HC_SEND_IPI = 10,
	PARACALL_KVM_HC_SCHED_YIELD = 11,
	PARACALL_KVM_HC_MAP_GPA_RANGE = 12,
};

#endif /* PARACALL_ABI_H */
