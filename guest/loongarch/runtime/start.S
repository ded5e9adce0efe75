/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From where a CPU starts to C, exceptions, and one thing run with all registers given.
 * QEMU's -kernel starts the ELF file's entry on the boot CPU, at level 0, without windows or
 * translation, where all of the address but its physical part is ignored; the others come by
 * message, likewise.
 */
#include "layout.h"

	.section .text.start, "ax"
	.globl start
start:
	bl set_up
	/* After a reset, memory is as the last run left it. */
	la.pcrel $t0, bss_start
	la.pcrel $t1, bss_end
1:	st.d $zero, $t0, 0
	addi.d $t0, $t0, 8
	bltu $t0, $t1, 1b
	la.pcrel $sp, boot_stack + STACK_SIZE
	bl boot_main
	b .

	.text
	.globl cpu_start
cpu_start:
	bl set_up
	la.pcrel $t0, next_stack
	ld.d $sp, $t0, 0
	bl cpu_main
	b .

/*
 * Windows, and the address that the program is linked for; all exceptions come to one place,
 * with interrupts off.
 */
set_up:
	li.d $t0, WINDOW_DEVICES
	csrwr $t0, CSR_DMW0
	li.d $t0, WINDOW_MEMORY
	csrwr $t0, CSR_DMW1
	li.d $t0, WINDOW_USER
	csrwr $t0, CSR_DMW2
	csrwr $zero, CSR_ECFG
	li.w $t0, CRMD_RUNNING
	csrwr $t0, CSR_CRMD
	la.pcrel $t0, vectors
	li.d $t1, MEMORY
	or $t0, $t0, $t1
	csrwr $t0, CSR_EENTRY
	la.pcrel $t0, vectors
	andn $t0, $t0, $t1
	csrwr $t0, CSR_TLBRENTRY
	or $ra, $ra, $t1
	jirl $zero, $ra, 0

	.macro gprs operation, base
	.irp number, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 14, 15, 16, 17, 18, 19, 20, \
		21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
	\operation $r\number, \base, \number * 8
	.endr
	.endm

	/* t0 is r12. */
	.balign 4096
vectors:
	csrwr $t0, CSR_SAVE0
	csrrd $t0, CSR_FRAME
	st.d $t1, $t0, FRAME_SCRATCH
	csrrd $t1, CSR_ESTAT
	srli.d $t1, $t1, 16
	andi $t1, $t1, 0x3f
	bnez $t1, exception
	/* The timer's interrupt. */
	ld.d $t1, $t0, FRAME_INTERRUPTS
	addi.d $t1, $t1, 1
	st.d $t1, $t0, FRAME_INTERRUPTS
	ori $t1, $zero, 1
	csrwr $t1, CSR_TICLR
	ld.d $t1, $t0, FRAME_SCRATCH
	csrrd $t0, CSR_SAVE0
	ertn

exception:
	ld.d $t1, $t0, FRAME_SCRATCH
	gprs st.d, $t0
	csrrd $t1, CSR_SAVE0
	st.d $t1, $t0, 12 * 8
	csrrd $t1, CSR_ERA
	st.d $t1, $t0, STATE_PC
	csrrd $t1, CSR_PRMD
	st.d $t1, $t0, STATE_MODE
	csrrd $t1, CSR_ESTAT
	st.d $t1, $t0, STATE_ESTAT
	csrrd $t1, CSR_BADV
	st.d $t1, $t0, STATE_BADV
	ld.d $t1, $t0, FRAME_RECOVERY
	st.d $zero, $t0, FRAME_RECOVERY
	beqz $t1, 1f
	/* Return from enter(). */
	move $sp, $t1
	ld.d $ra, $sp, 0
	ld.d $tp, $sp, 8
	ld.d $r21, $sp, 16
	ld.d $fp, $sp, 24
	ld.d $s0, $sp, 32
	ld.d $s1, $sp, 40
	ld.d $s2, $sp, 48
	ld.d $s3, $sp, 56
	ld.d $s4, $sp, 64
	ld.d $s5, $sp, 72
	ld.d $s6, $sp, 80
	ld.d $s7, $sp, 88
	ld.d $s8, $sp, 96
	addi.d $sp, $sp, 112
	jirl $zero, $ra, 0
1:	ld.d $sp, $t0, FRAME_STACK
	bl unexpected_exception
	b .

/*
 * void enter(const struct state *state)
 * Load everything of it. Returns when an exception has come.
 */
	.globl enter
enter:
	addi.d $sp, $sp, -112
	st.d $ra, $sp, 0
	st.d $tp, $sp, 8
	st.d $r21, $sp, 16
	st.d $fp, $sp, 24
	st.d $s0, $sp, 32
	st.d $s1, $sp, 40
	st.d $s2, $sp, 48
	st.d $s3, $sp, 56
	st.d $s4, $sp, 64
	st.d $s5, $sp, 72
	st.d $s6, $sp, 80
	st.d $s7, $sp, 88
	st.d $s8, $sp, 96
	csrrd $t0, CSR_FRAME
	st.d $sp, $t0, FRAME_RECOVERY
	move $t0, $a0
	ld.d $t1, $t0, STATE_PC
	csrwr $t1, CSR_ERA
	ld.d $t1, $t0, STATE_MODE
	csrwr $t1, CSR_PRMD
	gprs ld.d, $t0
	ld.d $t0, $t0, 12 * 8
	ertn

	.section .bss.stack, "aw", @nobits
	.balign 16
boot_stack:
	.skip STACK_SIZE

	.section .note.GNU-stack, "", @progbits
