/* SPDX-License-Identifier: BSD-2-Clause */
#include "trace.h"

#include "../misuse.h"
#include "ring.h"

/* The ring is full: true if there is room now, false if it must not be waited for. */
static bool wait_for_room(struct paracall_cpu *cpu)
{
	const struct paracall_engine *engine = &cpu->machine->engine;
	struct paracall_trace *trace = cpu->trace;

	if (trace->flags & PARACALL_TRACE_DROP) {
		cpu->ring->dropped++;
		engine->trace_wake(cpu->engine_cpu);
		return false;
	}
	if (!__atomic_load_n(&trace->kinds, __ATOMIC_RELAXED))
		return false;
	if (engine->trace_wait(cpu->engine_cpu))
		return true;
	__atomic_store_n(&trace->kinds, 0, __ATOMIC_RELAXED);
	return false;
}

/* Room for an event, to be filled in; NULL if it is lost. */
static __attribute__((noinline)) struct paracall_event *find_room(struct paracall_cpu *cpu)
{
	struct paracall_event *event;

	do {
		event = paracall_trace_reserve(&cpu->machine->trace, cpu->ring);
	} while (!event && wait_for_room(cpu));
	return event;
}

static inline struct paracall_event *reserve(struct paracall_cpu *cpu)
{
	struct paracall_event *event = ring_reserve(cpu->ring, cpu->ring_events);

	return __builtin_expect(!!event, 1) ? event : find_room(cpu);
}

/* The reader wakes by itself; that it sleeps too long is noticed here. */
static __attribute__((noinline)) void look_after_reader(struct paracall_cpu *cpu)
{
	struct paracall_trace_ring *ring = cpu->ring;

	ring->seen_tail = __atomic_load_n(&ring->tail, __ATOMIC_ACQUIRE);
	if (ring->head - ring->seen_tail >= cpu->ring_events / 2)
		cpu->machine->engine.trace_wake(cpu->engine_cpu);
}

static inline void commit(struct paracall_cpu *cpu)
{
	uint32_t ring_events = cpu->ring_events;

	if (!ring_commit(cpu->ring, ring_events))
		paracall_trace_commit(&cpu->machine->trace, cpu->ring);
	/* Each quarter of a ring. */
	if (!(cpu->ring->head & (ring_events / 4 - 1)))
		look_after_reader(cpu);
}

static uint32_t shortened(uint64_t duration)
{
	return duration < UINT32_MAX ? (uint32_t)duration : UINT32_MAX;
}

/* Ends the halt that is over, at @time. */
static void report_wake(struct paracall_cpu *cpu, enum paracall_wake_cause cause, uint64_t by,
			uint64_t time)
{
	uint64_t began = cpu->halt_began;
	uint64_t halted = time > began ? time - began : 0;
	struct paracall_event *event;

	cpu->halt_began = 0;
	event = trace_wants(cpu, PARACALL_EVENT_WAKE) ? reserve(cpu) : NULL;
	if (!event)
		return;
	*event = (struct paracall_event){
		.time = began + halted,
		.id = paracall_event_id(PARACALL_EVENT_WAKE, 0),
		.duration = shortened(halted),
		.arguments = { cause, by, halted },
	};
	commit(cpu);
}

/* A kick has ended this vCPU's halt, or a reset, and it was not reported yet. */
static __attribute__((noinline)) void report_kicked(struct paracall_cpu *cpu)
{
	take_reset(cpu);
	if (cpu->halt_began &&
	    halt_state_in(atomic_load_explicit(&cpu->halt_word, memory_order_acquire)) !=
		    HALTED)
		report_wake(cpu, PARACALL_WAKE_KICK, atomic_load(&cpu->kicked_by),
			    atomic_load(&cpu->kicked_at));
}

void trace_kicked(struct paracall_cpu *cpu)
{
	if (cpu->halt_began)
		report_kicked(cpu);
}

/* The rest of the event of @row that was reported at @time, four words at a time. */
static bool report_more(struct paracall_cpu *cpu, enum paracall_event_kind kind, uint32_t row,
			uint64_t time, const uint64_t *words, unsigned int count)
{
	for (unsigned int at = 0; at < count; at += PARACALL_EVENT_ARGUMENTS) {
		unsigned int left = count - at;
		struct paracall_event *event = reserve(cpu);

		if (!event)
			return false;
		*event = (struct paracall_event){
			.time = time,
			.id = paracall_event_id(kind, row),
			.result = left < PARACALL_EVENT_ARGUMENTS ? left
								  : PARACALL_EVENT_ARGUMENTS,
		};
		for (int i = 0; i < event->result; i++)
			event->arguments[i] = words[at + i];
		commit(cpu);
	}
	return true;
}

/* By either clock that is no more than a few hundred nanoseconds. */
#define SLOW 1024

/* An event that was over at @time. */
static inline __attribute__((always_inline)) bool
report_at(struct paracall_cpu *cpu, uint32_t id, uint64_t began, uint64_t time, int64_t result,
	  const uint64_t *arguments, unsigned int count)
{
	const struct paracall_engine *engine = &cpu->machine->engine;
	struct paracall_event *event = reserve(cpu);

	if (!event)
		return false;
	event->time = time;
	event->id = id;
	event->duration = began ? shortened(time - began) : 0;
	event->pc = engine->program_counter ? engine->program_counter(cpu->engine_cpu) : 0;
	event->result = result;
	for (unsigned int i = 0; i < PARACALL_EVENT_ARGUMENTS; i++)
		event->arguments[i] = i < count ? arguments[i] : 0;
	commit(cpu);
	return count <= PARACALL_EVENT_ARGUMENTS ||
	       report_more(cpu, PARACALL_EVENT_MORE, paracall_event_row(id), time,
			   arguments + PARACALL_EVENT_ARGUMENTS,
			   count - PARACALL_EVENT_ARGUMENTS);
}

bool trace_call(struct paracall_cpu *cpu, uint32_t id, uint64_t began, int64_t result,
		const uint64_t *arguments, unsigned int count)
{
	uint64_t bit = row_bit(paracall_event_row(id));
	uint64_t time;

	trace_kicked(cpu);
	time = trace_time(cpu);
	if (began && time - began > SLOW)
		cpu->slow_rows |= bit;
	else if (began)
		cpu->slow_rows &= ~bit;
	/* Most come so: the compiler makes simple code of it. */
	if (count == PARACALL_EVENT_ARGUMENTS)
		return report_at(cpu, id, began, time, result, arguments,
				 PARACALL_EVENT_ARGUMENTS);
	return report_at(cpu, id, began, time, result, arguments, count);
}

/* The number goes before the arguments. */
void trace_unknown_call(struct paracall_cpu *cpu, enum paracall_event_kind kind,
			uint64_t number, const uint64_t *arguments, unsigned int count,
			uint64_t began, int64_t result)
{
	uint64_t words[1 + PARACALL_MAX_ARGUMENTS] = { number };

	for (unsigned int i = 0; i < count; i++)
		words[1 + i] = arguments[i];
	trace_call(cpu, paracall_event_id(kind, PARACALL_EVENT_UNKNOWN_ROW), began, result,
		   words, 1 + count);
}

bool trace_event(struct paracall_cpu *cpu, uint32_t id, uint64_t began, int64_t result,
		 const uint64_t *arguments, unsigned int count)
{
	trace_kicked(cpu);
	return report_at(cpu, id, began, trace_time(cpu), result, arguments, count);
}

void trace_output(struct paracall_cpu *cpu, uint32_t row, const uint64_t *words,
		  unsigned int count)
{
	report_more(cpu, PARACALL_EVENT_OUTPUT, row, trace_time(cpu), words, count);
}

void trace_halt(struct paracall_cpu *cpu)
{
	if (!trace_wants(cpu, PARACALL_EVENT_HALT) && !trace_wants(cpu, PARACALL_EVENT_WAKE))
		return;
	trace_kicked(cpu);
	trace_wake(cpu, PARACALL_WAKE_UNKNOWN);
	if (trace_wants(cpu, PARACALL_EVENT_HALT))
		trace_event(cpu, paracall_event_id(PARACALL_EVENT_HALT, 0), 0, 0, NULL, 0);
	cpu->halt_began = trace_time(cpu);
}

void trace_wake(struct paracall_cpu *cpu, enum paracall_wake_cause cause)
{
	uint64_t by = cause == PARACALL_WAKE_KICK_BEFORE ? atomic_load(&cpu->kicked_by)
							 : PARACALL_EVENT_NOBODY;

	if (cpu->halt_began)
		report_wake(cpu, cause, by, trace_time(cpu));
}

/*
 * Where two kick the same vCPU within nanoseconds, the one named as its waker
 * may be the other.
 */
void trace_kick(struct paracall_cpu *cpu, struct paracall_cpu *target)
{
	if (!trace_wants(cpu, PARACALL_EVENT_WAKE))
		return;
	atomic_store(&target->kicked_by, trace_index(cpu));
	atomic_store(&target->kicked_at, trace_time(cpu));
}

void paracall_trace_report(struct paracall_cpu *cpu, enum paracall_event_kind kind,
			   uint32_t row, int64_t result, const uint64_t *arguments,
			   unsigned int count)
{
	CHECK_ADDED(cpu);
	if (trace_wants(cpu, kind))
		trace_event(cpu, paracall_event_id(kind, row), 0, result, arguments, count);
}
