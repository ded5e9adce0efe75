/* SPDX-License-Identifier: BSD-2-Clause */
/* Numbers that C, assembler and the linker script share. */
#ifndef GUEST_LAYOUT_H
#define GUEST_LAYOUT_H

/*
 * Selectors: the boot GDT and each CPU's own have the same order, in both modes.
 * mode_layout.h says which code segments are the mode's own.
 */
#define KERNEL_CODE64 0x08
#define KERNEL_DATA 0x10
#define KERNEL_CODE32 0x18
#define USER_DATA 0x23
#define USER_CODE64 0x2b
#define USER_CODE32 0x33
#define TASK_STATE 0x38
#define GDT_ENTRIES 9

#include "mode_layout.h"

/* CPUs are numbered by their xAPIC id; 255 is the broadcast id. */
#define MAX_CPUS 255
#define STACK_SIZE 8192

/*
 * Where APs start in real mode: a page below 640 KiB that firmware has no
 * further use for. Its number is the startup IPI's vector.
 */
#define TRAMPOLINE 0x8000

/* Where legacy.S runs, one page, and the room in it for code to be tried. */
#define LEGACY 0x9000
#define LEGACY_SLOT 16

/* What marks a program, and the loader's eax. */
#define MULTIBOOT2_HEADER 0xe85250d6
#define MULTIBOOT2_LOADER 0x36d76289

/* Local APIC, at the address it has after reset. */
#define APIC_BASE 0xfee00000
#define APIC_ID 0x20

/* Memory goes on there, above devices and firmware. No program sees it but by map_high(). */
#define HIGH_MEMORY 0x100000000

/* Software interrupt by which a user-mode function ends. */
#define USER_EXIT_VECTOR 0x80

#endif /* GUEST_LAYOUT_H */
