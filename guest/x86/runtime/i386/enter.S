/* SPDX-License-Identifier: BSD-2-Clause */
/* To cpu_main() in 32-bit protected mode, with paging as PAE has it. */
#include "layout.h"

#define CR0_FOR_PAGING 0x80010031	/* PG WP NE ET PE */
#define CR4_PAE 0x20

#define PAGE_FLAGS 0x87		/* present, writable, user, 2 MiB */
#define PAGE_UNCACHED 0x18
#define PAGE_SIZE 0x200000

	.text
	.code32
	.globl enter_mode
enter_mode:
	mov %cr4, %eax
	or $CR4_PAE, %eax
	mov %eax, %cr4
	/*
	 * A table of the four directories, of this CPU's own and made anew: QEMU's TCG
	 * marks its entries as accessed, by a flag that must be 0 there, and a KVM under
	 * it then refuses to load it (arch/x86/kvm/x86.c, load_pdptrs).
	 */
	mov %edi, %eax
	shl $5, %eax
	add $page_maps, %eax
	movl $page_directories + 0x0001, 0(%eax)
	movl $page_directories + 0x1001, 8(%eax)
	movl $page_directories + 0x2001, 16(%eax)
	movl $page_directories + 0x3001, 24(%eax)
	mov %eax, %cr3
	mov $CR0_FOR_PAGING, %eax
	mov %eax, %cr0
	ljmp $KERNEL_CODE, $1f
1:	xor %eax, %eax
	mov %eax, %fs
	mov %eax, %gs
	mov %edi, %eax
	inc %eax
	imul $STACK_SIZE, %eax, %eax
	lea stacks(%eax), %esp
	xor %ebp, %ebp
	/* cpu_main(apic_id, is_ap), which doesn't return; the stack as compilers want it */
	sub $8, %esp
	push %esi
	push %edi
	call cpu_main
	ud2

/*
 * 4 GiB, each address where it is but for what mode_layout.h says, all of it
 * open to user mode. The last GiB has the APIC in it and is not cached.
 */
	.data
	.align 4096
	.globl page_directories
page_directories:
	.set address, 0
	.rept WINDOWS / PAGE_SIZE
	.quad address + PAGE_FLAGS
	.set address, address + PAGE_SIZE
	.endr
	.fill (ALIAS - WINDOWS) / PAGE_SIZE, 8, 0
	.set address, 0
	.rept (ALIAS_END - ALIAS) / PAGE_SIZE
	.quad address + PAGE_FLAGS
	.set address, address + PAGE_SIZE
	.endr
	.fill (HOLE_END - ALIAS_END) / PAGE_SIZE, 8, 0
	.set address, HOLE_END
	.rept (0xc0000000 - HOLE_END) / PAGE_SIZE
	.quad address + PAGE_FLAGS
	.set address, address + PAGE_SIZE
	.endr
	.rept 512
	.quad address + PAGE_FLAGS + PAGE_UNCACHED
	.set address, address + PAGE_SIZE
	.endr

	.bss
	.align 32
page_maps:
	.skip (MAX_CPUS + 1) * 32

	.section .note.GNU-stack, "", @progbits
