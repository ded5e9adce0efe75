/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Out of long mode and back, to run a few bytes of code in a mode that only
 * exists outside of it. All of it is copied to LEGACY, below 64 KiB, where
 * every mode can reach it; so no address here is the one it was linked at.
 */
#include "layout.h"

#define AT(symbol) (LEGACY + symbol - legacy_start)
#define STACK (LEGACY + 0x1000)

/* The first three are those of the CPUs' own tables. */
#define CODE64 KERNEL_CODE64
#define DATA32 KERNEL_DATA
#define CODE32 KERNEL_CODE32
#define CODE16 0x20
#define TASK32 0x28
#define USER32 0x33
#define USER_DATA32 0x3b
/* Begins at BASED_AT. */
#define BASED32 0x40
#define BASED_AT 0x1000

#define MSR_EFER 0xc0000080
#define EFER_LME 0x100
#define CR0_PG 0x80000000
#define CR0_PE 1
#define CR4_PAE 0x20

#define EFLAGS_USER 0x3002	/* IOPL 3, for vm86's popf */
#define EFLAGS_VM 0x20000

	.text
	.code64

/* void legacy_enter(uint32_t entry): an offset from legacy_start. */
	.globl legacy_enter
legacy_enter:
	push %rbp
	push %rbx
	push %r12
	push %r13
	push %r14
	push %r15
	pushfq
	cli
	mov %rsp, AT(saved_stack)
	lgdt AT(gdt_pointer)
	mov %edi, %ebx
	pushq $CODE32
	pushq $AT(leave_long_mode)
	lretq
enter_again:
	mov $DATA32, %eax
	mov %eax, %ds
	mov %eax, %es
	mov %eax, %ss
	mov AT(saved_stack), %rsp
	popfq
	pop %r15
	pop %r14
	pop %r13
	pop %r12
	pop %rbx
	pop %rbp
	ret

	.globl legacy_start, legacy_end
	.balign 16
legacy_start:
	.code32
leave_long_mode:
	mov $DATA32, %eax
	mov %eax, %ds
	mov %eax, %es
	mov %eax, %ss
	mov $STACK, %esp
	mov %cr0, %eax
	and $~CR0_PG, %eax
	mov %eax, %cr0
	mov $MSR_EFER, %ecx
	rdmsr
	and $~EFER_LME, %eax
	wrmsr
	lidt AT(idt_pointer)
	/* Made busy by the last time. */
	movb $0x89, AT(gdt) + TASK32 + 5
	mov $TASK32, %eax
	ltr %ax
	mov %cr3, %eax
	mov %eax, AT(saved_map)
	mov AT(block) + 44, %eax
	test %eax, %eax
	jz 2f
	test $1, %eax
	jz 1f
	mov %cr4, %edx
	and $~CR4_PAE, %edx
	mov %edx, %cr4
1:	and $~1, %eax
	mov %eax, %cr3
	mov %cr0, %eax
	or $CR0_PG, %eax
	mov %eax, %cr0
2:	add $LEGACY, %ebx
	jmp *%ebx

enter_long_mode:
	mov %cr0, %eax
	and $~CR0_PG, %eax
	mov %eax, %cr0
	mov %cr4, %eax
	or $CR4_PAE, %eax
	mov %eax, %cr4
	mov AT(saved_map), %eax
	mov %eax, %cr3
	mov $MSR_EFER, %ecx
	rdmsr
	or $EFER_LME, %eax
	wrmsr
	mov %cr0, %eax
	or $CR0_PG, %eax
	mov %eax, %cr0
	ljmp $CODE64, $enter_again

/* The code to be tried, amidst its registers. */
	.macro run name
	mov AT(block) + 4, %ebx
	mov AT(block) + 8, %ecx
	mov AT(block) + 12, %edx
	mov AT(block) + 16, %esi
	mov AT(block) + 20, %edi
	mov AT(block) + 24, %ebp
	mov AT(block), %eax
	pushl AT(block) + 28
	popfl
	.globl legacy_slot_\name
legacy_slot_\name:
	.fill LEGACY_SLOT, 1, 0x90
	mov %eax, AT(block)
	mov %ebx, AT(block) + 4
	mov %ecx, AT(block) + 8
	mov %edx, AT(block) + 12
	mov %esi, AT(block) + 16
	mov %edi, AT(block) + 20
	mov %ebp, AT(block) + 24
	pushfl
	popl AT(block) + 28
	.endm

	.globl legacy_32, legacy_based, legacy_user_32, legacy_16, legacy_real, legacy_vm86
legacy_32:
	run 32
	jmp enter_long_mode

legacy_based:
	ljmp $BASED32, $AT(1f) - BASED_AT
1:	run based
	ljmp $CODE32, $AT(enter_long_mode)

legacy_user_32:
	pushl $USER_DATA32
	pushl $STACK - 0x200
	pushl $EFLAGS_USER
	pushl $USER32
	pushl $AT(1f)
	mov $USER_DATA32, %eax
	mov %eax, %ds
	mov %eax, %es
	iret
1:	run user_32
user_exit_32:
	hlt

legacy_vm86:
	/* gs, fs, ds, es, ss, esp */
	pushl $0
	pushl $0
	pushl $0
	pushl $0
	pushl $0
	pushl $STACK - 0x200
	pushl $EFLAGS_USER | EFLAGS_VM
	pushl $0
	pushl $AT(1f)
	iret
	.code16
1:	run vm86
user_exit_vm86:
	hlt

	.code32
legacy_16:
	ljmp $CODE16, $AT(1f)
	.code16
1:	run 16
	ljmpl $CODE32, $AT(enter_long_mode)

	.code32
legacy_real:
	ljmp $CODE16, $AT(1f)
	.code16
1:	mov %cr0, %eax
	and $~CR0_PE, %eax
	mov %eax, %cr0
	ljmp $0, $AT(2f)
2:	xor %eax, %eax
	mov %ax, %ds
	mov %ax, %es
	mov %ax, %ss
	lidtl AT(ivt_pointer)
	run real
real_exit:
	mov %cr0, %eax
	or $CR0_PE, %eax
	mov %eax, %cr0
	ljmpl $CODE32, $AT(1f)
	.code32
1:	mov $DATA32, %eax
	mov %eax, %ds
	mov %eax, %es
	mov %eax, %ss
	jmp enter_long_mode

/* Exceptions: note which, and where, and go back. */
	.macro exception number, code
exception_\number:
	pushl $\number
	pop %ebp
	mov $\code, %ecx
	jmp exception_common
	.endm
	exception 1, 0
	exception 6, 0
	exception 13, 1
	exception 14, 1
exception_common:
	mov $DATA32, %edx
	mov %edx, %ds
	mov %edx, %es
	mov %eax, AT(block)
	xor %eax, %eax
	jecxz 1f
	pop %eax
1:	pop %edx
	cmp $AT(user_exit_32), %edx
	je 2f
	cmp $AT(user_exit_vm86), %edx
	je 2f
	mov %ebp, AT(block) + 32
	mov %eax, AT(block) + 36
	mov %edx, AT(block) + 40
	jmp 3f
	/* The end of user code; its eax was stored before. */
2:	nop
3:	mov $STACK, %esp
	jmp enter_long_mode

	.code16
	.macro exception_real number
real_\number:
	movl $\number, AT(block) + 32
	jmp real_common
	.endm
	exception_real 1
	exception_real 6
	exception_real 13
real_common:
	mov %eax, AT(block)
	movzwl %sp, %ebp
	movzwl (%bp), %eax
	mov %eax, AT(block) + 40
	mov $STACK, %esp
	jmp real_exit
	.code32

	.balign 8
/* struct legacy */
	.globl legacy_block
legacy_block:
block:
	.fill 12, 4, 0
saved_stack:
	.quad 0
saved_map:
	.long 0
	.balign 8
gdt:
	.quad 0
	.quad 0x00af9b000000ffff
	.quad 0x00cf93000000ffff
	.quad 0x00cf9b000000ffff
	.quad 0x00009b000000ffff
	.word 103, AT(task), 0x8900, 0
	.quad 0x00cffb000000ffff
	.quad 0x00cff3000000ffff
	.quad 0x00cf9b001000ffff
gdt_end:
	.macro gate handler
	.word \handler, CODE32, 0x8e00, 0
	.endm
idt:
	.fill 8, 1, 0
	gate AT(exception_1)
	.fill 4 * 8, 1, 0
	gate AT(exception_6)
	.fill 6 * 8, 1, 0
	gate AT(exception_13)
	gate AT(exception_14)
idt_end:
ivt:
	.long 0, AT(real_1), 0, 0, 0, 0, AT(real_6), 0, 0, 0, 0, 0, 0, AT(real_13)
ivt_end:
task:
	.long 0, STACK, DATA32
	.fill 22, 4, 0
	.long 104 << 16
gdt_pointer:
	.word gdt_end - gdt - 1
	.quad AT(gdt)
idt_pointer:
	.word idt_end - idt - 1
	.long AT(idt)
ivt_pointer:
	.word ivt_end - ivt - 1
	.long AT(ivt)
legacy_end:

	.section .note.GNU-stack, "", @progbits
