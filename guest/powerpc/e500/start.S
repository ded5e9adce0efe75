/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ppce500 starts a kernel with the first memory mapped. Interrupts note where they
 * came from, and continue after the instruction, in supervisor state.
 */
#include "shared/start.inc"

#define SAVED_R3 0xf00
#define SAVED_R4 0xf04
/* The interrupt's IVOR and 1, and the data's address. */
#define CAUGHT 0xf08
#define CAUGHT_DEAR 0xf0c

	.section .text.vectors, "ax"
	/* One for each IVOR from 0 to 15; registers that tests use can't be taken. */
	.globl vectors
vectors:
	.irp number, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
	.balign 64
	stw %r3, SAVED_R3(0)
	stw %r4, SAVED_R4(0)
	li %r3, \number + 1
	stw %r3, CAUGHT(0)
	mfspr %r3, 61
	stw %r3, CAUGHT_DEAR(0)
	li %r4, 4
	.if \number == 8
	/* A system call's address is after it already. */
	li %r4, 0
	.endif
	.if \number == 10
	/* The decrementer's, after which its instruction runs: no more of it. */
	lis %r4, 0x0800
	mtspr 336, %r4
	li %r4, 0
	.endif
	b return
	.endr

return:
	return_behind SAVED_R3, SAVED_R4

	.text
	.globl start
start:
	start_c
	lis %r4, vectors@ha
	addi %r4, %r4, vectors@l
	mtspr 63, %r4
	.irp number, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
	li %r4, \number * 64
	mtspr 400 + \number, %r4
	.endr
	bl boot_main
	b .

	stack
