/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What KVM for RISC-V and its guests have agreed on: numbers of the Supervisor Binary
 * Interface's extensions and functions, results, and the record of steal time. From the
 * RISC-V Supervisor Binary Interface Specification, version 3.0, and the kernel's
 * arch/riscv/include/asm/sbi.h and arch/riscv/include/uapi/asm/kvm.h. For guests and
 * hosts; includes nothing but the compiler's own.
 */
#ifndef PARACALL_ABI_RISCV_H
#define PARACALL_ABI_RISCV_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* a7: the extension. Most are named by their letters. */
#define PARACALL_SBI_LEGACY_SET_TIMER 0x0
#define PARACALL_SBI_LEGACY_CONSOLE_PUTCHAR 0x1
#define PARACALL_SBI_LEGACY_CONSOLE_GETCHAR 0x2
#define PARACALL_SBI_LEGACY_CLEAR_IPI 0x3
#define PARACALL_SBI_LEGACY_SEND_IPI 0x4
#define PARACALL_SBI_LEGACY_REMOTE_FENCE_I 0x5
#define PARACALL_SBI_LEGACY_REMOTE_SFENCE_VMA 0x6
#define PARACALL_SBI_LEGACY_REMOTE_SFENCE_VMA_ASID 0x7
#define PARACALL_SBI_LEGACY_SHUTDOWN 0x8
/* Up to here an extension is one function, and a6 means nothing. */
#define PARACALL_SBI_LEGACY_LAST 0xf
#define PARACALL_SBI_BASE 0x10
#define PARACALL_SBI_HSM 0x48534d
#define PARACALL_SBI_PMU 0x504d55
#define PARACALL_SBI_STA 0x535441
#define PARACALL_SBI_IPI 0x735049
#define PARACALL_SBI_CPPC 0x43505043
#define PARACALL_SBI_DBCN 0x4442434e
#define PARACALL_SBI_FWFT 0x46574654
#define PARACALL_SBI_RFENCE 0x52464e43
#define PARACALL_SBI_SRST 0x53525354
#define PARACALL_SBI_SUSP 0x53555350
#define PARACALL_SBI_TIME 0x54494d45

/* a6: the function. */
#define PARACALL_SBI_BASE_GET_SPEC_VERSION 0
#define PARACALL_SBI_BASE_GET_IMP_ID 1
#define PARACALL_SBI_BASE_GET_IMP_VERSION 2
#define PARACALL_SBI_BASE_PROBE_EXT 3
#define PARACALL_SBI_BASE_GET_MVENDORID 4
#define PARACALL_SBI_BASE_GET_MARCHID 5
#define PARACALL_SBI_BASE_GET_MIMPID 6

#define PARACALL_SBI_HSM_HART_START 0
#define PARACALL_SBI_HSM_HART_STOP 1
#define PARACALL_SBI_HSM_HART_STATUS 2
#define PARACALL_SBI_HSM_HART_SUSPEND 3

#define PARACALL_SBI_STA_STEAL_TIME_SET_SHMEM 0
#define PARACALL_SBI_IPI_SEND_IPI 0
#define PARACALL_SBI_SRST_RESET 0
#define PARACALL_SBI_TIME_SET_TIMER 0

/* In a0, 64 bits; a1 is then the value. Legacy functions have a0 alone. */
#define PARACALL_SBI_SUCCESS 0
#define PARACALL_SBI_ERR_FAILURE -1
#define PARACALL_SBI_ERR_NOT_SUPPORTED -2
#define PARACALL_SBI_ERR_INVALID_PARAM -3
#define PARACALL_SBI_ERR_DENIED -4
#define PARACALL_SBI_ERR_INVALID_ADDRESS -5
#define PARACALL_SBI_ERR_ALREADY_AVAILABLE -6
#define PARACALL_SBI_ERR_ALREADY_STARTED -7
#define PARACALL_SBI_ERR_ALREADY_STOPPED -8
#define PARACALL_SBI_ERR_NO_SHMEM -9
#define PARACALL_SBI_ERR_INVALID_STATE -10
#define PARACALL_SBI_ERR_BAD_RANGE -11
#define PARACALL_SBI_ERR_TIMEOUT -12
#define PARACALL_SBI_ERR_IO -13
#define PARACALL_SBI_ERR_DENIED_LOCKED -14

/* BASE_GET_IMP_ID's values: who answers. */
#define PARACALL_SBI_IMP_OPENSBI 1
#define PARACALL_SBI_IMP_KVM 3

/* STA_STEAL_TIME_SET_SHMEM: both halves of the address, for no record. */
#define PARACALL_SBI_SHMEM_DISABLE UINT64_MAX

/* Bits of features: extensions by the kernel's enum KVM_RISCV_SBI_EXT_ID. */
#define PARACALL_KVM_FEATURE_STA 10

/*
 * STA_STEAL_TIME_SET_SHMEM's record, little-endian, 64 bytes from a multiple of as many on.
 * While the host writes to it .sequence is odd.
 */
struct paracall_sbi_sta {
	uint32_t sequence;
	uint32_t flags;
	/* Nanoseconds since the record was given. */
	uint64_t steal;
	uint8_t preempted;
	uint8_t reserved[47];
};

#ifdef __cplusplus
}
#endif

#endif /* PARACALL_ABI_RISCV_H */
