/* SPDX-License-Identifier: BSD-2-Clause */
/* 64-bit mode's part of layout.h. */
#ifndef GUEST_MODE_LAYOUT_H
#define GUEST_MODE_LAYOUT_H

#define KERNEL_CODE KERNEL_CODE64
#define USER_CODE USER_CODE64

/* Offset in struct cpu; interrupt.c checks it. */
#define CPU_RECOVERY 8

/* The first GiB is mapped here, too. */
#define ALIAS 0x100000000

/* Nothing is there. */
#define NOT_MAPPED 0x123456789000

#endif /* GUEST_MODE_LAYOUT_H */
