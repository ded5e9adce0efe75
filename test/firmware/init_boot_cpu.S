# SPDX-License-Identifier: GPL-2.0-or-later
# INIT has the boot processor begin where a reset of the machine does; but POLL_CONTROL
# stays, and the other CPU keeps its registers.
# run: | -M pc -smp 2 | 33
	.include "common.inc"

.equ STAGE, 0x604
.equ OTHERS_VECTOR, 0x608

start:
	set_segments
	cmpl $BOOTED_MAGIC, BOOTED
	je booted_again
	movl $BOOTED_MAGIC, BOOTED
	movl $0, STAGE
	write_msr MSR_POLL_CONTROL, 0
	send_ipi 2, ICR_INIT
	send_ipi 2, ICR_STARTUP + 0xf1
1:	cmpl $1, STAGE
	jne 1b
	send_ipi 1, ICR_INIT
2:	jmp 2b

booted_again:
	movl $2, STAGE
3:	cmpl $3, STAGE
	jne 3b
	mov $MSR_POLL_CONTROL, %ecx
	rdmsr
	or OTHERS_VECTOR, %al
	finish

	.org 0x1000
	xor %ax, %ax
	mov %ax, %ds
	write_msr MSR_ASYNC_PF_INT, 0x10
	movl $1, STAGE
1:	cmpl $2, STAGE
	jne 1b
	mov $MSR_ASYNC_PF_INT, %ecx
	rdmsr
	mov %eax, OTHERS_VECTOR
	movl $3, STAGE
2:	jmp 2b

	end_of_firmware
