/* SPDX-License-Identifier: BSD-2-Clause */
/* The calls of the machine itself. */
#include "runtime.h"

#include "rtas.h"

long hcall(unsigned long number, unsigned long a1, unsigned long a2, unsigned long a3,
	   unsigned long a4)
{
	register unsigned long r3 __asm__("r3") = number;
	register unsigned long r4 __asm__("r4") = a1;
	register unsigned long r5 __asm__("r5") = a2;
	register unsigned long r6 __asm__("r6") = a3;
	register unsigned long r7 __asm__("r7") = a4;

	__asm__ volatile("sc 1"
			 : "+r"(r3), "+r"(r4), "+r"(r5), "+r"(r6), "+r"(r7)
			 :
			 : "r0", "r8", "r9", "r10", "r11", "r12", "lr", "ctr", "xer", "cr0",
			   "cr1", "cr5", "cr6", "cr7", "memory");
	return (long)r3;
}

int32_t rtas(enum rtas_token token, uint32_t arguments, uint32_t results, uint32_t a1,
	     uint32_t a2, uint32_t a3)
{
	/* One CPU at a time uses it. */
	static volatile uint32_t block[16];
	const uint32_t values[] = { a1, a2, a3 };

	block[0] = big_endian(token);
	block[1] = big_endian(arguments);
	block[2] = big_endian(results);
	for (uint32_t i = 0; i < arguments; i++)
		block[3 + i] = big_endian(values[i]);
	block[3 + arguments] = big_endian((uint32_t)-1);
	hcall(H_RTAS, (uintptr_t)block, 0, 0, 0);
	return (int32_t)big_endian(block[3 + arguments]);
}
