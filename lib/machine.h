/* SPDX-License-Identifier: BSD-2-Clause */
/* What the library's files share about machines and vCPUs. */
#ifndef PARACALL_LIB_MACHINE_H
#define PARACALL_LIB_MACHINE_H

#include <paracall/paracall.h>
#include <stdatomic.h>
#include <stdint.h>

/*
 * A vCPU's place between kicks and halts; see halt.c. One word, so that
 * neither side can miss what the other does: one of these, and above it how many kickers are
 * on their way to wake the vCPU, in units of WAKE_UNDER_WAY.
 */
enum halt_state {
	RUNNING,
	RUNNING_KICKED,
	/* From here on a kick has more to do than to set RUNNING_KICKED. */
	HALTED,
	/* After another state of the machine was loaded. */
	HALT_UNKNOWN,
	WAKE_UNDER_WAY,
};

static inline enum halt_state halt_state_in(uint32_t word)
{
	return word % WAKE_UNDER_WAY;
}

enum presence {
	NEVER_ADDED,
	/* Others must not find it yet. */
	ARRIVING,
	ADDED,
	REMOVED,
};

/* No call is made in it. */
#define NO_MODE UINT32_MAX

/* row.h, and architecture.h. */
struct row;
struct architecture;
struct fault_place;

/* The guest's call. */
struct call {
	/* NULL: not in the table. */
	const struct row *row;
	uint64_t number;
	/* Bits of enum paracall_mode. */
	uint32_t mode;
	/* The guest may make calls in this mode. */
	bool is_permitted;
	/* Its handler is this machine's. */
	bool is_served;
	/* Its handler leaves it to the engine or the firmware: its result is not known here. */
	bool is_left;
	/* Its arguments were read; the handler was called. For call.c alone. */
	bool is_read;
	bool is_done;
	/* What the row declares, in order; undefined beyond. */
	uint64_t arguments[PARACALL_MAX_ARGUMENTS];
	/* From the handler, likewise; all that the row declares, if it succeeds. */
	uint64_t outputs[PARACALL_MAX_OUTPUTS];
};

/* Calls that are delayed by fault injection, oldest first; see inject.c. */
#define MAX_LATE_CALLS 8

struct late_call {
	uint64_t due_nanoseconds;
	struct call call;
};

/* What a rule injects periodically. */
struct event {
	/* 0: not checked yet. */
	_Atomic(uint64_t) due_nanoseconds;
	_Atomic(uint64_t) count;
};

/*
 * After it an architecture has state of its own, in one struct with this: the state.h of
 * its folder.
 */
struct paracall_cpu {
	/* Set in all slots when the machine is made, as are .statistics, .trace and .ring. */
	struct paracall_machine *machine;
	/* Its slot. */
	uint32_t index;
	/* The machine's, and the mode of calls that go a shorter way than call.h's. */
	enum paracall_architecture architecture;
	uint32_t quick_mode;
	/* An enum presence. */
	_Atomic(uint32_t) presence;
	/* The engine's own pointer; of other vCPUs by engine_cpu_of(). */
	void *engine_cpu;
	/* The engine's: at hand for calls. */
	uint64_t (*read_register)(void *cpu, unsigned int number);
	void (*write_register)(void *cpu, unsigned int number, uint64_t value);
	/* Written by the vCPU's thread only. */
	struct paracall_cpu_statistics *statistics;
	/* Its calls are not simply done: there are rules, a trace, or enforced features. */
	bool has_layers;
	/* The machine was reset, by another thread: see take_reset(). */
	_Atomic(bool) owes_reset;
	/*
	 * Under which it is in .by_apic_id, or UINT32_MAX. A thread that found the vCPU there
	 * uses the id that it searched: this one changes at another moment.
	 */
	_Atomic(uint32_t) apic_id;
#ifdef PARACALL_CHECKS
	/* The thread that is in the library for it; 0: none. See misuse.h. */
	_Atomic(uintptr_t) inside;
#endif
	/* NULL unless tracing. */
	struct paracall_trace *trace;
	/* Its own there. */
	struct paracall_trace_ring *ring;
	uint32_t ring_events;
	/* The rest is touched by the vCPU's thread only, except the last line. */
	uint32_t late_call_count;
	/* When its halt began, by the trace's clock; 0 if there is none to report. */
	uint64_t halt_began;
	/* Rows, by their number's last 6 bits, whose calls take a noticeable time. */
	uint64_t slow_rows;
	struct late_call late_calls[MAX_LATE_CALLS];
	struct event events[PARACALL_MAX_RULES];
	/* Kickers write it, too. Therefore on a line of its own. See enum halt_state. */
	_Alignas(64) _Atomic(uint32_t) halt_word;
	/* For the trace: the last one that did, and when. */
	_Atomic(uint64_t) kicked_by;
	_Atomic(uint64_t) kicked_at;
};

/* As with vCPUs, an architecture's state follows it. */
struct paracall_machine {
	struct paracall_engine engine;
	/* The engine's own pointer. */
	void *engine_machine;
	const struct architecture *architecture;
	uint32_t features;
	uint32_t hints;
	bool enforce_features;
	uint32_t max_cpus;
	/* Slots: cpu_at() finds one. Each is so large. */
	void *cpus;
	size_t cpu_size;
	/* There are rules by which faults are injected. */
	bool has_rules;
	struct paracall_injection injection;
	/* The places that they are about; NULL: calls. */
	const struct fault_place *fault_places[PARACALL_MAX_RULES];
	/* Of the rules about what all vCPUs share. */
	struct event events[PARACALL_MAX_RULES];
	/* The engine's clock when the machine was created. */
	uint64_t created_nanoseconds;
	struct paracall_statistics *statistics;
	/* Set if the counters are the library's own. */
	struct paracall_statistics *own_statistics;
	/* .trace is NULL unless tracing. */
	struct paracall_trace_view trace;
	_Atomic(struct paracall_cpu *) by_apic_id[PARACALL_MAX_APIC_ID + 1];
};

static inline struct paracall_cpu *cpu_at(const struct paracall_machine *machine,
					  uint32_t index)
{
	return (struct paracall_cpu *)((char *)machine->cpus + index * machine->cpu_size);
}

/* Whether the slot has a vCPU now. */
static inline bool is_added(const struct paracall_cpu *cpu)
{
	return atomic_load(&cpu->presence) == ADDED;
}

/* Whether a feature, PARACALL_KVM_FEATURE_..., is offered to this guest. */
static inline bool is_offered(const struct paracall_machine *machine, unsigned int feature)
{
	return machine->features & 1u << feature;
}

/* The vCPU that the guest knows by that id, or NULL. */
static inline struct paracall_cpu *cpu_by_apic_id(struct paracall_machine *machine,
						  uint32_t apic_id)
{
	if (apic_id > PARACALL_MAX_APIC_ID)
		return NULL;
	return atomic_load_explicit(&machine->by_apic_id[apic_id], memory_order_acquire);
}

/*
 * The engine's pointer of another vCPU, which may be removed meanwhile, and another
 * added in its slot.
 */
static inline void *engine_cpu_of(const struct paracall_cpu *target)
{
	return __atomic_load_n(&target->engine_cpu, __ATOMIC_ACQUIRE);
}

/* The guest's registers, by the architecture's numbers for the engine. */
static inline uint64_t cpu_read_register(struct paracall_cpu *cpu, unsigned int number)
{
	return cpu->read_register(cpu->engine_cpu, number);
}

static inline void cpu_write_register(struct paracall_cpu *cpu, unsigned int number,
				      uint64_t value)
{
	cpu->write_register(cpu->engine_cpu, number, value);
}

/* By the engine's clock, which must be there. */
static inline uint64_t clock_now(const struct paracall_machine *machine)
{
	return machine->engine.clock(machine->engine_machine);
}

/* What the engine's .read_clocks says; false if they can't be read. */
static inline bool ask_clocks(struct paracall_cpu *cpu, struct paracall_clocks *clocks)
{
	*clocks = (struct paracall_clocks){ .size = sizeof(*clocks) };
	return cpu->machine->engine.read_clocks(cpu->engine_cpu, clocks);
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

/* All state except counters is initial again, in all vCPUs. None may run. */
void machine_clear(struct paracall_machine *machine);

#endif /* PARACALL_LIB_MACHINE_H */
