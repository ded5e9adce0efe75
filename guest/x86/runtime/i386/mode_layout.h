/* SPDX-License-Identifier: BSD-2-Clause */
/* 32-bit protected mode's part of layout.h. */
#ifndef GUEST_MODE_LAYOUT_H
#define GUEST_MODE_LAYOUT_H

#define KERNEL_CODE KERNEL_CODE32
#define USER_CODE USER_CODE32
/* Each CPU's struct cpu; open to user mode, or the way there would clear gs. */
#define CPU_DATA 0x43

/* Offset in struct cpu; interrupt.c checks it. */
#define CPU_RECOVERY 4

/*
 * Here it is not as elsewhere, that each address is where it is. No program
 * needs the memory there: nothing yet, for windows; the first 128 MiB again;
 * nothing.
 */
#define WINDOWS 0x20000000
#define ALIAS 0x30000000
#define ALIAS_END 0x38000000
#define HOLE_END 0x40000000
#define NOT_MAPPED ALIAS_END

#endif /* GUEST_MODE_LAYOUT_H */
