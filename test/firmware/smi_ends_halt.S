# SPDX-License-Identifier: GPL-2.0-or-later
# A system management interrupt ends a halt. The kick that comes next, while the vCPU runs,
# ends its next one.
# run: | -M q35 -smp 2 | 1
	.include "common.inc"

.equ HYPERCALL_KICK_CPU, 5
.equ STAGE, 0x604
# Where the handler is after a reset: Intel SDM vol. 3, "SMRAM".
.equ HANDLER_SEGMENT, 0x3800
.equ ICR_SMI, 0x4200

	.macro wait_for stage
.Lwait\@:
	pause
	cmpl $\stage, STAGE
	jne .Lwait\@
	.endm

start:
	set_segments
	movl $0, STAGE
	mov $HANDLER_SEGMENT, %ax
	mov %ax, %es
	# rsm
	movw $0xaa0f, %es:0
	send_ipi 2, ICR_INIT
	send_ipi 2, ICR_STARTUP + 0xf1
	wait_for 1
	# Mostly it halts by then.
	mov $1000000, %ecx
1:	pause
	dec %ecx
	jnz 1b
	send_ipi 2, ICR_SMI
	wait_for 2
	mov $HYPERCALL_KICK_CPU, %eax
	xor %ebx, %ebx
	mov $1, %ecx
	vmmcall
	movl $3, STAGE
	wait_for 4
	mov $0, %al
	finish

	.org 0x1000
	xor %ax, %ax
	mov %ax, %ds
	cli
	movl $1, STAGE
	hlt
	movl $2, STAGE
	wait_for 3
	hlt
	movl $4, STAGE
1:	hlt
	jmp 1b
	end_of_firmware
