/* SPDX-License-Identifier: BSD-2-Clause */
/* What the library's files share about machines and vCPUs. */
#ifndef PARACALL_LIB_MACHINE_H
#define PARACALL_LIB_MACHINE_H

#include "powerpc/magic_page.h"

#include <paracall/paracall.h>
#include <pthread.h>
#include <stdatomic.h>

/*
 * A vCPU's place between kicks and halts; see halt.c. One word, so that
 * neither side can miss what the other does.
 */
enum halt_state {
	RUNNING,
	RUNNING_KICKED,
	HALTED,
};

enum presence {
	NEVER_ADDED,
	ADDED,
	REMOVED,
};

/* What others ask a vCPU to do at its next paracall_update(); bits. */
enum request {
	/* Write the clock page again. */
	REQUEST_CLOCK = 1 << 0,
	/* The same, and tell of a pause. */
	REQUEST_CLOCK_PAUSED = 1 << 1,
	/* Its own: the clock goes forward by .clock_jump. */
	REQUEST_CLOCK_JUMP = 1 << 2,
};

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
	/* All that wait are to be woken. */
	bool owes_wake_all;
	uint32_t tokens[MAX_ASYNC_PFS];
	uint32_t count;
	/* Of these, so many that the guest is still to be told to be there. */
	uint32_t ready;
	/* Numbers the faults. */
	uint32_t next;
};

/* row.h. */
struct row;

/* What the guest asks. */
struct call {
	/* NULL: the table has none. */
	const struct row *row;
	uint64_t number;
	/* Bits of enum paracall_mode. */
	uint32_t mode;
	/* The guest may make calls in this mode. */
	bool is_permitted;
	/* Its handler is this machine's. */
	bool is_served;
	/* The handler was called. */
	bool is_done;
	/* What the row declares, in order; undefined beyond. */
	uint64_t arguments[PARACALL_MAX_ARGUMENTS];
	/* From the handler, likewise; all that the row declares, if it succeeds. */
	uint64_t outputs[PARACALL_MAX_OUTPUTS];
};

/* x86/map_gpa_range.c's. */
struct private_memory;

/* Kicks that are done later on purpose, oldest first; see inject.c. */
#define MAX_LATE_CALLS 8

struct late_call {
	uint64_t due_nanoseconds;
	struct call call;
};

/* What happens every so often by a rule. */
struct event {
	/* 0: it was not looked at yet. */
	_Atomic(uint64_t) due_nanoseconds;
	_Atomic(uint64_t) count;
};

struct paracall_cpu {
	/* Set in all slots when the machine is made, as are .statistics, .trace and .ring. */
	struct paracall_machine *machine;
	/* An enum presence. */
	_Atomic(uint32_t) presence;
	/* The engine's own pointer; of other vCPUs by engine_cpu_of(). */
	void *engine_cpu;
	/* Written by the vCPU's thread alone. */
	struct paracall_cpu_statistics *statistics;
	/* A call of it is not just done: there are rules or a trace, or features are enforced. */
	bool has_layers;
	/* NULL unless somebody looks on. */
	struct paracall_trace *trace;
	/* Its own there. */
	struct paracall_trace_ring *ring;
	uint32_t ring_events;
	/*
	 * Under which it is in .by_apic_id, or UINT32_MAX. Whoever found the vCPU there
	 * goes by the id that it looked for: this one changes at another moment.
	 */
	_Atomic(uint32_t) apic_id;
	/* The rest up to .requests is touched by the vCPU's thread alone. */
	struct msr_state msrs;
	/*
	 * The register of the clock page. Under the clock's lock, but for a vCPU that
	 * goes: see paracall_clock_leave().
	 */
	_Atomic(uint64_t) system_time;
	/* While the clock page is written to: where, and what its version will be. */
	bool is_clock_open;
	struct paracall_gpa clock_page;
	uint32_t clock_version;
	/* By a fault on purpose, nanoseconds that are still to come. */
	int64_t clock_jump;
	/* Of the engine's run delay, what the guest was told of. */
	uint64_t told_run_delay;
	struct async_pf async_pf;
	struct late_call late_calls[MAX_LATE_CALLS];
	uint32_t late_call_count;
	struct event events[PARACALL_MAX_RULES];
	/* Of the lists of private memory, the one that is this vCPU's to write. */
	uint32_t spare_list;
	/* When its halt began, by the trace's clock; 0 if none is to be told of. */
	uint64_t halt_began;
	/* Rows, by their number's last 6 bits, whose calls take time worth telling. */
	uint64_t slow_rows;
	struct magic_page magic_page;
	_Atomic(uint32_t) requests;
	/* The machine was reset, by another thread: see take_reset(). */
	_Atomic(bool) owes_reset;
	/* s390: the guest asked for interrupts about pages; see s390/page_reference.c. */
	_Atomic(bool) has_pfault_token;
	/* Kickers write it too. On a line of its own for that. */
	_Alignas(64) _Atomic(uint32_t) halt_state;
	/* For the trace: the last one that did, and when. */
	_Atomic(uint64_t) kicked_by;
	_Atomic(uint64_t) kicked_at;
};

/* How the guest makes nanoseconds of its time-stamp counter; see x86/clock.c. */
struct clock_line {
	uint64_t tsc_timestamp;
	uint64_t system_time;
	uint32_t multiplier;
	int8_t shift;
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
};

struct paracall_machine {
	struct paracall_engine engine;
	enum paracall_architecture architecture;
	uint32_t features;
	uint32_t hints;
	bool enforce_features;
	uint32_t max_cpus;
	/* There are rules by which faults are injected. */
	bool has_rules;
	struct paracall_injection injection;
	/* Of the rules about what all vCPUs share. */
	struct event events[PARACALL_MAX_RULES];
	/* The engine's clock when the machine was created. */
	uint64_t created_nanoseconds;
	struct paracall_statistics *statistics;
	/* Set if the counters are the library's own. */
	struct paracall_statistics *own_statistics;
	/* .trace is NULL unless somebody looks on. */
	struct paracall_trace_view trace;
	struct paracall_cpu *cpus;
	struct clock clock;
	/* The registers that all vCPUs share. */
	_Atomic(uint64_t) wall_clock;
	_Atomic(uint64_t) migration_control;
	/* The first vCPU uses the old register: its clock is not stable then. */
	_Atomic(bool) has_old_clock;
	struct magic_page_start magic_page_start;
	/* NULL if the guest can't have any: its feature is not offered. */
	struct private_memory *private_memory;
	_Atomic(struct paracall_cpu *) by_apic_id[PARACALL_MAX_APIC_ID + 1];
};

/* Whether a feature, PARACALL_KVM_FEATURE_..., is offered to this guest. */
static inline bool is_offered(const struct paracall_machine *machine, unsigned int feature)
{
	return machine->features & 1u << feature;
}

/* The vCPU with that local APIC id, or NULL. */
static inline struct paracall_cpu *cpu_by_apic_id(struct paracall_machine *machine,
						  uint32_t apic_id)
{
	if (apic_id > PARACALL_MAX_APIC_ID)
		return NULL;
	return atomic_load_explicit(&machine->by_apic_id[apic_id], memory_order_acquire);
}

/*
 * The engine's pointer of another vCPU, which may be taken out meanwhile, and another
 * added in its slot.
 */
static inline void *engine_cpu_of(const struct paracall_cpu *target)
{
	return __atomic_load_n(&target->engine_cpu, __ATOMIC_ACQUIRE);
}

void paracall_take_reset(struct paracall_cpu *cpu);

/*
 * On the vCPU's thread, before anything that a reset changes and that is its own. A
 * guest can make what looks like a reset of the machine while this vCPU runs.
 */
static inline void take_reset(struct paracall_cpu *cpu)
{
	if (__builtin_expect(atomic_load_explicit(&cpu->owes_reset, memory_order_relaxed),
			     false))
		paracall_take_reset(cpu);
}

#endif /* PARACALL_LIB_MACHINE_H */
