/* SPDX-License-Identifier: BSD-2-Clause */
/* Finding KVM on RISC-V, by the SBI's base extension. */
#include "common/test.h"

#include "runtime.h"

static uint32_t features;

static uint64_t base(uint64_t function, uint64_t a0)
{
	return call(PARACALL_SBI_BASE, function, a0, 0, 0).value;
}

void tests_start(const char *program)
{
	uint64_t who = base(PARACALL_SBI_BASE_GET_IMP_ID, 0);

	kvm_found = who == PARACALL_SBI_IMP_KVM;
	if (kvm_found && base(PARACALL_SBI_BASE_PROBE_EXT, PARACALL_SBI_STA))
		features |= 1u << PARACALL_KVM_FEATURE_STA;
	print("# %s: %u CPUs, SBI 0x%lx, implementation %lu, version 0x%lx, features 0x%x\n",
	      program, cpu_count, base(PARACALL_SBI_BASE_GET_SPEC_VERSION, 0), who,
	      base(PARACALL_SBI_BASE_GET_IMP_VERSION, 0), features);
}

uint32_t kvm_features(void)
{
	return features;
}
