/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From where a CPU starts to 32-bit protected mode, and on to enter.S, which
 * enters the mode that the program is for. The boot CPU comes in 32-bit protected
 * mode by the PVH boot protocol (Xen's docs/misc/pvh.pandoc), which QEMU's
 * -kernel speaks on pc, q35 and microvm, or from GRUB by Multiboot2; the others
 * come through a startup IPI, in real mode.
 *
 * The older Multiboot's header would keep QEMU from starting 64-bit programs: it
 * looks for that one first, and takes 32-bit files only (hw/i386/multiboot.c).
 */
#include "layout.h"

	/* Multiboot2 Specification, "OS image format": i386, no tags. */
	.section .multiboot2, "a"
	.align 8
multiboot2_start:
	.long MULTIBOOT2_HEADER, 0, multiboot2_end - multiboot2_start
	.long -(MULTIBOOT2_HEADER + multiboot2_end - multiboot2_start)
	.short 0, 0
	.long 8
multiboot2_end:

	.section .note.Xen, "a", @note
	.align 4
	.long 4, 8, 18		/* sizes of name and value; PHYS32_ENTRY */
	.asciz "Xen"
	.long pvh_start, 0

	.text
	.code32
	.globl pvh_start
pvh_start:
	cli
	cld
	lgdt boot_gdt_pointer
	mov %eax, %ebp
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
	mov %ebp, start_magic
	xor %esi, %esi
	jmp 1f

ap_start32:
	mov $KERNEL_DATA, %eax
	mov %eax, %ds
	mov %eax, %es
	mov %eax, %ss
	mov $1, %esi

	/* edi is the CPU's id, esi whether it is not the boot CPU. */
1:	mov APIC_BASE + APIC_ID, %edi
	shr $24, %edi
	jmp enter_mode

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

	.section .rodata
	.align 8
boot_gdt:
	.quad 0
	.quad 0x00af9b000000ffff	/* KERNEL_CODE64 */
	.quad 0x00cf93000000ffff	/* KERNEL_DATA */
	.quad 0x00cf9b000000ffff	/* KERNEL_CODE32 */
boot_gdt_end:
boot_gdt_pointer:
	.word boot_gdt_end - boot_gdt - 1
	.long boot_gdt

	.bss
	/* From the loader: struct hvm_start_info; or Multiboot2's, if eax said so. */
	.globl start_info, start_magic
start_info:
	.skip 4
start_magic:
	.skip 4
	.align 16
	.globl stacks
stacks:
	.skip (MAX_CPUS + 1) * STACK_SIZE

	.section .note.GNU-stack, "", @progbits
