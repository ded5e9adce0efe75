/* SPDX-License-Identifier: BSD-2-Clause */
/* Finding KVM on LoongArch, as arch/loongarch/kernel/cpu-probe.c and paravirt.c do. */
#include "common/test.h"

#include "runtime.h"

static uint32_t features;

void tests_start(const char *program)
{
	kvm_found = iocsr(PARACALL_LOONGARCH_IOCSR_FEATURES) & PARACALL_LOONGARCH_IOCSR_VM &&
		    cpucfg(PARACALL_KVM_CPUCFG_SIGNATURE) == PARACALL_KVM_CPUCFG_KVM;
	features = kvm_found ? (uint32_t)cpucfg(PARACALL_KVM_CPUCFG_FEATURES) : 0;
	print("# %s: %u CPUs, counter of %lu Hz, %s, features 0x%x\n", program, cpu_count,
	      clock_frequency(), kvm_found ? "KVM" : "no KVM", features);
}

uint32_t kvm_features(void)
{
	return features;
}
