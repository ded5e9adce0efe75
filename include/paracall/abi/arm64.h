/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The interface between KVM for arm64 and its guests: numbers of the SMC Calling
 * Convention's functions, results, and the record of stolen time. From the kernel's
 * Documentation/virt/kvm/arm/ (hypercalls.rst, pvtime.rst, ptp_kvm.rst),
 * include/linux/arm-smccc.h and include/uapi/linux/psci.h, and Arm's documents
 * DEN 0028 (the convention), 0022 (PSCI), 0057 (stolen time) and 0098 (TRNG). For guests
 * and hosts; includes nothing but the compiler's own.
 */
#ifndef PARACALL_ABI_ARM64_H
#define PARACALL_ABI_ARM64_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* W0: the function. Bit 30 says that arguments have 64 bits; bits 29:24 who owns it. */
#define PARACALL_SMCCC_64BIT 0x40000000u
#define PARACALL_SMCCC_OWNER(function) ((function) >> 24 & 0x3fu)
#define PARACALL_SMCCC_VENDOR_HYP 6u

/* The architecture's. */
#define PARACALL_SMCCC_VERSION 0x80000000u
#define PARACALL_SMCCC_ARCH_FEATURES 0x80000001u
#define PARACALL_SMCCC_ARCH_WORKAROUND_3 0x80003fffu
#define PARACALL_SMCCC_ARCH_WORKAROUND_2 0x80007fffu
#define PARACALL_SMCCC_ARCH_WORKAROUND_1 0x80008000u

/* Power State Coordination Interface. */
#define PARACALL_PSCI_VERSION 0x84000000u
#define PARACALL_PSCI_CPU_SUSPEND 0x84000001u
#define PARACALL_PSCI_CPU_OFF 0x84000002u
#define PARACALL_PSCI_CPU_ON 0x84000003u
#define PARACALL_PSCI_AFFINITY_INFO 0x84000004u
#define PARACALL_PSCI_MIGRATE 0x84000005u
#define PARACALL_PSCI_MIGRATE_INFO_TYPE 0x84000006u
#define PARACALL_PSCI_SYSTEM_OFF 0x84000008u
#define PARACALL_PSCI_SYSTEM_RESET 0x84000009u
#define PARACALL_PSCI_FEATURES 0x8400000au
#define PARACALL_PSCI_SYSTEM_SUSPEND 0x8400000eu
#define PARACALL_PSCI_SYSTEM_RESET2 0x84000012u
#define PARACALL_PSCI_SYSTEM_OFF2 0x84000015u

/* True Random Number Generator. */
#define PARACALL_TRNG_VERSION 0x84000050u
#define PARACALL_TRNG_FEATURES 0x84000051u
#define PARACALL_TRNG_GET_UUID 0x84000052u
#define PARACALL_TRNG_RND32 0x84000053u
#define PARACALL_TRNG_RND64 (PARACALL_TRNG_RND32 | PARACALL_SMCCC_64BIT)

/* What hypervisors share. */
#define PARACALL_PV_TIME_FEATURES 0xc5000020u
#define PARACALL_PV_TIME_ST 0xc5000021u

/* KVM's own. */
#define PARACALL_VENDOR_HYP_CALL_UID 0x8600ff01u
#define PARACALL_VENDOR_HYP_KVM_FEATURES 0x86000000u
#define PARACALL_VENDOR_HYP_KVM_PTP 0x86000001u
#define PARACALL_VENDOR_HYP_KVM_HYP_MEMINFO 0xc6000002u
#define PARACALL_VENDOR_HYP_KVM_MEM_SHARE 0xc6000003u
#define PARACALL_VENDOR_HYP_KVM_MEM_UNSHARE 0xc6000004u
#define PARACALL_VENDOR_HYP_KVM_MMIO_GUARD 0xc6000007u
#define PARACALL_VENDOR_HYP_KVM_DISCOVER_IMPL_VER 0xc6000040u
#define PARACALL_VENDOR_HYP_KVM_DISCOVER_IMPL_CPUS 0xc6000041u

/* In X0, 64 bits. */
#define PARACALL_SMCCC_SUCCESS 0
#define PARACALL_SMCCC_NOT_SUPPORTED -1
/* ARCH_FEATURES: the workaround is not needed on this CPU. */
#define PARACALL_SMCCC_NOT_REQUIRED 1
/* Of KVM's own functions. */
#define PARACALL_SMCCC_INVALID_PARAMETER -3
#define PARACALL_TRNG_INVALID_PARAMETERS -2
#define PARACALL_TRNG_NO_ENTROPY -3

#define PARACALL_SMCCC_VERSION_1_1 0x10001
#define PARACALL_PSCI_VERSION_1_1 0x10001
/* MIGRATE_INFO_TYPE: there is no trusted operating system to migrate. */
#define PARACALL_PSCI_TOS_NONE 2
#define PARACALL_TRNG_VERSION_1_0 0x10000

/* VENDOR_HYP_CALL_UID: KVM's UID, in X0 to X3. */
#define PARACALL_KVM_UID_0 0xb66fb428u
#define PARACALL_KVM_UID_1 0xe911c52eu
#define PARACALL_KVM_UID_2 0x564bcaa9u
#define PARACALL_KVM_UID_3 0x743a004du

/* TRNG_GET_UUID's. */
#define PARACALL_KVM_TRNG_UUID_0 0x00e0210du
#define PARACALL_KVM_TRNG_UUID_1 0xeb118443u
#define PARACALL_KVM_TRNG_UUID_2 0x44527080u
#define PARACALL_KVM_TRNG_UUID_3 0x4c5a4e55u

/* DISCOVER_IMPL_VER: its version in X1, and in X2 how many DISCOVER_IMPL_CPUS knows. */
#define PARACALL_KVM_DISCOVER_IMPL_VERSION_1_0 0x10000u

/* PTP's W1: the counter to pair with the host's clock. */
#define PARACALL_KVM_PTP_VIRTUAL_COUNTER 0
#define PARACALL_KVM_PTP_PHYSICAL_COUNTER 1

/*
 * Bits that VENDOR_HYP_KVM_FEATURES returns in X0; and above them those that KVM's
 * user space chooses elsewhere: KVM_REG_ARM_STD_BMAP, KVM_REG_ARM_STD_HYP_BMAP, and
 * KVM_REG_ARM_VENDOR_HYP_BMAP_2. The last two come in X2 of that call, from bit 0 on.
 */
#define PARACALL_KVM_FEATURE_FUNC_FEAT 0
#define PARACALL_KVM_FEATURE_PTP 1
#define PARACALL_KVM_FEATURE_TRNG 16
#define PARACALL_KVM_FEATURE_PV_TIME 17
#define PARACALL_KVM_FEATURE_DISCOVER_IMPL_VER 18
#define PARACALL_KVM_FEATURE_DISCOVER_IMPL_CPUS 19
#define PARACALL_KVM_VENDOR_HYP_FEATURES 0xffffu
#define PARACALL_KVM_VENDOR_HYP_FEATURES_2 0xc0000u
#define PARACALL_KVM_VENDOR_HYP_FEATURES_2_SHIFT 18

/* PV_TIME_ST's record, little-endian, 64 bytes at a multiple of 64. */
struct paracall_kvm_stolen_time {
	uint32_t revision;
	uint32_t attributes;
	/* Nanoseconds since it was requested. */
	uint64_t stolen_time;
	uint8_t reserved[48];
};

#ifdef __cplusplus
}
#endif

#endif /* PARACALL_ABI_ARM64_H */
