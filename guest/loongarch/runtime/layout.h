/* SPDX-License-Identifier: BSD-2-Clause */
/* Numbers that assembly and C share. */
#ifndef GUEST_LAYOUT_H
#define GUEST_LAYOUT_H

#define MAX_CPUS 8
#define STACK_SIZE 0x4000

/*
 * Windows of the address space that are physical memory without translation: devices,
 * memory, and memory for user mode, in the lower half.
 */
#define DEVICES 0x8000000000000000
#define MEMORY 0x9000000000000000
#define WINDOW_DEVICES 0x8000000000000001
#define WINDOW_MEMORY 0x9000000000000011
#define WINDOW_USER 0x0000000000000019

/* Control and status registers. */
#define CSR_CRMD 0x0
#define CSR_PRMD 0x1
#define CSR_ECFG 0x4
#define CSR_ESTAT 0x5
#define CSR_ERA 0x6
#define CSR_BADV 0x7
#define CSR_EENTRY 0xc
#define CSR_TLBIDX 0x10
#define CSR_TLBEHI 0x11
#define CSR_TLBELO0 0x12
#define CSR_TLBELO1 0x13
#define CSR_STLBPS 0x1e
#define CSR_CPUID 0x20
#define CSR_SAVE0 0x30
/* The CPU's struct frame. */
#define CSR_FRAME 0x31
#define CSR_TCFG 0x41
#define CSR_TICLR 0x44
#define CSR_TLBRENTRY 0x88
#define CSR_DMW0 0x180
#define CSR_DMW1 0x181
#define CSR_DMW2 0x182

/* CRMD: privilege level 0, windows in use, memory cached, interrupts off; and on. */
#define CRMD_RUNNING 0xb0
#define CRMD_INTERRUPTS 0x4

/* struct frame, of each CPU: what execute() gives and gets. */
#define STATE_PC 256
#define STATE_MODE 264
#define STATE_ESTAT 272
#define STATE_BADV 280
/* The stack to go on with after an exception in execute(), or 0; and for others. */
#define FRAME_RECOVERY 288
#define FRAME_STACK 296
#define FRAME_INTERRUPTS 304
#define FRAME_SCRATCH 312

#endif /* GUEST_LAYOUT_H */
