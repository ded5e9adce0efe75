/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Open Firmware goes to the first byte, with addresses translated, and its own entry
 * in %r5. It tells where devices are, and isn't needed any more. Interrupts note where
 * they came from, and go on behind the instruction, in supervisor state.
 */
/* In the first page, below the vectors. */
#define SAVED_R3 0x40
#define SAVED_R4 0x44
/* The interrupt's vector / 256 and 1, and the data's address. */
#define CAUGHT 0x48
#define CAUGHT_DAR 0x4c

	.section .text.start, "ax"
	.globl start
start:
	/* The first instructions by which Linux's start is known. */
	cmpwi %r5, 0
	beq entered
	mr %r3, %r5
	lis %r4, bss_start@ha
	addi %r4, %r4, bss_start@l
	lis %r5, bss_end@ha
	addi %r5, %r5, bss_end@l
	li %r0, 0
1:	stw %r0, 0(%r4)
	addi %r4, %r4, 4
	cmplw %r4, %r5
	blt 1b
	lis %r1, stack_end@ha
	addi %r1, %r1, stack_end@l
	addi %r1, %r1, -16
	bl find_devices
	/* Real mode: memory is at the same addresses. */
	li %r0, 0x1000
	mtmsr %r0
	isync
	bl boot_main
	b .
entered:
	blr

/* void enter_with_tree(const void *tree) */
	.globl enter_with_tree
enter_with_tree:
	li %r5, 0
	b start

/* Copied to address 0. Registers that tests use can't be taken. */
	.balign 256
	.globl vectors, vectors_end
vectors:
	.irp number, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
	.org vectors + \number * 256
	stw %r3, SAVED_R3(0)
	stw %r4, SAVED_R4(0)
	li %r3, \number + 1
	stw %r3, CAUGHT(0)
	mfdar %r3
	stw %r3, CAUGHT_DAR(0)
	.if \number == 12
	/* A system call's address is behind it already. */
	li %r4, 0
	.else
	li %r4, 4
	.endif
	ba return
	.endr
	.org vectors + 16 * 256
vectors_end:

return:
	mfsrr0 %r3
	add %r3, %r3, %r4
	mtsrr0 %r3
	mfsrr1 %r3
	rlwinm %r3, %r3, 0, 18, 16
	mtsrr1 %r3
	lwz %r4, SAVED_R4(0)
	lwz %r3, SAVED_R3(0)
	rfi

	.bss
	.balign 16
	.skip 0x8000
stack_end:

	.section .note.GNU-stack, "", @progbits
