/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From where a CPU starts to C, interrupts, and code run with all registers
 * given. pseries only: QEMU's firmware goes to the program's first byte, in real
 * mode and in big-endian order. RTAS starts the other CPUs.
 */
#include "layout.h"

/* An instruction for a CPU that reads the other byte order. */
	.macro swapped word
	.long ((\word) & 0xff) << 24 | ((\word) & 0xff00) << 8 | ((\word) >> 8 & 0xff00) | \
		((\word) >> 24 & 0xff)
	.endm

/*
 * Makes the byte order the program's own. The first word is a branch by two
 * instructions if read in the other order, and else a trap that never comes. The
 * order and number of instructions are those by which Linux's start is known.
 */
	.macro own_order
	tdi 0, 0, 0x48
	b .+0x2c
	swapped 0x7d6000a6 /* mfmsr %r11 */
	swapped 0x429f0005 /* bcl 20, 31, .+4 */
	swapped 0x7d4802a6 /* mflr %r10 */
	swapped 0x394a0020 /* addi %r10, %r10, 0x20 */
	swapped 0x7d5a03a6 /* mtsrr0 %r10 */
	swapped 0x696b0001 /* xori %r11, %r11, MSR_LE_BIT */
	swapped 0x7d7b03a6 /* mtsrr1 %r11 */
	swapped 0x4c000024 /* rfid */
	swapped 0x60000000
	swapped 0x60000000
	.endm

	.macro load_address register, symbol
	lis \register, \symbol@ha
	addi \register, \register, \symbol@l
	.endm

/* The frame of the CPU that runs this. */
	.macro load_frame register
	mfspr \register, SPR_PIR
	sldi \register, \register, FRAME_SHIFT
	oris \register, \register, FRAMES_HIGH
	.endm

	.section .text.start, "ax"
	.globl start
start:
	own_order
	/* From the firmware %r5 is its entry; without one it is enter_with_tree(). */
	cmpdi %r5, 0
	beqlr
	load_address %r4, bss_start
	load_address %r5, bss_end
	li %r0, 0
1:	std %r0, 0(%r4)
	addi %r4, %r4, 8
	cmpld %r4, %r5
	blt 1b
	load_address %r2, .TOC.
	load_address %r1, boot_stack + STACK_SIZE - STACK_HEAD
	bl boot_main
	b .

	.text
	.balign 16
	.globl cpu_start
/* %r3: the CPU's stack */
cpu_start:
	own_order
	mr %r1, %r3
	load_address %r2, .TOC.
	bl cpu_main
	b .

/* void enter_with_tree(const void *tree): go to the start as a kernel does after firmware. */
	.globl enter_with_tree
enter_with_tree:
	li %r5, 0
	b start

/*
 * What is copied to each vector, whose number goes into the "li". %r1 is kept in
 * a register that nobody uses, and that no branch changes before it is read.
 */
	.globl vector_begin, vector_number, vector_end
vector_begin:
	mtspr SPR_CFAR, %r1
	load_frame %r1
	std %r2, 2 * 8(%r1)
	mfspr %r2, SPR_CFAR
	std %r2, 1 * 8(%r1)
vector_number:
	li %r2, 0
	ba interrupted
vector_end:

interrupted:
	std %r2, STATE_VECTOR(%r1)
	std %r0, 0(%r1)
	.irp n, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, \
		15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
	std \n, \n * 8(%r1)
	.endr
	mfsrr1 %r3
	std %r3, STATE_MSR(%r1)
	mfsrr0 %r3
	std %r3, STATE_PC(%r1)
	mflr %r3
	std %r3, STATE_LR(%r1)
	mfctr %r3
	std %r3, STATE_CTR(%r1)
	mfxer %r3
	std %r3, STATE_XER(%r1)
	mfcr %r3
	std %r3, STATE_CR(%r1)
	mfdar %r3
	std %r3, STATE_DAR(%r1)
	mfdsisr %r3
	std %r3, STATE_DSISR(%r1)
	load_address %r2, .TOC.
	ld %r3, FRAME_RECOVERY(%r1)
	li %r4, 0
	std %r4, FRAME_RECOVERY(%r1)
	cmpdi %r3, 0
	beq 1f
	/* Return from enter(). */
	mr %r1, %r3
	.irp n, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
	ld \n, \n * 8(%r1)
	.endr
	ld %r0, 0(%r1)
	mtlr %r0
	ld %r0, 8(%r1)
	mtcr %r0
	addi %r1, %r1, 256
	blr
1:	ld %r3, STATE_VECTOR(%r1)
	cmpwi %r3, 0x900
	beq 2f
	ld %r1, FRAME_STACK(%r1)
	bl unexpected_interrupt
	b .
	/* While the CPU waited for work: later again. */
2:	lis %r3, 0x7fff
	mtdec %r3
	ld %r3, STATE_CR(%r1)
	mtcr %r3
	ld %r0, 0(%r1)
	ld %r4, 4 * 8(%r1)
	ld %r3, 3 * 8(%r1)
	ld %r2, 2 * 8(%r1)
	ld %r1, 1 * 8(%r1)
	rfid

/*
 * void enter(const struct state *state)
 * Load everything of it. Returns when an interrupt has come.
 */
	.globl enter
enter:
	addi %r1, %r1, -256
	.irp n, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
	std \n, \n * 8(%r1)
	.endr
	mflr %r0
	std %r0, 0(%r1)
	mfcr %r0
	std %r0, 8(%r1)
	load_frame %r4
	std %r1, FRAME_RECOVERY(%r4)
	ld %r0, STATE_LR(%r3)
	mtlr %r0
	ld %r0, STATE_CTR(%r3)
	mtctr %r0
	ld %r0, STATE_XER(%r3)
	mtxer %r0
	ld %r0, STATE_CR(%r3)
	mtcr %r0
	ld %r0, STATE_MSR(%r3)
	mtsrr1 %r0
	ld %r0, STATE_PC(%r3)
	mtsrr0 %r0
	.irp n, 0, 1, 2, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, \
		15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
	ld \n, \n * 8(%r3)
	.endr
	ld %r3, 3 * 8(%r3)
	rfid

	.bss
	.align 4
boot_stack:
	.skip STACK_SIZE

	.section .note.GNU-stack, "", @progbits
