/* SPDX-License-Identifier: BSD-2-Clause */
/* What tests need of KVM on x86: detection, and calls. */
#include "test.h"

struct paracall_guest_kvm kvm;

void tests_start(const char *program)
{
	kvm_found = paracall_guest_find_kvm(&kvm);
	print("# %s: %u CPUs, %" PRIu64 " TSC cycles per us, ", program, cpu_count,
	      cycles_per_us);
	if (kvm_found)
		print("KVM at CPUID leaf 0x%x, features 0x%x, hints 0x%x\n", kvm.base,
		      kvm.features, kvm.hints);
	else
		print("no KVM\n");
}

uint32_t kvm_features(void)
{
	return kvm.features;
}

bool cpu_has_vmmcall(void)
{
	struct paracall_guest_cpuid leaf = paracall_guest_cpuid(0, 0);

	/* "Auth"enticAMD, "Hygo"nGenuine */
	return leaf.ebx == 0x68747541 || leaf.ebx == 0x6f677948;
}

long hypercall(long number, long a0, long a1, long a2, long a3)
{
	/* Asked once: CPUID is an exit under KVM. */
	static int vmmcall = -1;

	if (vmmcall < 0)
		vmmcall = cpu_has_vmmcall();
	return vmmcall ? paracall_guest_vmmcall(number, a0, a1, a2, a3)
		       : paracall_guest_vmcall(number, a0, a1, a2, a3);
}
