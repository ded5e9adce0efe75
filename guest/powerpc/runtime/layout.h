/* SPDX-License-Identifier: BSD-2-Clause */
/* Numbers that assembly and C share. */
#ifndef GUEST_LAYOUT_H
#define GUEST_LAYOUT_H

/* QEMU loads a kernel here, whatever its addresses say. */
#define LOAD_ADDRESS 0x400000
#define MAX_CPUS 64
#define STACK_SIZE 0x4000
/* What a callee may write to above its caller's stack pointer. */
#define STACK_HEAD 32

/* Of each CPU, by its number: what was in its registers at the last interrupt. */
#define FRAMES_HIGH 0x0080
#define FRAME_SHIFT 12
#define FRAMES_SIZE (MAX_CPUS << FRAME_SHIFT)

/* struct state, and in the same order a frame; general registers come first. */
#define STATE_MSR 256
#define STATE_PC 264
#define STATE_LR 272
#define STATE_CTR 280
#define STATE_XER 288
#define STATE_CR 296
#define STATE_DAR 304
#define STATE_DSISR 312
#define STATE_VECTOR 320
/* Frames only: stack to go on with after an interrupt in execute(), or 0. */
#define FRAME_RECOVERY 328
/* The CPU's own stack. */
#define FRAME_STACK 336

#define MSR_LE_BIT 1

/* Special-purpose registers. */
#define SPR_CFAR 28
#define SPR_DEC 22
#define SPR_PIR 1023

#endif /* GUEST_LAYOUT_H */
