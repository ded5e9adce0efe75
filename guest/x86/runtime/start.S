/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From where a CPU starts to cpu_main() in 64-bit mode. The boot CPU comes in
 * 32-bit protected mode by the PVH boot protocol (Xen's docs/misc/pvh.pandoc),
 * which QEMU's -kernel speaks on pc, q35 and microvm; the others come through
 * a startup IPI, in real mode.
 */
#include "layout.h"

#define CR0_FOR_LONG_MODE 0x80010031	/* PG WP NE ET PE */
#define CR4_PAE 0x20
#define MSR_EFER 0xc0000080
#define EFER_LME 0x100

#define PAGE_FLAGS 0x87		/* present, writable, user, 2 MiB */
#define PAGE_UNCACHED 0x18

	.section .note.Xen, "a", @note
	.align 4
	.long 4, 8, 18		/* sizes of name and value; PHYS32_ENTRY */
	.asciz "Xen"
	.quad pvh_start

	.text
	.code32
	.globl pvh_start
pvh_start:
	cli
	cld
	lgdt boot_gdt_pointer
	mov $KERNEL_DATA, %eax
	mov %eax, %ds
	mov %eax, %es
	mov %eax, %ss
	/* After a reset, memory is as the last run left it. */
	mov $bss_start, %edi
	mov $bss_end, %ecx
	sub %edi, %ecx
	xor %eax, %eax
	rep stosb
	mov %ebx, start_info
	xor %esi, %esi
	jmp enter_long_mode

ap_start32:
	mov $KERNEL_DATA, %eax
	mov %eax, %ds
	mov %eax, %es
	mov %eax, %ss
	mov $1, %esi

enter_long_mode:
	mov APIC_BASE + APIC_ID, %edi
	shr $24, %edi
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

/* Copied to TRAMPOLINE. */
	.globl trampoline_start, trampoline_end
	.code16
trampoline_start:
	cli
	cld
	lgdtl %cs:trampoline_gdt_pointer - trampoline_start
	mov $1, %eax
	mov %eax, %cr0
	ljmpl $KERNEL_CODE32, $ap_start32
	.align 4
trampoline_gdt_pointer:
	.word boot_gdt_end - boot_gdt - 1
	.long boot_gdt
trampoline_end:

	.code64
	.section .rodata
	.align 8
boot_gdt:
	.quad 0
	.quad 0x00af9b000000ffff	/* KERNEL_CODE */
	.quad 0x00cf93000000ffff	/* KERNEL_DATA */
	.quad 0x00cf9b000000ffff	/* KERNEL_CODE32 */
boot_gdt_end:
boot_gdt_pointer:
	.word boot_gdt_end - boot_gdt - 1
	.long boot_gdt

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

	.bss
	/* From the loader: struct hvm_start_info. */
	.globl start_info
start_info:
	.skip 4
	.align 16
	.globl stacks
stacks:
	.skip (MAX_CPUS + 1) * STACK_SIZE

	.section .note.GNU-stack, "", @progbits
