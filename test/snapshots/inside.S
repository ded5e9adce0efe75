# SPDX-License-Identifier: GPL-2.0-or-later
# Registers a clock in the page from which it then runs, and from then on does no more than
# to write a line now and then.
	.include "common.inc"

# Not where a vCPU may be started.
.equ PLACE, 0x9010
.equ CLOCK, 0x9f00
.equ SERIAL_PORT, 0x3f8
.equ STEPS, 20000000

start:
	set_segments
	mov $cycle, %si
	mov $PLACE, %di
1:	mov %cs:(%si), %al
	mov %al, (%di)
	inc %si
	inc %di
	cmp $cycle_end, %si
	jne 1b
	write_msr MSR_SYSTEM_TIME_NEW, CLOCK + 1
	ljmp $0, $PLACE

cycle:
	mov $STEPS, %ecx
1:	dec %ecx
	jnz 1b
	mov $PLACE + line - cycle, %si
	mov $SERIAL_PORT, %dx
2:	mov (%si), %al
	out %al, %dx
	inc %si
	cmp $'\n', %al
	jne 2b
	jmp cycle

line:	.ascii "paracall-guest: ready: cycle\n"
cycle_end:

	end_of_firmware
