/* SPDX-License-Identifier: BSD-2-Clause */
/* Numbers that assembly and C share. */
#ifndef GUEST_LAYOUT_H
#define GUEST_LAYOUT_H

/* Harts have the numbers below. */
#define MAX_CPUS 8
#define STACK_SIZE 0x4000

/*
 * struct frame, of each CPU, at which sscratch points: what execute() gives and gets,
 * after the registers by their numbers.
 */
#define STATE_PC 256
#define STATE_STATUS 264
#define STATE_CAUSE 272
#define STATE_VALUE 280
/* The stack to go on with after an exception in execute(), or 0; and for others. */
#define FRAME_RECOVERY 288
#define FRAME_STACK 296
#define FRAME_INTERRUPTS 304
#define FRAME_SCRATCH 312

/* sstatus: the mode to return to, and whether interrupts are taken there. */
#define SSTATUS_SPIE 0x20
#define SSTATUS_SPP 0x100

/* Between two interrupts of the timer: 1 ms. */
#define TICK 10000
#define SBI_TIME 0x54494d45

#endif /* GUEST_LAYOUT_H */
