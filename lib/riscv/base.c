/* SPDX-License-Identifier: BSD-2-Clause */
/* The base extension: what distinguishes KVM from a firmware. arch/riscv/kvm/vcpu_sbi_base.c. */
#include "calls.h"

/*
 * KVM's version is its kernel's, in the form of LINUX_VERSION_CODE. What is done here is
 * what 6.19 does.
 */
#define LINUX_VERSION(major, minor, patch) ((major) << 16 | (minor) << 8 | (patch))
#define KVM_VERSION LINUX_VERSION(6, 19, 0)

int64_t paracall_sbi_imp_id(struct paracall_cpu *cpu, struct call *call)
{
	(void)cpu;
	(void)call;
	return PARACALL_SBI_IMP_KVM;
}

int64_t paracall_sbi_imp_version(struct paracall_cpu *cpu, struct call *call)
{
	(void)cpu;
	(void)call;
	return KVM_VERSION;
}

/* Of the firmware's extensions the firmware knows. */
int64_t paracall_sbi_probe_ext(struct paracall_cpu *cpu, struct call *call)
{
	if (call->arguments[0] == PARACALL_SBI_STA)
		return is_offered(cpu->machine, PARACALL_KVM_FEATURE_STA);
	call->is_left = true;
	return PARACALL_SBI_SUCCESS;
}
