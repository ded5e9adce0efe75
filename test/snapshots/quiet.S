# SPDX-License-Identifier: GPL-2.0-or-later
# Registers a clock, and from then on makes no call, neither halts nor reads a counter, and
# is not interrupted: so with one thread for all vCPUs nothing makes a new record. Now and
# then it writes a line. If there is a second vCPU, that is started before each line, and
# does no more than to say so.
	.include "common.inc"

.equ CLOCK, 0x1000
.equ STARTED, 0x604
# In QEMU's CMOS memory: the number of vCPUs but one.
.equ CMOS_CPUS, 0x5f
.equ STEPS, 20000000

start:
	set_segments
	mov $CMOS_CPUS, %al
	out %al, $0x70
	in $0x71, %al
	movzbl %al, %ebp
	write_msr MSR_SYSTEM_TIME_NEW, CLOCK + 1

cycle:
	test %ebp, %ebp
	jz 2f
	movl $0, STARTED
	send_to_second ICR_INIT
	send_to_second "ICR_STARTUP + 0xf1"
1:	pause
	cmpl $0, STARTED
	je 1b
2:	mov $STEPS, %ecx
3:	dec %ecx
	jnz 3b
	write_line line
	jmp cycle

line:	.ascii "paracall-guest: ready: cycle\n"

	.org 0x1000
	xor %ax, %ax
	mov %ax, %ds
	movl $1, STARTED
1:	pause
	jmp 1b

	end_of_firmware
