/* SPDX-License-Identifier: BSD-2-Clause */
/* From 32-bit protected mode to cpu_main() in 64-bit mode. */
#include "layout.h"

#define CR0_FOR_LONG_MODE 0x80010031	/* PG WP NE ET PE */
#define CR4_PAE 0x20
#define MSR_EFER 0xc0000080
#define EFER_LME 0x100

#define PAGE_FLAGS 0x87		/* present, writable, user, 2 MiB */
#define PAGE_UNCACHED 0x18

	.text
	.code32
	.globl enter_mode
enter_mode:
	mov %cr4, %eax
	or $CR4_PAE, %eax
	mov %eax, %cr4
	mov $page_map, %eax
	mov %eax, %cr3
	mov $MSR_EFER, %ecx
	rdmsr
	or $EFER_LME, %eax
	wrmsr
	mov $CR0_FOR_LONG_MODE, %eax
	mov %eax, %cr0
	ljmp $KERNEL_CODE, $start64

	.code64
start64:
	xor %eax, %eax
	mov %eax, %fs
	mov %eax, %gs
	mov %edi, %eax
	inc %eax
	imul $STACK_SIZE, %rax, %rax
	lea stacks(%rax), %rsp
	xor %ebp, %ebp
	/* cpu_main(apic_id, is_ap), which doesn't return */
	call cpu_main
	ud2

/*
 * The first 4 GiB, each address where it is, all of it open to user mode. The
 * last GiB has the APIC in it and is not cached. After that the first GiB again.
 */
	.data
	.align 4096
	.globl page_map, page_directory_pointers
page_map:
	.quad page_directory_pointers + 7
	.fill 511, 8, 0
page_directory_pointers:
	.quad page_directories + 0x0007
	.quad page_directories + 0x1007
	.quad page_directories + 0x2007
	.quad page_directories + 0x3007
	.quad page_directories + 0x0007		/* ALIAS */
	.fill 507, 8, 0
page_directories:
	.set address, 0
	.rept 1536
	.quad address + PAGE_FLAGS
	.set address, address + 0x200000
	.endr
	.rept 512
	.quad address + PAGE_FLAGS + PAGE_UNCACHED
	.set address, address + 0x200000
	.endr

	.section .note.GNU-stack, "", @progbits
