/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * For guests of s390x: KVM's functions of the instruction DIAGNOSE, one function here each.
 *
 *	paracall_guest_diag_yield_to(cpu_address);
 *
 * Rules: Documentation/virt/kvm/s390/s390-diag.rst; arch/s390/kvm/diag.c.
 */
#ifndef PARACALL_GUEST_S390_H
#define PARACALL_GUEST_S390_H

#include <paracall/abi.h>

#ifdef __cplusplus
extern "C" {
#endif

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

#ifdef __cplusplus
}
#endif

#endif /* PARACALL_GUEST_S390_H */
