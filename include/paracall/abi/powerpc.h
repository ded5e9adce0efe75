/* SPDX-License-Identifier: BSD-2-Clause */
/* KVM's interface on PowerPC as numbers; see ../abi.h. */
#ifndef PARACALL_ABI_POWERPC_H
#define PARACALL_ABI_POWERPC_H

#include <paracall/abi.h>

#include <stdint.h>

/*
 * Calls: Documentation/virt/kvm/ppc-pv.rst, include/uapi/asm/epapr_hcalls.h
 * and kvm_para.h of arch/powerpc/. r11 holds a vendor and its number.
 */
#define PARACALL_EPAPR_TOKEN(vendor, number) ((uint32_t)(vendor) << 16 | (number))
#define PARACALL_EPAPR_VENDOR_LOCAL 0
#define PARACALL_EPAPR_VENDOR_EPAPR 1
#define PARACALL_EPAPR_VENDOR_KVM 42

/* Vendor ePAPR's numbers; there is no 8. */
enum paracall_epapr_hypercall {
	PARACALL_EV_BYTE_CHANNEL_SEND = 1,
	PARACALL_EV_BYTE_CHANNEL_RECEIVE = 2,
	PARACALL_EV_BYTE_CHANNEL_POLL = 3,
	PARACALL_EV_INT_SET_CONFIG = 4,
	PARACALL_EV_INT_GET_CONFIG = 5,
	PARACALL_EV_INT_SET_MASK = 6,
	PARACALL_EV_INT_GET_MASK = 7,
	PARACALL_EV_INT_IACK = 9,
	PARACALL_EV_INT_EOI = 10,
	PARACALL_EV_INT_SEND_IPI = 11,
	PARACALL_EV_INT_SET_TASK_PRIORITY = 12,
	PARACALL_EV_INT_GET_TASK_PRIORITY = 13,
	PARACALL_EV_DOORBELL_SEND = 14,
	PARACALL_EV_MSGSND = 15,
	PARACALL_EV_IDLE = 16,
};

/* The result in r3. Unlike on x86, errors are not negated. */
#define PARACALL_EV_SUCCESS 0
#define PARACALL_EV_EPERM 1
#define PARACALL_EV_ENOENT 2
#define PARACALL_EV_EIO 3
#define PARACALL_EV_EAGAIN 4
#define PARACALL_EV_ENOMEM 5
#define PARACALL_EV_EFAULT 6
#define PARACALL_EV_ENODEV 7
#define PARACALL_EV_EINVAL 8
#define PARACALL_EV_INTERNAL 9
#define PARACALL_EV_CONFIG 10
#define PARACALL_EV_INVALID_STATE 11
#define PARACALL_EV_UNIMPLEMENTED 12
#define PARACALL_EV_BUFFER_OVERFLOW 13

/* With this in the low half of r0, sc in supervisor state is a call, too. */
#define PARACALL_KVM_SC_MAGIC 0x4b564d21u

/* A bit's number in what KVM_HC_FEATURES returns. */
#define PARACALL_KVM_FEATURE_MAGIC_PAGE 1

/*
 * PPC_MAP_MAGIC_PAGE: in the low bits of its second argument, and in its answer.
 * The page begins with struct kvm_vcpu_arch_shared, of this size.
 */
#define PARACALL_KVM_MAGIC_PAGE_NOT_MAPPED_NX 1u
#define PARACALL_KVM_MAGIC_FEAT_SR (1u << 0)
#define PARACALL_KVM_MAGIC_FEAT_MAS0_TO_SPRG7 (1u << 1)
#define PARACALL_MAGIC_PAGE_SIZE 240

#endif /* PARACALL_ABI_POWERPC_H */
