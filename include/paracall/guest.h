/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The guest's side of KVM's paravirtual interface, for x86 in 64-bit and
 * 32-bit code, for s390x, and for PowerPC in both widths and byte orders.
 * Freestanding, nothing to link. For other architectures it declares nothing.
 *
 * x86: make a hypercall, detect KVM.
 *
 *	struct paracall_guest_kvm kvm;
 *
 *	if (paracall_guest_find_kvm(&kvm) &&
 *	    kvm.features & 1u << PARACALL_KVM_FEATURE_PV_UNHALT)
 *		paracall_guest_vmcall(PARACALL_KVM_HC_KICK_CPU, 0, apic_id, 0, 0);
 *
 * Rules: Documentation/virt/kvm/x86/hypercalls.rst and cpuid.rst.
 *
 * s390x: KVM's functions of the instruction DIAGNOSE, one function here each.
 *
 *	paracall_guest_diag_yield_to(cpu_address);
 *
 * Rules: Documentation/virt/kvm/s390/s390-diag.rst; arch/s390/kvm/diag.c.
 *
 * PowerPC: a hypercall by the instructions that the device tree names, in its
 * node /hypervisor if that is compatible with "linux,kvm".
 *
 *	static uint32_t code[PARACALL_GUEST_CODE_WORDS];
 *	unsigned long values[8] = { 0 };
 *
 *	if (paracall_guest_set_instructions(code, property, property_length) &&
 *	    !paracall_guest_call(code, token_of_features, values))
 *		features = values[0];
 *
 * Rules: Documentation/virt/kvm/ppc-pv.rst, and ePAPR 1.1, "Hypercall ABI".
 */
#ifndef PARACALL_GUEST_H
#define PARACALL_GUEST_H

#include <paracall/abi.h>

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

#ifdef __s390x__

/*
 * All are privileged: a privileged-operation exception in problem state. A
 * function that the host lacks is a specification exception; so is a
 * subcode of paracall_guest_diag_kvm(). No bit announces any of
 * them: catch the exception to find out.
 */

/*
 * DIAGNOSE 0x500: KVM's functions, by @subcode, with arguments in general
 * registers 2 to 7. Returns what is in register 2 after it: 0 or more, or a
 * negated errno.
 */
static inline long paracall_guest_diag_kvm(unsigned long subcode, unsigned long a1,
					   unsigned long a2, unsigned long a3, unsigned long a4,
					   unsigned long a5, unsigned long a6)
{
	register unsigned long r1 __asm__("1") = subcode;
	register unsigned long r2 __asm__("2") = a1;
	register unsigned long r3 __asm__("3") = a2;
	register unsigned long r4 __asm__("4") = a3;
	register unsigned long r5 __asm__("5") = a4;
	register unsigned long r6 __asm__("6") = a5;
	register unsigned long r7 __asm__("7") = a6;

	/* "memory": the host may read and write what arguments point to. */
	__asm__ volatile("diag 2,4,0x500"
			 : "+d"(r2)
			 : "d"(r1), "d"(r3), "d"(r4), "d"(r5), "d"(r6), "d"(r7)
			 : "memory", "cc");
	return (long)r2;
}

/* 0x44: give up the rest of the time slice. */
static inline void paracall_guest_diag_yield(void)
{
	__asm__ volatile("diag 0,0,0x44" : : : "memory", "cc");
}

/* 0x9c: give the rest of it to that CPU. No exception and no effect if it does not exist. */
static inline void paracall_guest_diag_yield_to(unsigned long cpu_address)
{
	__asm__ volatile("diag %0,0,0x9c" : : "d"(cpu_address) : "memory", "cc");
}

/*
 * 0x10: the contents of the pages from the one at @first to the one at @last are not
 * needed any more. They are absolute addresses of pages, from 8192 up.
 */
static inline void paracall_guest_diag_release(unsigned long first, unsigned long last)
{
	__asm__ volatile("diag %0,%1,0x10" : : "d"(first), "d"(last) : "memory", "cc");
}

/* 0x258: page-reference services. At a real address, aligned to 8. */
struct paracall_guest_page_reference {
	/* 0x258 */
	uint16_t code;
	/* 0 token: make the handshake; 1 cancel it, with all after @version 0. */
	uint16_t subcode;
	/* 5 doublewords, and 2. */
	uint16_t length, version;
	/* Real address of the doubleword that names what is running. */
	uint64_t token;
	/* Only if these bits of the PSW's mask have these values. */
	uint64_t select, compare;
	/* 0x8000000000000000 */
	uint64_t zarch;
};

/* Returns 0; or 8 if there is a token already, or 4 if there is none to cancel. */
static inline long
paracall_guest_diag_page_reference(const struct paracall_guest_page_reference *block)
{
	long result = -1;

	__asm__ volatile("diag %1,%0,0x258" : "+d"(result) : "d"(block) : "memory", "cc");
	return result;
}

#endif /* __s390x__ */

#ifdef __powerpc__

/* Room for the hypercall instructions, and a return. */
#define PARACALL_GUEST_CODE_WORDS 5

/*
 * Make @code call the hypervisor by the instructions of the property
 * hcall-instructions, @length bytes long. Returns 0 if these are not valid
 * instructions: one to four words of four bytes.
 */
static inline int paracall_guest_set_instructions(uint32_t code[PARACALL_GUEST_CODE_WORDS],
						  const void *property, unsigned long length)
{
	const unsigned char *bytes = (const unsigned char *)property;
	unsigned int i;

	if (!length || length % 4 || length > 4 * (PARACALL_GUEST_CODE_WORDS - 1))
		return 0;
	/* The device tree is big-endian whatever the guest is. */
	for (i = 0; i < length / 4; i++)
		code[i] = (uint32_t)bytes[4 * i] << 24 | (uint32_t)bytes[4 * i + 1] << 16 |
			  (uint32_t)bytes[4 * i + 2] << 8 | bytes[4 * i + 3];
	/* blr */
	code[i] = 0x4e800020;
	for (i = 0; i < PARACALL_GUEST_CODE_WORDS; i++)
		__asm__ volatile("dcbst 0,%0\n\tsync\n\ticbi 0,%0\n\tisync"
				 :
				 : "r"(code + i)
				 : "memory");
	return 1;
}

/* One hypercall by @instructions. The host may change registers other than arguments. */
#define PARACALL_GUEST_EPAPR(instructions, place) \
	register unsigned long r3 __asm__("r3") = values[0]; \
	register unsigned long r4 __asm__("r4") = values[1]; \
	register unsigned long r5 __asm__("r5") = values[2]; \
	register unsigned long r6 __asm__("r6") = values[3]; \
	register unsigned long r7 __asm__("r7") = values[4]; \
	register unsigned long r8 __asm__("r8") = values[5]; \
	register unsigned long r9 __asm__("r9") = values[6]; \
	register unsigned long r10 __asm__("r10") = values[7]; \
	register unsigned long r11 __asm__("r11") = token; \
	register unsigned long r12 __asm__("r12") = (place); \
\
	/* "memory": the host may read and write what arguments point to. */ \
	__asm__ volatile(instructions \
			 : "+r"(r3), "+r"(r4), "+r"(r5), "+r"(r6), "+r"(r7), "+r"(r8), \
			   "+r"(r9), "+r"(r10), "+r"(r11), "+r"(r12) \
			 : \
			 : "r0", "lr", "ctr", "xer", "cr0", "cr1", "cr2", "cr3", "cr4", "cr5", \
			   "cr6", "cr7", "memory"); \
	values[0] = r4; \
	values[1] = r5; \
	values[2] = r6; \
	values[3] = r7; \
	values[4] = r8; \
	values[5] = r9; \
	values[6] = r10; \
	values[7] = r11; \
	return (long)r3

/*
 * Make the call @token, a vendor and its number (PARACALL_EPAPR_TOKEN), by the
 * instructions in @code. @values has the arguments, and then what came back
 * after the result. Returns PARACALL_EV_SUCCESS or another of these. Supervisor
 * state only: in user mode nothing happens, or a system call.
 */
static inline long paracall_guest_call(const uint32_t code[PARACALL_GUEST_CODE_WORDS],
				       uint32_t token, unsigned long values[8])
{
	PARACALL_GUEST_EPAPR("mtctr 12\n\tbctrl", (unsigned long)code);
}

/*
 * The same by KVM's own instructions, whatever the device tree says. Without
 * KVM it is a system call.
 */
static inline long paracall_guest_sc_call(uint32_t token, unsigned long values[8])
{
	PARACALL_GUEST_EPAPR("lis 0,0x4b56\n\tori 0,0,0x4d21\n\tsc", 0);
}

#undef PARACALL_GUEST_EPAPR

#endif /* __powerpc__ */

#ifdef __cplusplus
}
#endif

#endif /* PARACALL_GUEST_H */
