/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The public part of KVM's paravirtual interface as numbers, for both sides of
 * it: the library, engines, and bare-metal guests. Values are facts of the
 * interface and never change; new ones are added.
 *
 * Kernel files named below are those of Linux 6.19.
 */
#ifndef PARACALL_ABI_H
#define PARACALL_ABI_H

#include <stdint.h>

/* Grows when something is added here. */
#define PARACALL_ABI_VERSION 1

/*
 * What a hypercall returns is 0 or more, or one of these negated:
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
 * are numbered otherwise).
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

/*
 * x86, CPUID: Documentation/virt/kvm/x86/cpuid.rst. The signature is
 * "KVMKVMKVM\0\0\0" in ebx, ecx, edx. With another hypervisor's leaves in
 * first place, KVM's are higher up, a multiple of 0x100 on.
 */
#define PARACALL_KVM_CPUID_SIGNATURE 0x40000000u
#define PARACALL_KVM_CPUID_FEATURES 0x40000001u
#define PARACALL_KVM_SIGNATURE_EBX 0x4b4d564bu
#define PARACALL_KVM_SIGNATURE_ECX 0x564b4d56u
#define PARACALL_KVM_SIGNATURE_EDX 0x0000004du

/* Where a guest searches: arch/x86/include/asm/cpuid/api.h. */
#define PARACALL_HYPERVISOR_CPUID_FIRST 0x40000000u
#define PARACALL_HYPERVISOR_CPUID_LAST 0x4000ff00u
#define PARACALL_HYPERVISOR_CPUID_STEP 0x100u

/* "There is a hypervisor": CPUID leaf 1, ecx. Bit numbers here and below. */
#define PARACALL_CPUID_1_ECX_HYPERVISOR 31

/*
 * x86, leaf 0x40000001, eax: arch/x86/include/uapi/asm/kvm_para.h. There is
 * no bit 8.
 */
#define PARACALL_KVM_FEATURE_CLOCKSOURCE 0
#define PARACALL_KVM_FEATURE_NOP_IO_DELAY 1
#define PARACALL_KVM_FEATURE_MMU_OP 2
#define PARACALL_KVM_FEATURE_CLOCKSOURCE2 3
#define PARACALL_KVM_FEATURE_ASYNC_PF 4
#define PARACALL_KVM_FEATURE_STEAL_TIME 5
#define PARACALL_KVM_FEATURE_PV_EOI 6
#define PARACALL_KVM_FEATURE_PV_UNHALT 7
#define PARACALL_KVM_FEATURE_PV_TLB_FLUSH 9
#define PARACALL_KVM_FEATURE_ASYNC_PF_VMEXIT 10
#define PARACALL_KVM_FEATURE_PV_SEND_IPI 11
#define PARACALL_KVM_FEATURE_POLL_CONTROL 12
#define PARACALL_KVM_FEATURE_PV_SCHED_YIELD 13
#define PARACALL_KVM_FEATURE_ASYNC_PF_INT 14
#define PARACALL_KVM_FEATURE_MSI_EXT_DEST_ID 15
#define PARACALL_KVM_FEATURE_HC_MAP_GPA_RANGE 16
#define PARACALL_KVM_FEATURE_MIGRATION_CONTROL 17
#define PARACALL_KVM_FEATURE_CLOCKSOURCE_STABLE_BIT 24

/* The same leaf, edx: vCPUs are never preempted for long. */
#define PARACALL_KVM_HINTS_REALTIME 0

/*
 * x86, the last argument of SEND_IPI: the low half of a local APIC's
 * interrupt command register (Intel SDM volume 3, "Interrupt Command
 * Register"; arch/x86/include/asm/apicdef.h). KVM refuses a logical
 * destination and shorthands: arch/x86/kvm/lapic.c, kvm_pv_send_ipi.
 */
#define PARACALL_ICR_VECTOR_MASK 0x000ffu
#define PARACALL_ICR_MODE_MASK 0x00700u
#define PARACALL_ICR_MODE_SHIFT 8
#define PARACALL_ICR_LOGICAL 0x00800u
#define PARACALL_ICR_ASSERT 0x04000u
#define PARACALL_ICR_LEVEL_TRIGGERED 0x08000u
#define PARACALL_ICR_SHORTHAND_MASK 0xc0000u

/* Delivery modes, as they are after the shift. */
#define PARACALL_ICR_MODE_FIXED 0
#define PARACALL_ICR_MODE_LOWEST 1
#define PARACALL_ICR_MODE_SMI 2
#define PARACALL_ICR_MODE_RESERVED 3
#define PARACALL_ICR_MODE_NMI 4
#define PARACALL_ICR_MODE_INIT 5
#define PARACALL_ICR_MODE_STARTUP 6
#define PARACALL_ICR_MODE_EXTINT 7

#endif /* PARACALL_ABI_H */
