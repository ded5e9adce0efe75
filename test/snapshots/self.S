# SPDX-License-Identifier: GPL-2.0-or-later
# A vCPU kicks itself now and then, by its id or with all others, and halts with interrupts
# off, which ends at once. It does nothing else but to write a line each time.
	.include "common.inc"

.equ HYPERCALL_KICK_CPU, 5
.equ STEPS, 50000000

start:
	set_segments
	cli

cycle:
	mov $STEPS, %ecx
1:	dec %ecx
	jnz 1b
	mov $HYPERCALL_KICK_CPU, %eax
	xor %ebx, %ebx
	mov $TARGET, %ecx
	# What the plugin puts in the place of vmmcall in a kernel: in the middle of a block.
	.byte 0x0f, 0x1f, 0xd9
	inc %ebx
	hlt
	write_line line
	jmp cycle

line:	.ascii "paracall-guest: ready: cycle\n"

	end_of_firmware
