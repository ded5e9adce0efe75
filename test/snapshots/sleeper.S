# SPDX-License-Identifier: GPL-2.0-or-later
# The second vCPU halts with interrupts off; it is kicked, runs for a while, and halts again.
# The first one writes a line a while before each kick and after it, and waits meanwhile in a
# way that Paracall does not see.
	.include "common.inc"

.equ HYPERCALL_KICK_CPU, 5
.equ STEPS, 100000000
.equ HALTS, 0x604
.equ WAKES, 0x608
.equ MAY_HALT, 0x60c

start:
	set_segments
	movl $0, HALTS
	movl $0, WAKES
	send_to_second ICR_INIT
	send_to_second "ICR_STARTUP + 0xf1"

cycle:
	cmpl $0, HALTS
	je cycle
	call wait
	write_line halted
	call wait
	movl $0, HALTS
	movl $0, MAY_HALT
	mov $HYPERCALL_KICK_CPU, %eax
	xor %ebx, %ebx
	mov $1, %ecx
	.if REPLACED
	# What the plugin puts in its place in a kernel, by default.
	.byte 0x0f, 0x1f, 0xd9
	.else
	vmmcall
	.endif
1:	pause
	cmpl $0, WAKES
	je 1b
	movl $0, WAKES
	write_line kicked
	call wait
	movl $1, MAY_HALT
	jmp cycle

wait:
	mov $STEPS, %ecx
1:	dec %ecx
	jnz 1b
	ret

halted:	.ascii "paracall-guest: ready: halted\n"
kicked:	.ascii "paracall-guest: ready: kicked\n"

	.org 0x1000
	xor %ax, %ax
	mov %ax, %ds
1:	movl $1, HALTS
	cli
	hlt
	movl $1, WAKES
2:	pause
	cmpl $0, MAY_HALT
	je 2b
	jmp 1b

	end_of_firmware
