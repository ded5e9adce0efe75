/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Events of a guest while it runs: one for each call, access to
 * KVM's registers, halt, wake-up and so on. Events have one size and no
 * pointers, so that they can go through shared memory and into files.
 */
#ifndef PARACALL_EVENT_H
#define PARACALL_EVENT_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Only ever appended to. The words that follow are the event's arguments;
 * .result is 0 where none is named.
 */
enum paracall_event_kind {
	PARACALL_EVENT_NONE,
	/* A hypercall; the row is its id in the table. .result is what the guest got. */
	PARACALL_EVENT_CALL,
	/* A function of DIAGNOSE; .result is an enum paracall_diag_outcome. */
	PARACALL_EVENT_DIAG,
	/*
	 * PowerPC: a call of PAPR's, and of KVM's or ePAPR's; the row is the table's.
	 * PAPR's are reported when they begin, without a result.
	 */
	PARACALL_EVENT_PAPR,
	PARACALL_EVENT_EPAPR,
	/* One of KVM's leaves: leaf, ebx, ecx, edx; .result is eax. */
	PARACALL_EVENT_CPUID,
	/* number, value; .result is -1 if it ended in an exception. */
	PARACALL_EVENT_RDMSR,
	PARACALL_EVENT_WRMSR,
	/* The vCPU begins to halt. */
	PARACALL_EVENT_HALT,
	/*
	 * It continues: an enum paracall_wake_cause, the vCPU that caused it or
	 * PARACALL_EVENT_NOBODY, nanoseconds halted.
	 */
	PARACALL_EVENT_WAKE,
	/* This vCPU kicks: the target, whether that ended a halt. */
	PARACALL_EVENT_KICK,
	/* This vCPU sends an interrupt: target, vector, delivery mode, taken. */
	PARACALL_EVENT_INTERRUPT,
	/* This vCPU yields: to which, or PARACALL_EVENT_NOBODY for any. */
	PARACALL_EVENT_YIELD,
	/*
	 * The guest's clock page was written, or all vCPUs' with it: counter, system
	 * time; in one word the multiplier, and above its 32 bits the shift, 8 bits,
	 * signed; PARACALL_PVCLOCK_... flags that the host gave it.
	 */
	PARACALL_EVENT_CLOCK,
	/* Steal time was reported: nanoseconds more, address. */
	PARACALL_EVENT_STEAL,
	/* An asynchronous page fault began, or its end was reported: token. */
	PARACALL_EVENT_ASYNC_PF,
	PARACALL_EVENT_ASYNC_PF_READY,
	/*
	 * A fault is injected: an enum paracall_fault; where: the id of
	 * such a call's events, a model-specific register's number, or the id of
	 * PARACALL_EVENT_CPUID, _CLOCK or _STEAL; the rule's value; the number of
	 * this vCPU's event there, from 1. The affected event follows.
	 */
	PARACALL_EVENT_INJECTED,
	/* The machine was reset. */
	PARACALL_EVENT_RESET,
	/*
	 * Where the guest's kernel is: a number that names the register it was
	 * learned from (x86: the model-specific register's), the address of the
	 * code for system calls.
	 */
	PARACALL_EVENT_KERNEL_ENTRY,
	/* Events before this one were dropped: how many. */
	PARACALL_EVENT_LOST,
	/*
	 * More of the event before this one, of the same vCPU: arguments
	 * from the fifth on; what it returned besides its result, in registers or
	 * memory. The row is that event's, .result is the number of words.
	 */
	PARACALL_EVENT_MORE,
	PARACALL_EVENT_OUTPUT,
	/*
	 * This vCPU spun, and yielded to others: after how many hints that it spins,
	 * and for how many nanoseconds.
	 */
	PARACALL_EVENT_SPIN,
	/*
	 * arm64: a function of the SMC Calling Convention; the row is the table's. Those of
	 * PSCI that the engine serves are reported when they begin, without a result.
	 */
	PARACALL_EVENT_SMCCC,
	/* Another state of the machine was loaded, and what was known of it is void. */
	PARACALL_EVENT_LOADED,
	/*
	 * RISC-V: a function of the SBI; the row is the table's. Its result is an error below 0,
	 * or else its value. Those that the firmware does are reported when they begin, without a
	 * result.
	 */
	PARACALL_EVENT_SBI,
	/* LoongArch: a call by hvcl; the row is the table's. .result is what the guest got. */
	PARACALL_EVENT_HVCL,
	/* One of KVM's indices of CPUCFG: index; .result is what the guest got. */
	PARACALL_EVENT_CPUCFG,
	PARACALL_EVENT_KINDS
};

/* In a row's place: a call that is not in the table. Its first word is the number. */
#define PARACALL_EVENT_UNKNOWN_ROW 0xffffu

/* In a vCPU's place. */
#define PARACALL_EVENT_NOBODY UINT64_MAX

/* A call's result that is not known: the engine or the firmware gives it. */
#define PARACALL_EVENT_NO_RESULT INT64_MIN

/* What ended a halt. */
enum paracall_wake_cause {
	/* An interrupt, or anything else of the engine's own. */
	PARACALL_WAKE_INTERRUPT,
	/* A kick, when it was halted. */
	PARACALL_WAKE_KICK,
	/* An earlier kick; so it did not really halt. */
	PARACALL_WAKE_KICK_BEFORE,
	/* A reset. */
	PARACALL_WAKE_RESET,
	/* Not reported: it halts again, or does something else; at most this long. */
	PARACALL_WAKE_UNKNOWN,
};

#define PARACALL_EVENT_ARGUMENTS 4

struct paracall_event {
	/* When it was over. In memory by the trace's clock, in files nanoseconds. */
	uint64_t time;
	/* The kind in the upper half, the row in the lower. */
	uint32_t id;
	/*
	 * How long it took, likewise; the largest number if that is too small.
	 * 0: no time, or not measured.
	 */
	uint32_t duration;
	/* The guest's program counter; 0 if it is not known. */
	uint64_t pc;
	int64_t result;
	uint64_t arguments[PARACALL_EVENT_ARGUMENTS];
};

static inline uint32_t paracall_event_id(enum paracall_event_kind kind, uint32_t row)
{
	return (uint32_t)kind << 16 | row;
}

static inline uint32_t paracall_event_kind(uint32_t id)
{
	return id >> 16;
}

static inline uint32_t paracall_event_row(uint32_t id)
{
	return id & 0xffff;
}

#ifdef __cplusplus
}
#endif

#endif /* PARACALL_EVENT_H */
