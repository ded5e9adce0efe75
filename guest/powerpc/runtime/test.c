/* SPDX-License-Identifier: BSD-2-Clause */
/* Finding KVM on PowerPC. */
#include "common/test.h"

#include "call.h"

void tests_start(const char *program)
{
	kvm_found = call_find();
	print("# %s: %u CPUs, %s translation, %s", program, cpu_count,
	      mmu_is_there ? "radix" : "no", kvm_found ? "KVM" : "no KVM\n");
	if (!kvm_found)
		return;
	print(" by");
	for (unsigned int i = 0; i < PARACALL_GUEST_CODE_WORDS - 1; i++)
		print(" %08x", call_code[i]);
	print(", features 0x%x\n", call_features());
}

uint32_t kvm_features(void)
{
	return kvm_found ? call_features() : 0;
}
