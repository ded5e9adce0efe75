/* SPDX-License-Identifier: BSD-2-Clause */
/* What tests need of KVM on x86: finding it, and calling. */
#include "test.h"

struct paracall_guest_kvm kvm;

void tests_start(const char *program)
{
	kvm_found = paracall_guest_find_kvm(&kvm);
	print("# %s: %u CPUs, %lu TSC cycles per us, ", program, cpu_count, cycles_per_us);
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

struct registers registers_with_patterns(uint64_t number, uint64_t rflags)
{
	return (struct registers){
		.rax = number,
		.rbx = 0xb1b1b1b1b1b1b1b1,
		.rcx = 0xc1c1c1c1c1c1c1c1,
		.rdx = 0xd2d2d2d2d2d2d2d2,
		.rsi = 0x5151515151515151,
		.rdi = 0xd1d1d1d1d1d1d1d1,
		.rbp = 0xb0b0b0b0b0b0b0b0,
		.r8 = 0x0808080808080808,
		.r9 = 0x0909090909090909,
		.r10 = 0x1010101010101010,
		.r11 = 0x1111111111111111,
		.r12 = 0x1212121212121212,
		.r13 = 0x1313131313131313,
		.r14 = 0x1414141414141414,
		.r15 = 0x1515151515151515,
		.rflags = rflags,
	};
}
