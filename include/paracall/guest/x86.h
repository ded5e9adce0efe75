/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * For guests of x86, in 64-bit and 32-bit code: make a hypercall, detect KVM.
 *
 *	struct paracall_guest_kvm kvm;
 *
 *	if (paracall_guest_find_kvm(&kvm) &&
 *	    kvm.features & 1u << PARACALL_KVM_FEATURE_PV_UNHALT)
 *		paracall_guest_vmcall(PARACALL_KVM_HC_KICK_CPU, 0, apic_id, 0, 0);
 *
 * Rules: Documentation/virt/kvm/x86/hypercalls.rst and cpuid.rst.
 */
#ifndef PARACALL_GUEST_X86_H
#define PARACALL_GUEST_X86_H

#include <paracall/abi/x86.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__x86_64__) || defined(__i386__)

/* One hypercall. A macro because the two instructions differ in their bytes only. */
#define PARACALL_GUEST_HYPERCALL(instruction) \
	long result; \
\
	/* "memory": the host may read and write what arguments point to. */ \
	__asm__ volatile(instruction \
			 : "=a"(result) \
			 : "a"(number), "b"(a0), "c"(a1), "d"(a2), "S"(a3) \
			 : "memory"); \
	return result

/*
 * Make hypercall @number with the instruction of Intel's CPUs, vmcall. Returns
 * 0 or more, or an error: -PARACALL_KVM_ENOSYS if there is no such call,
 * -PARACALL_KVM_EPERM outside privilege level 0.
 *
 * Use the CPU's own instruction: KVM replaces the other one in memory
 * the first time, which faults if the page is read-only. Without a hypervisor
 * that accepts it, either raises #UD: detect KVM first.
 */
static inline long paracall_guest_vmcall(long number, long a0, long a1, long a2, long a3)
{
	PARACALL_GUEST_HYPERCALL("vmcall");
}

/* The same with the instruction of AMD's and Hygon's CPUs, vmmcall. */
static inline long paracall_guest_vmmcall(long number, long a0, long a1, long a2, long a3)
{
	PARACALL_GUEST_HYPERCALL("vmmcall");
}

#undef PARACALL_GUEST_HYPERCALL

/* What CPUID returned. */
struct paracall_guest_cpuid {
	uint32_t eax, ebx, ecx, edx;
};

static inline struct paracall_guest_cpuid paracall_guest_cpuid(uint32_t leaf, uint32_t subleaf)
{
	struct paracall_guest_cpuid result;

	__asm__ volatile("cpuid"
			 : "=a"(result.eax), "=b"(result.ebx), "=c"(result.ecx),
			   "=d"(result.edx)
			 : "a"(leaf), "c"(subleaf));
	return result;
}

/* KVM as a guest finds it. */
struct paracall_guest_kvm {
	/* First of its CPUID leaves: 0x40000000, or higher up after another's. */
	uint32_t base;
	/* The last one. */
	uint32_t last;
	/* PARACALL_KVM_FEATURE_..., as bits. */
	uint32_t features;
	/* PARACALL_KVM_HINTS_..., as bits. */
	uint32_t hints;
};

/*
 * Look for KVM's signature. Returns 1 and fills @kvm if KVM, or a host with
 * its interface, is found; else returns 0 and leaves @kvm alone.
 */
static inline int paracall_guest_find_kvm(struct paracall_guest_kvm *kvm)
{
	struct paracall_guest_cpuid leaf = paracall_guest_cpuid(1, 0);
	uint32_t base;

	/* Without a hypervisor these leaves return anything. */
	if (!(leaf.ecx & 1u << PARACALL_CPUID_1_ECX_HYPERVISOR))
		return 0;
	for (base = PARACALL_HYPERVISOR_CPUID_FIRST; base <= PARACALL_HYPERVISOR_CPUID_LAST;
	     base += PARACALL_HYPERVISOR_CPUID_STEP) {
		leaf = paracall_guest_cpuid(base, 0);
		if (leaf.ebx != PARACALL_KVM_SIGNATURE_EBX ||
		    leaf.ecx != PARACALL_KVM_SIGNATURE_ECX ||
		    leaf.edx != PARACALL_KVM_SIGNATURE_EDX)
			continue;
		kvm->base = base;
		/* Old hosts say 0 and mean the next leaf: cpuid.rst. */
		kvm->last = leaf.eax ? leaf.eax : base + 1;
		leaf = paracall_guest_cpuid(base | 1, 0);
		kvm->features = leaf.eax;
		kvm->hints = leaf.edx;
		return 1;
	}
	return 0;
}

#endif /* x86 */

#ifdef __cplusplus
}
#endif

#endif /* PARACALL_GUEST_X86_H */
