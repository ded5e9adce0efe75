/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reporting events. Each function may be called by the vCPU's thread only,
 * and holding no lock: a full ring makes it wait.
 */
#ifndef PARACALL_LIB_TRACE_H
#define PARACALL_LIB_TRACE_H

#include "../machine.h"

/* The only check in a machine without a trace. */
static inline bool trace_wants(const struct paracall_cpu *cpu, enum paracall_event_kind kind)
{
	return __builtin_expect(!!cpu->trace, 0) && paracall_trace_wants(cpu->trace, kind);
}

/* By the trace's clock. */
static inline uint64_t trace_time(const struct paracall_cpu *cpu)
{
	const struct paracall_machine *machine = cpu->machine;

	return machine->engine.trace_clock(machine->engine_machine);
}

/* The start time of an event; 0 if it is not traced. */
static inline uint64_t trace_begin(const struct paracall_cpu *cpu,
				   enum paracall_event_kind kind)
{
	return trace_wants(cpu, kind) ? trace_time(cpu) : 0;
}

static inline uint64_t row_bit(uint32_t id)
{
	return UINT64_C(1) << id % 64;
}

/*
 * The same for a call that counts in that slot, and that is known to be traced.
 * Reading the clock can cost as much as the call: 0 if it is not timed.
 */
static inline uint64_t trace_begin_call(const struct paracall_cpu *cpu, uint32_t slot,
					bool is_sampled)
{
	if (!is_sampled && !(cpu->slow_rows & row_bit(slot)) &&
	    !(cpu->trace->flags & PARACALL_TRACE_TIME_ALL))
		return 0;
	return trace_time(cpu);
}

/* The vCPU's slot, as events name it; @cpu may be NULL. */
static inline uint64_t trace_index(const struct paracall_cpu *cpu)
{
	return cpu ? cpu->index : PARACALL_EVENT_NOBODY;
}

/*
 * An event of kind and row, that began at @began (0: it took no time); with
 * @count arguments, also more than four. False if it was lost.
 */
bool trace_event(struct paracall_cpu *cpu, uint32_t id, uint64_t began, int64_t result,
		 const uint64_t *arguments, unsigned int count);

/* A call's; @id has its row. */
bool trace_call(struct paracall_cpu *cpu, uint32_t id, uint64_t began, int64_t result,
		const uint64_t *arguments, unsigned int count);

/* A call's that is not in the table; @count arguments. */
void trace_unknown_call(struct paracall_cpu *cpu, enum paracall_event_kind kind,
			uint64_t number, const uint64_t *arguments, unsigned int count,
			uint64_t began, int64_t result);

/* What the event just reported returned besides its result; up to four words. */
void trace_output(struct paracall_cpu *cpu, uint32_t row, const uint64_t *words,
		  unsigned int count);

/* For events that happen now, without a result; checks whether they are traced. */
#define trace_now(cpu, kind, ...) \
	do { \
		if (trace_wants(cpu, kind)) \
			trace_event(cpu, paracall_event_id(kind, 0), 0, 0, \
				    (const uint64_t[]){ __VA_ARGS__ }, \
				    sizeof((const uint64_t[]){ __VA_ARGS__ }) / \
					    sizeof(uint64_t)); \
	} while (0)

/*
 * Around halts. A kicked vCPU continues by itself: that is reported before its next
 * event, with the time of the kick.
 */
void trace_halt(struct paracall_cpu *cpu);
void trace_wake(struct paracall_cpu *cpu, enum paracall_wake_cause cause);
/* It runs, and not by an interrupt: by a kick then, if it was halted. */
void trace_kicked(struct paracall_cpu *cpu);
/* By the kicker, before its kick takes effect. */
void trace_kick(struct paracall_cpu *cpu, struct paracall_cpu *target);

#endif /* PARACALL_LIB_TRACE_H */
