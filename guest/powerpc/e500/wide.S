/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The 64-bit mode of e5500: one instruction at an address that 32 bits don't reach. The
 * same memory is at the address that is left of it, so that nothing is lost then.
 */
	.machine "e5500"

#define MAS0 624
#define MAS1 625
#define MAS2 626
#define MAS3 627
#define MAS7 944
/* MSR[CM], of the upper half word. */
#define COMPUTATION_MODE_HIGH 0x8000
/* The four highest bits of the address. */
#define HIGH 0xc

	.macro load_mas number, high, low
	lis %r4, \high
	ori %r4, %r4, \low
	mtspr \number, %r4
	.endm

	/* Where the CPU is, in %r5, and the label there. */
	.macro here label
	bcl 20, 31, \label\()f
\label:	mflr %r5
	.endm

	.text
/* uint32_t wide_run(enum wide what) */
	.globl wide_run
wide_run:
	mflr %r12
	mr %r10, %r3
	mfmsr %r9
	oris %r4, %r9, COMPUTATION_MODE_HIGH
	mtmsr %r4
	isync
	/* Entry 4 of the second TLB: 64 MiB from 0 on. */
	load_mas MAS0, 0x1004, 0
	load_mas MAS1, 0xc000, 0x0800
	load_mas MAS3, 0, 0x3f
	load_mas MAS7, 0, 0
	li %r6, HIGH
	sldi %r6, %r6, 60
	mtspr MAS2, %r6
	isync
	tlbwe
	isync
	here 1
	addi %r5, %r5, high - 1b
	or %r5, %r5, %r6
	mtctr %r5
	bctr
high:
	lis %r0, 0x4b56
	ori %r0, %r0, 0x4d21
	/* FEATURES of KVM's. */
	lis %r11, 0x2a
	ori %r11, %r11, 3
	cmpwi %r10, 1
	beq sc_1
	bgt page
	sc
	b done
sc_1:
	.long 0x44000022
	b done
page:
	lwz %r3, -4096 + 0x5c(0)
done:
	here 2
	srdi %r3, %r5, 32
	clrldi %r5, %r5, 32
	addi %r5, %r5, low - 2b
	mtctr %r5
	bctr
low:
	mtmsr %r9
	isync
	mtlr %r12
	blr

	.section .note.GNU-stack, "", @progbits
