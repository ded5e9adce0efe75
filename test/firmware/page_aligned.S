# SPDX-License-Identifier: GPL-2.0-or-later
# Code of real mode at the beginning of a page, be it with an instruction pointer of 0,
# is not where a vCPU was started: KVM's registers stay.
# run: | -M pc -smp 1 | 171
	.include "common.inc"

start:
	set_segments
	write_msr MSR_ASYNC_PF_INT, 0x55
	ljmp $0xf000, $page
1:	ljmp $0xf100, $0

	.org 0x1000
page:
	cmp $0xf000, %bx
	je 2f
	mov $0xf000, %bx
	jmp 1b
2:	mov $MSR_ASYNC_PF_INT, %ecx
	rdmsr
	finish

	end_of_firmware
