# SPDX-License-Identifier: GPL-2.0-or-later
# The second vCPU halts with interrupts off; it is kicked, runs for a while, and halts again.
# The first one writes a line a while before each kick and after it, and waits meanwhile in a
# way that Paracall does not see.
	.include "common.inc"

.equ HYPERCALL_KICK_CPU, 5
.equ SERIAL_PORT, 0x3f8
.equ STEPS, 100000000
.equ HALTS, 0x604
.equ WAKES, 0x608
.equ MAY_HALT, 0x60c

	.macro write line
	mov $\line, %si
	call write_line
	.endm

start:
	set_segments
	movl $0, HALTS
	movl $0, WAKES
	mov $ICR_INIT, %esi
	call send_to_second
	mov $ICR_STARTUP + 0xf1, %esi
	call send_to_second

cycle:
	cmpl $0, HALTS
	je cycle
	call wait
	write halted
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
	write kicked
	call wait
	movl $1, MAY_HALT
	jmp cycle

wait:
	mov $STEPS, %ecx
1:	dec %ecx
	jnz 1b
	ret

write_line:
	mov $SERIAL_PORT, %dx
1:	mov %cs:(%si), %al
	out %al, %dx
	inc %si
	cmp $'\n', %al
	jne 1b
	ret

# The command in esi.
send_to_second:
	mov $HYPERCALL_SEND_IPI, %eax
	mov $1, %ebx
	xor %ecx, %ecx
	mov $1, %edx
	vmmcall
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
