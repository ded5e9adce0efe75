# SPDX-License-Identifier: GPL-2.0-or-later
# A reset comes before the exception of a refused register is delivered. The next
# kernel's first exception leaves its rcx alone.
# run: | -M pc -smp 1 | 3
	.include "common.inc"

start:
	set_segments
	cmpl $BOOTED_MAGIC, BOOTED
	je booted_again
	movl $BOOTED_MAGIC, BOOTED
	lidtl %cs:no_handlers
	write_msr MSR_STEAL_TIME, 2
	hlt
booted_again:
	set_handler VECTOR_UD, handler
	mov $0x1234, %ecx
	ud2
	hlt
handler:
	mov $1, %al
	cmp $0x1234, %ecx
	je 1f
	mov $0, %al
1:	finish

no_handlers:
	.word 0
	.long 0

	end_of_firmware
