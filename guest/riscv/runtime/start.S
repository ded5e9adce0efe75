/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From where a hart starts to C, exceptions, and one thing run with all registers given.
 * The firmware starts one hart, any of them, in supervisor mode, with its number in a0 and
 * the device tree's address in a1; the others come by SBI's HSM.
 */
#include "layout.h"

	.option norelax
	.section .text.start, "ax"
	.globl start
start:
	/* After a reset, memory is as the last run left it. */
	la t0, bss_start
	la t1, bss_end
1:	sd zero, (t0)
	addi t0, t0, 8
	bltu t0, t1, 1b
	la sp, boot_stack + STACK_SIZE
	la t0, exception
	csrw stvec, t0
	call boot_main
1:	j 1b

	.text
	/* a1: the stack, and after it the frame. */
	.globl cpu_start
	.balign 4
cpu_start:
	mv sp, a1
	la t0, exception
	csrw stvec, t0
	call cpu_main
1:	j 1b

	.balign 4
exception:
	csrrw a0, sscratch, a0
	sd t0, 5*8(a0)
	csrr t0, scause
	bltz t0, interrupt
	sd x1, 1*8(a0)
	sd x2, 2*8(a0)
	sd x3, 3*8(a0)
	sd x4, 4*8(a0)
	sd x6, 6*8(a0)
	sd x7, 7*8(a0)
	sd x8, 8*8(a0)
	sd x9, 9*8(a0)
	sd x11, 11*8(a0)
	sd x12, 12*8(a0)
	sd x13, 13*8(a0)
	sd x14, 14*8(a0)
	sd x15, 15*8(a0)
	sd x16, 16*8(a0)
	sd x17, 17*8(a0)
	sd x18, 18*8(a0)
	sd x19, 19*8(a0)
	sd x20, 20*8(a0)
	sd x21, 21*8(a0)
	sd x22, 22*8(a0)
	sd x23, 23*8(a0)
	sd x24, 24*8(a0)
	sd x25, 25*8(a0)
	sd x26, 26*8(a0)
	sd x27, 27*8(a0)
	sd x28, 28*8(a0)
	sd x29, 29*8(a0)
	sd x30, 30*8(a0)
	sd x31, 31*8(a0)
	sd t0, STATE_CAUSE(a0)
	csrrw t0, sscratch, a0
	sd t0, 10*8(a0)
	csrr t0, sepc
	sd t0, STATE_PC(a0)
	csrr t0, sstatus
	sd t0, STATE_STATUS(a0)
	csrr t0, stval
	sd t0, STATE_VALUE(a0)
	ld t0, FRAME_RECOVERY(a0)
	sd zero, FRAME_RECOVERY(a0)
	beqz t0, 1f
	/* Return from enter(). */
	mv sp, t0
	ld ra, 0*8(sp)
	ld gp, 1*8(sp)
	ld tp, 2*8(sp)
	ld s0, 3*8(sp)
	ld s1, 4*8(sp)
	ld s2, 5*8(sp)
	ld s3, 6*8(sp)
	ld s4, 7*8(sp)
	ld s5, 8*8(sp)
	ld s6, 9*8(sp)
	ld s7, 10*8(sp)
	ld s8, 11*8(sp)
	ld s9, 12*8(sp)
	ld s10, 13*8(sp)
	ld s11, 14*8(sp)
	addi sp, sp, 16*8
	ret
1:	ld sp, FRAME_STACK(a0)
	call unexpected_exception
1:	j 1b

/* The timer's: counts, and sets it again. */
interrupt:
	sd a1, FRAME_SCRATCH(a0)
	sd a6, FRAME_SCRATCH+8(a0)
	sd a7, FRAME_SCRATCH+16(a0)
	ld t0, FRAME_INTERRUPTS(a0)
	addi t0, t0, 1
	sd t0, FRAME_INTERRUPTS(a0)
	csrrw t0, sscratch, a0
	sd t0, FRAME_SCRATCH+24(a0)
	rdtime a0
	li t0, TICK
	add a0, a0, t0
	li a7, SBI_TIME
	li a6, 0
	ecall
	csrr a0, sscratch
	ld a1, FRAME_SCRATCH(a0)
	ld a6, FRAME_SCRATCH+8(a0)
	ld a7, FRAME_SCRATCH+16(a0)
	ld t0, 5*8(a0)
	ld a0, FRAME_SCRATCH+24(a0)
	sret

/*
 * void enter(const struct state *state)
 * Load everything of it. Returns when an exception has come.
 */
	.globl enter
	.balign 4
enter:
	addi sp, sp, -16*8
	sd ra, 0*8(sp)
	sd gp, 1*8(sp)
	sd tp, 2*8(sp)
	sd s0, 3*8(sp)
	sd s1, 4*8(sp)
	sd s2, 5*8(sp)
	sd s3, 6*8(sp)
	sd s4, 7*8(sp)
	sd s5, 8*8(sp)
	sd s6, 9*8(sp)
	sd s7, 10*8(sp)
	sd s8, 11*8(sp)
	sd s9, 12*8(sp)
	sd s10, 13*8(sp)
	sd s11, 14*8(sp)
	csrr t0, sscratch
	sd sp, FRAME_RECOVERY(t0)
	ld t0, STATE_PC(a0)
	csrw sepc, t0
	li t0, SSTATUS_SPP | SSTATUS_SPIE
	csrc sstatus, t0
	ld t0, STATE_STATUS(a0)
	csrs sstatus, t0
	ld x1, 1*8(a0)
	ld x2, 2*8(a0)
	ld x3, 3*8(a0)
	ld x4, 4*8(a0)
	ld x5, 5*8(a0)
	ld x6, 6*8(a0)
	ld x7, 7*8(a0)
	ld x8, 8*8(a0)
	ld x9, 9*8(a0)
	ld x11, 11*8(a0)
	ld x12, 12*8(a0)
	ld x13, 13*8(a0)
	ld x14, 14*8(a0)
	ld x15, 15*8(a0)
	ld x16, 16*8(a0)
	ld x17, 17*8(a0)
	ld x18, 18*8(a0)
	ld x19, 19*8(a0)
	ld x20, 20*8(a0)
	ld x21, 21*8(a0)
	ld x22, 22*8(a0)
	ld x23, 23*8(a0)
	ld x24, 24*8(a0)
	ld x25, 25*8(a0)
	ld x26, 26*8(a0)
	ld x27, 27*8(a0)
	ld x28, 28*8(a0)
	ld x29, 29*8(a0)
	ld x30, 30*8(a0)
	ld x31, 31*8(a0)
	ld x10, 10*8(a0)
	sret

	.section .bss.stack, "aw", @nobits
	.balign 16
boot_stack:
	.skip STACK_SIZE

	.section .note.GNU-stack, "", @progbits
