# SPDX-License-Identifier: GPL-2.0-or-later
# From an INIT on nobody writes to the vCPU's clock page any more, though it is not
# started again, and others' clocks change.
# run: --inject=clock:jump=+1ms:every=10ms | -M pc -smp 2 | 13
	.include "common.inc"

.equ OTHER_IS_UP, 0x604
.equ OWN_CLOCK, 0x9000
.equ OTHER_CLOCK, 0x8000

start:
	set_segments
	set_handler VECTOR_UD, skip_undefined
	write_msr MSR_SYSTEM_TIME_NEW, OWN_CLOCK + 1
	movl $0, OTHER_IS_UP
	send_ipi 2, ICR_INIT
	send_ipi 2, ICR_STARTUP + 0xf1
1:	cmpl $1, OTHER_IS_UP
	jne 1b
	send_ipi 2, ICR_INIT
	/* What the other one has begun ends soon. */
	mov $200, %ebp
	call pause
	mov $OTHER_CLOCK, %di
2:	movl $0, (%di)
	add $4, %di
	cmp $OTHER_CLOCK + 0x20, %di
	jne 2b
	mov $10000, %ebp
	call pause
	mov $6, %al
	cmpl $0, OTHER_CLOCK
	je 3f
	mov $5, %al
3:	finish

/* With exceptions, which are when hosts bring clocks up to date. */
pause:
	mov $2000, %ecx
1:	dec %ecx
	jne 1b
	ud2
	dec %ebp
	jne pause
	ret

skip_undefined:
	push %bp
	mov %sp, %bp
	addw $2, 2(%bp)
	pop %bp
	iret

	.org 0x1000
	xor %ax, %ax
	mov %ax, %ds
	write_msr MSR_SYSTEM_TIME_NEW, OTHER_CLOCK + 1
	movl $1, OTHER_IS_UP
1:	jmp 1b

	end_of_firmware
