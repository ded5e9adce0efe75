# SPDX-License-Identifier: GPL-2.0-or-later
# All vCPUs but the first one halt with interrupts off, and count how often they wake. The
# first one kicks them in turn, and waits for each: after a kick that is lost it goes on no
# more. Now and then it writes a line.
	.include "common.inc"

.equ HYPERCALL_KICK_CPU, 5
.equ RUNNING, 0x604
.equ WROTE, 0x608
.equ WAKES, 0x8000
# In QEMU's CMOS memory: the number of vCPUs but one.
.equ CMOS_CPUS, 0x5f

start:
	set_segments
	mov $CMOS_CPUS, %al
	out %al, $0x70
	in $0x71, %al
	movzbl %al, %ebp
	movl $0, RUNNING
	mov $WAKES, %di
1:	movl $0, (%di)
	add $4, %di
	cmp $WAKES + 0x400, %di
	jne 1b
	mov $ICR_INIT, %esi
	call send_to_others
	mov $ICR_STARTUP + 0xf1, %esi
	call send_to_others
2:	pause
	cmp %ebp, RUNNING
	jne 2b

round:
	mov $1, %edi
1:	mov WAKES(, %edi, 4), %esi
	mov $HYPERCALL_KICK_CPU, %eax
	xor %ebx, %ebx
	mov %edi, %ecx
	vmmcall
2:	pause
	cmp %esi, WAKES(, %edi, 4)
	je 2b
	inc %edi
	cmp %ebp, %edi
	jbe 1b

	rdtsc
	shrd $27, %edx, %eax
	cmp %eax, WROTE
	je round
	mov %eax, WROTE
	write_line line
	jmp round

# The command in esi, to 32 of them at a time.
send_to_others:
	mov $1, %edx
1:	mov $HYPERCALL_SEND_IPI, %eax
	mov $0xffffffff, %ebx
	xor %ecx, %ecx
	vmmcall
	add $32, %edx
	cmp %ebp, %edx
	jbe 1b
	ret

line:	.ascii "paracall-guest: ready: cycle\n"

	.org 0x1000
	xor %ax, %ax
	mov %ax, %ds
	mov $1, %eax
	cpuid
	shr $24, %ebx
	lock incl RUNNING
1:	cli
	hlt
	lock incl WAKES(, %ebx, 4)
	jmp 1b

	end_of_firmware
