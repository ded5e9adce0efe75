/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Ways into and out of C: behind interrupt_entries, catching an exception, user
 * mode, and one instruction run with all registers given.
 */
#include "layout.h"

	.text
	.code32

/*
 * The order is that of struct interrupt_frame. Data segments are user mode's in
 * all of the program, so they are good here.
 */
	.globl interrupt_common
interrupt_common:
	push %eax
	push %ebx
	push %ecx
	push %edx
	push %esi
	push %edi
	push %ebp
	cld
	mov %esp, %eax
	and $-16, %esp
	sub $12, %esp
	push %eax
	call interrupt
	/* The frame to go on with. */
	mov %eax, %esp
	pop %ebp
	pop %edi
	pop %esi
	pop %edx
	pop %ecx
	pop %ebx
	pop %eax
	add $8, %esp
	iret

/*
 * int catch_exception(void (*function)(void *), void *argument)
 * interrupt() goes to catch_recovery with the vector in eax.
 */
	.globl catch_exception, catch_recovery
catch_exception:
	push %ebp
	push %ebx
	push %esi
	push %edi
	pushf
	mov %esp, %gs:CPU_RECOVERY
	mov %esp, %ebp
	and $-16, %esp
	sub $12, %esp
	pushl 28(%ebp)
	call *24(%ebp)
	mov %ebp, %esp
	mov $-1, %eax
catch_recovery:
	movl $0, %gs:CPU_RECOVERY
	popf
	pop %edi
	pop %esi
	pop %ebx
	pop %ebp
	ret

/* void enter_user(void (*function)(void *), void *argument, void *stack) */
	.globl enter_user
enter_user:
	mov 4(%esp), %eax
	mov 8(%esp), %ecx
	mov 12(%esp), %edx
	/* The stack as compilers want it: aligned before the address of return. */
	sub $20, %edx
	movl $user_exit, (%edx)
	mov %ecx, 4(%edx)
	push $USER_DATA
	push %edx
	push $2
	push $USER_CODE
	push %eax
	iret
user_exit:
	int $USER_EXIT_VECTOR

/*
 * void NAME(struct registers *registers): load all, run one instruction, store
 * all. The stack pointer is the only one not loaded.
 */
	.macro with_registers name, instruction
	.globl \name
\name:
	pushf
	push %ebp
	push %ebx
	push %esi
	push %edi
	mov 24(%esp), %edi
	pushl 28(%edi)
	mov 0(%edi), %eax
	mov 4(%edi), %ebx
	mov 8(%edi), %ecx
	mov 12(%edi), %edx
	mov 16(%edi), %esi
	mov 24(%edi), %ebp
	mov 20(%edi), %edi
	popf
	\instruction
	pushf
	push %edi
	mov 32(%esp), %edi
	mov %eax, 0(%edi)
	mov %ebx, 4(%edi)
	mov %ecx, 8(%edi)
	mov %edx, 12(%edi)
	mov %esi, 16(%edi)
	mov %ebp, 24(%edi)
	popl 20(%edi)
	popl 28(%edi)
	pop %edi
	pop %esi
	pop %ebx
	pop %ebp
	popf
	ret
	.endm

	with_registers registers_vmcall, vmcall
	with_registers registers_vmmcall, vmmcall
	with_registers registers_cpuid, cpuid
	with_registers registers_rdmsr, rdmsr
	with_registers registers_wrmsr, wrmsr

	.section .note.GNU-stack, "", @progbits
