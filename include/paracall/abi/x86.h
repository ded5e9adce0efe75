/* SPDX-License-Identifier: BSD-2-Clause */
/* KVM's interface on x86 as numbers; see ../abi.h. */
#ifndef PARACALL_ABI_X86_H
#define PARACALL_ABI_X86_H

#include <paracall/abi.h>

#include <stdint.h>

/*
 * CPUID: Documentation/virt/kvm/x86/cpuid.rst. The signature is
 * "KVMKVMKVM\0\0\0" in ebx, ecx, edx. If another hypervisor's leaves come
 * first, KVM's are a multiple of 0x100 higher.
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

/* The hypervisor bit: CPUID leaf 1, ecx. Bit numbers here and below. */
#define PARACALL_CPUID_1_ECX_HYPERVISOR 31

/*
 * Leaf 0x40000001, eax: arch/x86/include/uapi/asm/kvm_para.h. There is
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
 * The last argument of SEND_IPI: the low half of a local APIC's
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

/*
 * Model-specific registers: Documentation/virt/kvm/x86/msr.rst. The first
 * two are older than the range that was reserved for KVM later.
 */
#define PARACALL_KVM_MSR_FIRST 0x4b564d00u
#define PARACALL_KVM_MSR_LAST 0x4b564dffu

enum paracall_kvm_msr {
	PARACALL_KVM_MSR_WALL_CLOCK = 0x11,
	PARACALL_KVM_MSR_SYSTEM_TIME = 0x12,
	PARACALL_KVM_MSR_WALL_CLOCK_NEW = 0x4b564d00,
	PARACALL_KVM_MSR_SYSTEM_TIME_NEW = 0x4b564d01,
	PARACALL_KVM_MSR_ASYNC_PF_EN = 0x4b564d02,
	PARACALL_KVM_MSR_STEAL_TIME = 0x4b564d03,
	PARACALL_KVM_MSR_PV_EOI_EN = 0x4b564d04,
	PARACALL_KVM_MSR_POLL_CONTROL = 0x4b564d05,
	PARACALL_KVM_MSR_ASYNC_PF_INT = 0x4b564d06,
	PARACALL_KVM_MSR_ASYNC_PF_ACK = 0x4b564d07,
	PARACALL_KVM_MSR_MIGRATION_CONTROL = 0x4b564d08,
};

/* Bit 0 of most of them. */
#define PARACALL_KVM_MSR_ENABLED 1u

/* ASYNC_PF_EN, additionally. */
#define PARACALL_KVM_ASYNC_PF_SEND_ALWAYS (1u << 1)
#define PARACALL_KVM_ASYNC_PF_DELIVERY_AS_PF_VMEXIT (1u << 2)
#define PARACALL_KVM_ASYNC_PF_DELIVERY_AS_INT (1u << 3)

/*
 * What the host writes into the guest's memory: little-endian, natural
 * alignment. arch/x86/include/asm/pvclock-abi.h.
 */
struct paracall_pvclock_wall_clock {
	uint32_t version;
	uint32_t sec;
	uint32_t nsec;
};

struct paracall_pvclock_vcpu_time_info {
	uint32_t version;
	uint32_t pad0;
	uint64_t tsc_timestamp;
	uint64_t system_time;
	uint32_t tsc_to_system_mul;
	int8_t tsc_shift;
	uint8_t flags;
	uint8_t pad[2];
};

#define PARACALL_PVCLOCK_TSC_STABLE (1u << 0)
#define PARACALL_PVCLOCK_GUEST_STOPPED (1u << 1)

/* arch/x86/include/uapi/asm/kvm_para.h from here on. */
struct paracall_kvm_clock_pairing {
	int64_t sec;
	int64_t nsec;
	uint64_t tsc;
	uint32_t flags;
	uint32_t pad[9];
};

/* The only clock type of CLOCK_PAIRING. */
#define PARACALL_KVM_CLOCK_PAIRING_WALLCLOCK 0

struct paracall_kvm_steal_time {
	uint64_t steal;
	uint32_t version;
	uint32_t flags;
	uint8_t preempted;
	uint8_t u8_pad[3];
	uint32_t pad[11];
};

#define PARACALL_KVM_VCPU_PREEMPTED (1u << 0)
#define PARACALL_KVM_VCPU_FLUSH_TLB (1u << 1)

struct paracall_kvm_vcpu_pv_apf_data {
	uint32_t flags;
	uint32_t token;
	uint8_t pad[56];
};

#define PARACALL_KVM_PV_REASON_PAGE_NOT_PRESENT 1u
/* The token that wakes all waiting tasks. */
#define PARACALL_KVM_ASYNC_PF_WAKE_ALL 0xffffffffu

/* MAP_GPA_RANGE's attributes: hypercalls.rst. */
#define PARACALL_KVM_MAP_GPA_RANGE_PAGE_SIZE_MASK 0xfu
#define PARACALL_KVM_MAP_GPA_RANGE_PAGE_SIZE_4K 0u
#define PARACALL_KVM_MAP_GPA_RANGE_PAGE_SIZE_2M 1u
#define PARACALL_KVM_MAP_GPA_RANGE_PAGE_SIZE_1G 2u
#define PARACALL_KVM_MAP_GPA_RANGE_ENCRYPTED (1u << 4)

/* MMU_OP's operations; each begins with struct paracall_kvm_mmu_op_header. */
#define PARACALL_KVM_MMU_OP_WRITE_PTE 1u
#define PARACALL_KVM_MMU_OP_FLUSH_TLB 2u
#define PARACALL_KVM_MMU_OP_RELEASE_PT 3u

struct paracall_kvm_mmu_op_header {
	uint32_t op;
	uint32_t pad;
};

struct paracall_kvm_mmu_op_write_pte {
	struct paracall_kvm_mmu_op_header header;
	uint64_t pte_phys;
	uint64_t pte_val;
};

struct paracall_kvm_mmu_op_flush_tlb {
	struct paracall_kvm_mmu_op_header header;
};

struct paracall_kvm_mmu_op_release_pt {
	struct paracall_kvm_mmu_op_header header;
	uint64_t pt_phys;
};

#endif /* PARACALL_ABI_X86_H */
