/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * For guests of PowerPC, of both widths and byte orders: a hypercall by the instructions
 * that the device tree names, in its node /hypervisor if that is compatible with
 * "linux,kvm".
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
#ifndef PARACALL_GUEST_POWERPC_H
#define PARACALL_GUEST_POWERPC_H

#include <paracall/abi/powerpc.h>

#ifdef __cplusplus
extern "C" {
#endif

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

#endif /* PARACALL_GUEST_POWERPC_H */
