/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Open Firmware goes to the first byte, with addresses translated, and its own entry
 * in %r5. It reports where devices are, and is not needed any more. Interrupts note where
 * they came from, and continue after the instruction, in supervisor state.
 */
#include "shared/start.inc"

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
	start_c
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
	li %r4, 4
	.if \number == 12
	/* A system call's address is after it already. */
	li %r4, 0
	.endif
	.if \number == 9
	/* The decrementer's, after which its instruction runs: no more of it. */
	lis %r4, 0x7fff
	mtdec %r4
	li %r4, 0
	.endif
	ba return
	.endr
	.org vectors + 16 * 256
vectors_end:

return:
	return_behind SAVED_R3, SAVED_R4

	stack
