/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From where a CPU starts to C, exceptions, and one thing run with all registers given.
 * QEMU's -kernel starts the ELF file's entry on the boot CPU, at EL1, or at EL2 if there is
 * that; the others come by PSCI.
 */
#include "layout.h"

	.section .text.start, "ax"
	.globl start
start:
	/* After a reset, memory is as the last run left it. */
	ldr x1, =bss_start
	ldr x2, =bss_end
1:	str xzr, [x1], #8
	cmp x1, x2
	b.lo 1b
	bl leave_el2
	ldr x1, =boot_stack + STACK_SIZE
	mov sp, x1
	bl set_vectors
	bl boot_main
	b .

	.text
	/* x0: the stack, and after it the frame. */
	.globl cpu_start
cpu_start:
	mov x19, x0
	bl leave_el2
	mov sp, x19
	bl set_vectors
	bl cpu_main
	b .

set_vectors:
	adr x1, vectors
	msr vbar_el1, x1
	isb
	ret

/*
 * If this is EL2: a hypervisor that answers hvc by OWN_HYPERVISOR, and a guest that
 * may use the counter and the timer.
 */
leave_el2:
	mrs x1, CurrentEL
	cmp x1, #8
	b.ne 1f
	ldr x1, =has_own_hypervisor
	mov w2, #1
	str w2, [x1]
	adr x1, own_vectors
	msr vbar_el2, x1
	mov x1, #1 << 31
	msr hcr_el2, x1
	mov x1, #3
	msr cnthctl_el2, x1
	msr cntvoff_el2, xzr
	mov x1, #0x3c5
	msr spsr_el2, x1
	msr elr_el2, x30
	mrs x1, midr_el1
	msr vpidr_el2, x1
	mrs x1, mpidr_el1
	msr vmpidr_el2, x1
	ldr x1, =0x30d00800
	msr sctlr_el1, x1
	eret
1:	ret

	.macro vector to
	.balign 0x80
	b \to
	.endm

	.balign 0x800
own_vectors:
	.rept 8
	vector .
	.endr
	vector own_call
	.rept 7
	vector .
	.endr

own_call:
	mov x0, #OWN_HYPERVISOR
	eret

	.balign 0x800
vectors:
	.rept 4
	vector exception
	.endr
	vector exception
	vector interrupt
	vector exception
	vector exception
	vector exception
	vector interrupt
	vector exception
	vector exception
	.rept 4
	vector exception
	.endr

exception:
	msr tpidrro_el0, x0
	mrs x0, tpidr_el1
	stp x2, x3, [x0, #16]
	stp x4, x5, [x0, #32]
	stp x6, x7, [x0, #48]
	stp x8, x9, [x0, #64]
	stp x10, x11, [x0, #80]
	stp x12, x13, [x0, #96]
	stp x14, x15, [x0, #112]
	stp x16, x17, [x0, #128]
	stp x18, x19, [x0, #144]
	stp x20, x21, [x0, #160]
	stp x22, x23, [x0, #176]
	stp x24, x25, [x0, #192]
	stp x26, x27, [x0, #208]
	stp x28, x29, [x0, #224]
	str x30, [x0, #240]
	mrs x2, tpidrro_el0
	stp x2, x1, [x0]
	mrs x1, elr_el1
	mrs x2, spsr_el1
	stp x1, x2, [x0, #STATE_PC]
	mrs x1, esr_el1
	mrs x2, far_el1
	stp x1, x2, [x0, #STATE_ESR]
	ldr x1, [x0, #FRAME_RECOVERY]
	str xzr, [x0, #FRAME_RECOVERY]
	cbz x1, 1f
	/* Return from enter(). */
	mov sp, x1
	ldp x19, x20, [sp]
	ldp x21, x22, [sp, #16]
	ldp x23, x24, [sp, #32]
	ldp x25, x26, [sp, #48]
	ldp x27, x28, [sp, #64]
	ldp x29, x30, [sp, #80]
	add sp, sp, #96
	ret
1:	ldr x1, [x0, #FRAME_STACK]
	mov sp, x1
	bl unexpected_exception
	b .

/* The timer's: counts, and sets it again. */
interrupt:
	msr tpidrro_el0, x0
	mrs x0, tpidr_el1
	stp x1, x2, [x0, #FRAME_SCRATCH]
	ldr x1, [x0, #FRAME_INTERRUPTS]
	add x1, x1, #1
	str x1, [x0, #FRAME_INTERRUPTS]
	/* GICC_IAR, GICC_EOIR */
	ldr x1, =0x0801000c
	ldr w2, [x1]
	mrs x0, cntfrq_el0
	lsr x0, x0, #10
	msr cntv_tval_el0, x0
	str w2, [x1, #4]
	mrs x0, tpidr_el1
	ldp x1, x2, [x0, #FRAME_SCRATCH]
	mrs x0, tpidrro_el0
	eret

/*
 * void enter(const struct state *state)
 * Load everything of it. Returns when an exception has come.
 */
	.globl enter
enter:
	sub sp, sp, #96
	stp x19, x20, [sp]
	stp x21, x22, [sp, #16]
	stp x23, x24, [sp, #32]
	stp x25, x26, [sp, #48]
	stp x27, x28, [sp, #64]
	stp x29, x30, [sp, #80]
	mrs x1, tpidr_el1
	mov x2, sp
	str x2, [x1, #FRAME_RECOVERY]
	ldp x1, x2, [x0, #STATE_PC]
	msr elr_el1, x1
	msr spsr_el1, x2
	ldp x2, x3, [x0, #16]
	ldp x4, x5, [x0, #32]
	ldp x6, x7, [x0, #48]
	ldp x8, x9, [x0, #64]
	ldp x10, x11, [x0, #80]
	ldp x12, x13, [x0, #96]
	ldp x14, x15, [x0, #112]
	ldp x16, x17, [x0, #128]
	ldp x18, x19, [x0, #144]
	ldp x20, x21, [x0, #160]
	ldp x22, x23, [x0, #176]
	ldp x24, x25, [x0, #192]
	ldp x26, x27, [x0, #208]
	ldp x28, x29, [x0, #224]
	ldr x30, [x0, #240]
	ldp x0, x1, [x0]
	eret

	.section .bss.stack, "aw", @nobits
	.balign 16
boot_stack:
	.skip STACK_SIZE

	.section .note.GNU-stack, "", @progbits
