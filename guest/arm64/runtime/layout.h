/* SPDX-License-Identifier: BSD-2-Clause */
/* Numbers that assembly and C share. */
#ifndef GUEST_LAYOUT_H
#define GUEST_LAYOUT_H

/* As many as one cluster has, so that their affinity is their index. */
#define MAX_CPUS 8
#define STACK_SIZE 0x4000

/* struct frame, of each CPU, at which TPIDR_EL1 points: what execute() gives and gets. */
#define STATE_PC 248
#define STATE_PSTATE 256
#define STATE_ESR 264
#define STATE_FAR 272
/* The stack to go on with after an exception in execute(), or 0; and for others. */
#define FRAME_RECOVERY 280
#define FRAME_STACK 288
#define FRAME_INTERRUPTS 296
#define FRAME_SCRATCH 304

/* What the guest's own hypervisor answers to hvc. */
#define OWN_HYPERVISOR 0xe12

#endif /* GUEST_LAYOUT_H */
