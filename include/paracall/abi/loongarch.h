/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What KVM for LoongArch and its guests have agreed on: where a guest finds KVM, codes of
 * the instruction hvcl, results, and the record of steal time. From the kernel's
 * Documentation/virt/kvm/loongarch/hypercalls.rst, arch/loongarch/include/asm/kvm_para.h
 * and arch/loongarch/include/uapi/asm/kvm_para.h. For guests and hosts; includes nothing
 * but the compiler's own.
 */
#ifndef PARACALL_ABI_LOONGARCH_H
#define PARACALL_ABI_LOONGARCH_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The IOCSR register of features, and its bit that says that there is a hypervisor. */
#define PARACALL_LOONGARCH_IOCSR_FEATURES 0x8u
#define PARACALL_LOONGARCH_IOCSR_VM (UINT64_C(1) << 11)

/* CPUCFG's indices that are KVM's, of which all but two read as 0. */
#define PARACALL_KVM_CPUCFG_SIGNATURE 0x40000000u
#define PARACALL_KVM_CPUCFG_FEATURES 0x40000004u
#define PARACALL_KVM_CPUCFG_LAST 0x400000ffu

/* "KVM\0", the signature. */
#define PARACALL_KVM_CPUCFG_KVM 0x004d564bu

/* Bits of what CPUCFG gives for the features. From 24 on KVM's user space has them. */
#define PARACALL_KVM_FEATURE_LOONGARCH_IPI 1
#define PARACALL_KVM_FEATURE_LOONGARCH_STEAL_TIME 2
#define PARACALL_KVM_FEATURE_LOONGARCH_PREEMPT 3
#define PARACALL_KVM_FEATURE_LOONGARCH_VIRT_EXTIOI 24
#define PARACALL_KVM_FEATURE_LOONGARCH_USER_HCALL 25

/* hvcl's codes: KVM's services, a breakpoint of the host's, and KVM's user space. */
#define PARACALL_HCALL_SERVICE 0x100u
#define PARACALL_HCALL_SWDBG 0x101u
#define PARACALL_HCALL_USER_SERVICE 0x102u

/* Functions of the services, in a0. */
#define PARACALL_HCALL_FUNC_IPI 1
#define PARACALL_HCALL_FUNC_NOTIFY 2

/* In a0, 64 bits. */
#define PARACALL_HCALL_SUCCESS 0
#define PARACALL_HCALL_INVALID_CODE -1
#define PARACALL_HCALL_INVALID_PARAMETER -2

/* NOTIFY of steal time, a2: where the record is, and that there is one. */
#define PARACALL_KVM_STEAL_PHYS_VALID UINT64_C(1)
#define PARACALL_KVM_STEAL_PHYS_MASK (~UINT64_C(0x3f))

/*
 * The record, little-endian, 64 bytes from a multiple of as many on. As on x86 .version is
 * odd while the host writes.
 */
struct paracall_kvm_loongarch_steal_time {
	/* Nanoseconds, added to what was there. */
	uint64_t steal;
	uint32_t version;
	uint32_t flags;
	/* Only with the feature PREEMPT. */
	uint8_t preempted;
	uint8_t reserved[47];
};

#ifdef __cplusplus
}
#endif

#endif /* PARACALL_ABI_LOONGARCH_H */
