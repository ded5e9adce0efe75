/* SPDX-License-Identifier: BSD-2-Clause */
/* Numbers that assembly and C share. Lowcore: Principles of Operation, "Assigned Storage". */
#ifndef GUEST_LAYOUT_H
#define GUEST_LAYOUT_H

#define MAX_CPUS 64
#define STACK_SIZE 0x4000
/* What a callee may write to above its caller's stack pointer (s390x ELF ABI). */
#define FRAME_SIZE 160
#define FRAME_SAVED 48

#define LOWCORE_SIZE 0x2000

/* Interruption codes. */
#define LC_EXTERNAL_CODE 0x086
#define LC_PROGRAM_ILC 0x08d
#define LC_PROGRAM_CODE 0x08e
#define LC_SVC_ILC 0x089

#define LC_EXTERNAL_OLD 0x130
#define LC_SVC_OLD 0x140
#define LC_PROGRAM_OLD 0x150
#define LC_RESTART_NEW 0x1a0
#define LC_EXTERNAL_NEW 0x1b0
#define LC_SVC_NEW 0x1c0
#define LC_PROGRAM_NEW 0x1d0
#define LC_MACHINE_CHECK_NEW 0x1e0
#define LC_IO_NEW 0x1f0

/* Ours from here on: what was in the registers at the last interruption. */
#define LC_GPRS 0x200
#define LC_ACCESS 0x280
#define LC_EXTERNAL_GPRS 0x2c0
/* A PSW to load. */
#define LC_PSW 0x340
/* Stack to go on with after a program interruption or SVC in execute(), or 0. */
#define LC_RECOVERY 0x350
#define LC_STACK 0x358
/* External interruptions so far. */
#define LC_EXTERNALS 0x360
/* 1 if it was an SVC that ended execute(). */
#define LC_ENDED_BY_SVC 0x368
#define LC_SCRATCH 0x370
/* Free for tests, up to 0x1000. */
#define LC_FREE 0x800

/* struct state */
#define STATE_ACCESS 128
#define STATE_MASK 192
#define STATE_ADDRESS 200

#endif /* GUEST_LAYOUT_H */
