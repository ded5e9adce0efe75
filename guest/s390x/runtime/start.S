/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From where a CPU starts to C, interruptions, and one instruction run with all
 * registers given. QEMU's -kernel starts the ELF file's entry on the boot CPU,
 * the others come by SIGP restart. Lowcore is reached with base register 0.
 */
#include "layout.h"

	.section .text.start, "ax"
	.globl start
start:
	sam64
	/* After a reset, memory is as the last run left it. */
	larl %r2, bss_start
	larl %r3, bss_end
	lghi %r0, 0
1:	stg %r0, 0(%r2)
	aghi %r2, 8
	clgr %r2, %r3
	jl 1b
	larl %r15, boot_stack + STACK_SIZE - FRAME_SIZE
	brasl %r14, boot_main
	j .

	.text
	.globl cpu_start
cpu_start:
	lg %r15, LC_STACK
	brasl %r14, cpu_main
	j .

	.globl program_entry, svc_entry, external_entry
program_entry:
	stmg %r0, %r15, LC_GPRS
	lghi %r0, 0
	j recover
svc_entry:
	stmg %r0, %r15, LC_GPRS
	lghi %r0, 1
recover:
	stg %r0, LC_ENDED_BY_SVC
	stam %a0, %a15, LC_ACCESS
	lghi %r0, 0
	lg %r15, LC_RECOVERY
	stg %r0, LC_RECOVERY
	ltgr %r15, %r15
	jz 1f
	/* Return from execute(). */
	lmg %r6, %r15, FRAME_SAVED(%r15)
	br %r14
1:	lg %r15, LC_STACK
	brasl %r14, unexpected_interruption
	j .

	/* Counts, ends a wait, and goes on. */
external_entry:
	stmg %r0, %r15, LC_EXTERNAL_GPRS
	lg %r1, LC_EXTERNALS
	aghi %r1, 1
	stg %r1, LC_EXTERNALS
	ni LC_EXTERNAL_OLD + 1, 0xfd
	lmg %r0, %r15, LC_EXTERNAL_GPRS
	lpswe LC_EXTERNAL_OLD

/*
 * void enter(const struct state *state)
 * Load everything of it. Returns when a program interruption or an SVC has come.
 */
	.globl enter
enter:
	stmg %r6, %r15, FRAME_SAVED(%r15)
	stg %r15, LC_RECOVERY
	mvc LC_PSW(16), STATE_MASK(%r2)
	lam %a0, %a15, STATE_ACCESS(%r2)
	lmg %r0, %r15, 0(%r2)
	lpswe LC_PSW

/* void wait_external(void): wait for an external interruption. */
	.globl wait_external
wait_external:
	larl %r1, waiting
	mvc LC_PSW(8), 0(%r1)
	larl %r1, 1f
	stg %r1, LC_PSW + 8
	lpswe LC_PSW
1:	stnsm LC_SCRATCH, 0xfc
	br %r14

	.section .rodata
	.align 8
waiting:
	.quad 0x0102000180000000	/* external, wait; 64-bit */

	.bss
	.align 16
boot_stack:
	.skip STACK_SIZE

	.section .note.GNU-stack, "", @progbits
