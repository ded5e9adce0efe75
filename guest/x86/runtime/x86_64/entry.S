/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Ways into and out of C: behind interrupt_entries, catching an exception, user
 * mode, and one instruction run with all registers given.
 */
#include "layout.h"

	.text
	.code64

/* The order is that of struct interrupt_frame. */
	.globl interrupt_common
interrupt_common:
	push %rax
	push %rbx
	push %rcx
	push %rdx
	push %rsi
	push %rdi
	push %rbp
	push %r8
	push %r9
	push %r10
	push %r11
	push %r12
	push %r13
	push %r14
	push %r15
	cld
	mov %rsp, %rdi
	and $-16, %rsp
	call interrupt
	/* The frame to go on with. */
	mov %rax, %rsp
	pop %r15
	pop %r14
	pop %r13
	pop %r12
	pop %r11
	pop %r10
	pop %r9
	pop %r8
	pop %rbp
	pop %rdi
	pop %rsi
	pop %rdx
	pop %rcx
	pop %rbx
	pop %rax
	add $16, %rsp
	iretq

/*
 * int catch_exception(void (*function)(void *), void *argument)
 * interrupt() goes to catch_recovery with the vector in rax.
 */
	.globl catch_exception, catch_recovery
catch_exception:
	push %rbp
	push %rbx
	push %r12
	push %r13
	push %r14
	push %r15
	pushfq
	mov %rsp, %gs:CPU_RECOVERY
	mov %rdi, %rax
	mov %rsi, %rdi
	call *%rax
	mov $-1, %eax
catch_recovery:
	movq $0, %gs:CPU_RECOVERY
	popfq
	pop %r15
	pop %r14
	pop %r13
	pop %r12
	pop %rbx
	pop %rbp
	ret

/* void enter_user(void (*function)(void *), void *argument, void *stack) */
	.globl enter_user
enter_user:
	movq $user_exit, -8(%rdx)
	lea -8(%rdx), %rdx
	push $USER_DATA
	push %rdx
	push $2
	push $USER_CODE
	push %rdi
	mov %rsi, %rdi
	iretq
user_exit:
	int $USER_EXIT_VECTOR

/*
 * void NAME(struct registers *registers): load all, run one instruction,
 * store all. The stack pointer is the only one not loaded. With selectors
 * given, the instruction is run in that 32-bit code segment of long mode:
 * there and back by far jumps, which leave the registers alone. No data or
 * stack is used there.
 */
	.macro load_registers
	pushfq
	push %rbp
	push %rbx
	push %r12
	push %r13
	push %r14
	push %r15
	push %rdi
	push %rsi
	pushq 120(%rdi)
	mov 0(%rdi), %rax
	mov 8(%rdi), %rbx
	mov 16(%rdi), %rcx
	mov 24(%rdi), %rdx
	mov 32(%rdi), %rsi
	mov 48(%rdi), %rbp
	mov 56(%rdi), %r8
	mov 64(%rdi), %r9
	mov 72(%rdi), %r10
	mov 80(%rdi), %r11
	mov 88(%rdi), %r12
	mov 96(%rdi), %r13
	mov 104(%rdi), %r14
	mov 112(%rdi), %r15
	mov 40(%rdi), %rdi
	popfq
	.endm

	.macro store_registers
	pushfq
	push %rdi
	mov 24(%rsp), %rdi
	mov %rax, 0(%rdi)
	mov %rbx, 8(%rdi)
	mov %rcx, 16(%rdi)
	mov %rdx, 24(%rdi)
	mov %rsi, 32(%rdi)
	mov %rbp, 48(%rdi)
	mov %r8, 56(%rdi)
	mov %r9, 64(%rdi)
	mov %r10, 72(%rdi)
	mov %r11, 80(%rdi)
	mov %r12, 88(%rdi)
	mov %r13, 96(%rdi)
	mov %r14, 104(%rdi)
	mov %r15, 112(%rdi)
	popq 40(%rdi)
	popq 120(%rdi)
	pop %rsi
	pop %rdi
	pop %r15
	pop %r14
	pop %r13
	pop %r12
	pop %rbx
	pop %rbp
	popfq
	ret
	.endm

	.macro with_registers name, instruction, code32=0, code64=0
	.globl \name
\name:
	load_registers
	.if \code32
	ljmpl *1f(%rip)
1:	.long 2f
	.word \code32
	.code32
2:	\instruction
	ljmp $\code64, $3f
	.code64
3:
	.else
	\instruction
	.endif
	store_registers
	.endm

	with_registers registers_vmcall, vmcall
	with_registers registers_vmmcall, vmmcall
	with_registers registers_cpuid, cpuid
	with_registers registers_vmcall_32, vmcall, KERNEL_CODE32, KERNEL_CODE64
	with_registers registers_vmmcall_32, vmmcall, KERNEL_CODE32, KERNEL_CODE64
	with_registers registers_cpuid_32, cpuid, KERNEL_CODE32, KERNEL_CODE64
	with_registers registers_rdmsr, rdmsr
	with_registers registers_wrmsr, wrmsr
	with_registers registers_rdmsr_32, rdmsr, KERNEL_CODE32, KERNEL_CODE64
	with_registers registers_wrmsr_32, wrmsr, KERNEL_CODE32, KERNEL_CODE64
	with_registers registers_vmcall_user_32, vmcall, USER_CODE32, USER_CODE64
	with_registers registers_vmmcall_user_32, vmmcall, USER_CODE32, USER_CODE64

/*
 * The same with code that stands elsewhere: void NAME(struct registers *, place).
 * registers_at() takes an address, registers_at_far() a far pointer to below
 * 4 GiB. The code ends with a jump to registers_back.
 */
	.globl registers_at, registers_at_far, registers_back
registers_at:
	load_registers
	jmp *(%rsp)
registers_at_far:
	load_registers
	ljmpl *(%rsp)
registers_back:
	store_registers

	.section .note.GNU-stack, "", @progbits
