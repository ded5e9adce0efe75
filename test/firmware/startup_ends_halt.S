# SPDX-License-Identifier: GPL-2.0-or-later
# A STARTUP interrupt ends a halt in QEMU, also of a vCPU that does not wait for one. The kick
# that comes next, while the vCPU runs, ends its next halt. The second time the hlt is the last
# instruction of a page.
# run: | -M q35 -smp 2 | 1
	.include "common.inc"

.equ HYPERCALL_KICK_CPU, 5
.equ STAGE, 0x604

	.macro wait_for stage
.Lwait\@:
	pause
	cmpl $\stage, STAGE
	jne .Lwait\@
	.endm

# Mostly it halts by then.
	.macro end_halt
	mov $1000000, %ecx
.Ldelay\@:
	pause
	dec %ecx
	jnz .Ldelay\@
	send_ipi 2, "ICR_STARTUP + 0xf1"
	.endm

	.macro kick
	mov $HYPERCALL_KICK_CPU, %eax
	xor %ebx, %ebx
	mov $1, %ecx
	vmmcall
	.endm

start:
	set_segments
	movl $0, STAGE
	send_ipi 2, ICR_INIT
	send_ipi 2, "ICR_STARTUP + 0xf1"
	wait_for 1
	end_halt
	wait_for 2
	kick
	movl $3, STAGE
	wait_for 4
	end_halt
	wait_for 5
	kick
	movl $6, STAGE
	wait_for 7
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
	jmp last_of_page

# In one block, as above: a STARTUP interrupt in between would be dropped, and end no halt.
	.org 0x1fff - (last_hlt - last_of_page)
last_of_page:
	movl $4, STAGE
last_hlt:
	hlt
	movl $5, STAGE
	wait_for 6
	hlt
	movl $7, STAGE
1:	hlt
	jmp 1b
	end_of_firmware
