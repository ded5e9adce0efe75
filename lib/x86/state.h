/* SPDX-License-Identifier: BSD-2-Clause */
/* The state of x86's machines and vCPUs, besides what all have. */
#ifndef PARACALL_LIB_X86_STATE_H
#define PARACALL_LIB_X86_STATE_H

#include "../machine.h"

#include <pthread.h>

/* Of x86's calls, and some that do not exist. */
#define X86_NUMBERS 16

/* What the guest last wrote to KVM's registers of this vCPU. */
struct msr_state {
	uint64_t async_pf_en;
	uint64_t async_pf_int;
	uint64_t steal_time;
	uint64_t pv_eoi;
	uint64_t poll_control;
};

/* Asynchronous page faults that the guest waits for, oldest first. */
#define MAX_ASYNC_PFS 8

struct async_pf {
	/* All waiting tasks have to be woken. */
	bool owes_wake_all;
	uint32_t tokens[MAX_ASYNC_PFS];
	uint32_t count;
	/* How many of these the guest has not been notified of yet. */
	uint32_t ready;
	/* Numbers the faults. */
	uint32_t next;
};

/* What others ask a vCPU to do at its next paracall_update(); bits. */
enum request {
	/* Write the clock page again. */
	REQUEST_CLOCK = 1 << 0,
	/* The same, and report a pause. */
	REQUEST_CLOCK_PAUSED = 1 << 1,
	/* Its own: the clock goes forward by .clock_jump. */
	REQUEST_CLOCK_JUMP = 1 << 2,
};

struct x86_cpu {
	struct paracall_cpu cpu;
	/* Of calls that go by quick.h, by number: so many are not timed until one is. */
	int32_t untimed[X86_NUMBERS];
	/* What is not atomic is touched by the vCPU's thread alone. */
	struct msr_state msrs;
	struct async_pf async_pf;
	/*
	 * The register of the clock page. Under the clock's lock, but for a vCPU that
	 * goes: see paracall_clock_leave().
	 */
	_Atomic(uint64_t) system_time;
	/* Under the lock: while the page is written to, where, and what its version will be. */
	bool is_clock_open;
	struct paracall_gpa clock_page;
	uint32_t clock_version;
	/* Bits of enum request. */
	_Atomic(uint32_t) requests;
	/* Of fault injection: nanoseconds still to be added. */
	int64_t clock_jump;
	/* The part of the run delay that the guest has received; see ../run_delay.h. */
	uint64_t reported_run_delay;
	/* Of the lists of private memory, the one that this vCPU writes. */
	uint32_t spare_list;
};

/* How the guest converts its time-stamp counter to nanoseconds; see clock.c. */
struct clock_line {
	uint64_t tsc_timestamp;
	uint64_t system_time;
	uint32_t multiplier;
	int8_t shift;
};

/* An update of a clock page that says nothing new; see mark.c. */
struct mark {
	/* And nothing else was written to any clock page since. */
	_Atomic(bool) is_set;
	struct paracall_gpa address;
	struct paracall_pvclock_vcpu_time_info page;
};

struct clock {
	/* For the line, and for all that is written to clock pages. */
	pthread_mutex_t mutex;
	struct clock_line line;
	/* The counter's, in Hz; 0 until the guest first has a clock. */
	_Atomic(uint64_t) frequency;
	/* The host's steady clock when the line was at 0, if that is known. */
	_Atomic(bool) has_origin;
	uint64_t origin;
	struct mark mark;
};

/* map_gpa_range.c's. */
struct private_memory;

struct x86_machine {
	struct paracall_machine machine;
	/* Where .x86 of the machine's engine leads. */
	struct paracall_x86_engine functions;
	struct clock clock;
	/* The registers that all vCPUs share. */
	_Atomic(uint64_t) wall_clock;
	_Atomic(uint64_t) migration_control;
	/* The first vCPU uses the old register: its clock is not stable then. */
	_Atomic(bool) has_old_clock;
	/* NULL if the guest can't have any: its feature is not offered. */
	struct private_memory *private_memory;
};

static inline struct x86_cpu *x86_cpu(struct paracall_cpu *cpu)
{
	return (struct x86_cpu *)cpu;
}

static inline struct x86_machine *x86_machine(struct paracall_machine *machine)
{
	return (struct x86_machine *)machine;
}

static inline struct x86_machine *x86_machine_of(const struct paracall_cpu *cpu)
{
	return x86_machine(cpu->machine);
}

#endif /* PARACALL_LIB_X86_STATE_H */
