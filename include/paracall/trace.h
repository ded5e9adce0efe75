/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Events on their way from a machine to a reader, usually another
 * process: a block of memory with one ring for each vCPU, fixed sizes, native
 * byte order, no pointers. Each ring has one writer, the vCPU's thread, and one
 * reader; neither takes a lock.
 *
 * The reader makes the header and says which events it wants. The engine then makes
 * the block as large as needed and sets .is_ready, at last .has_finished.
 */
#ifndef PARACALL_TRACE_H
#define PARACALL_TRACE_H

#include <stdbool.h>
#include <stddef.h>

#include <paracall/event.h>

#ifdef __cplusplus
extern "C" {
#endif

#define PARACALL_TRACE_MAGIC 0x54524150u /* "PART" */
#define PARACALL_TRACE_VERSION 2u

/* What .time and .duration of the events in the rings are. */
enum paracall_trace_clock {
	/* Nanoseconds of the host's steady clock. */
	PARACALL_TRACE_NANOSECONDS,
	/* The host's counter. */
	PARACALL_TRACE_TICKS,
};

enum paracall_trace_flag {
	/* If a ring is full, drop events and count them, rather than wait. */
	PARACALL_TRACE_DROP = 1 << 0,
	/* Calls come with all registers that can carry arguments, needed or not. */
	PARACALL_TRACE_WHOLE_CALLS = 1 << 1,
	/*
	 * All calls are timed. Else a call whose kind took almost no time when it
	 * was last timed is timed only now and then, as for the statistics.
	 */
	PARACALL_TRACE_TIME_ALL = 1 << 2,
};

struct paracall_trace {
	uint32_t magic;
	uint32_t version;
	/* The reader's: bits of enum paracall_trace_flag, enum paracall_trace_clock. */
	uint32_t flags;
	uint32_t clock;
	/*
	 * Bits 1 << enum paracall_event_kind. The reader may change it at any time,
	 * and it is set to 0 if there is no reader any more.
	 */
	uint64_t kinds;
	/* The reader's paracall_table_id(): events name rows by number. */
	uint64_t table;
	/* The engine's. A ring has room for this many events, a power of 2. */
	uint32_t is_ready;
	uint32_t architecture;
	uint32_t max_cpus;
	uint32_t ring_events;
	/* By the trace's clock, when it was set up. */
	uint64_t began;
	/* The engine has ended in order. */
	uint32_t has_finished;
	/*
	 * 1 while the reader sleeps: changing it to 0 means waking it, as a futex's
	 * waiters are woken.
	 */
	uint32_t is_asleep;
};

struct paracall_trace_ring {
	/* The writer's: events written so far; how many were dropped and not reported. */
	__attribute__((aligned(64))) uint64_t head;
	uint64_t dropped;
	/* What it last saw of .tail. */
	uint64_t seen_tail;
	/* The reader's: events read so far. */
	__attribute__((aligned(64))) uint64_t tail;
	struct paracall_event events[] __attribute__((aligned(64)));
};

/* Limits of .max_cpus and .ring_events. */
#define PARACALL_TRACE_MAX_CPUS 4096u
#define PARACALL_TRACE_MIN_EVENTS 4u
#define PARACALL_TRACE_MAX_EVENTS (1u << 20)

/*
 * A block as one side found it. The other side can write anything into the block at
 * any time, so the sizes are read once, checked, and kept here. The library fills it in, in
 * the caller's memory: its layout never changes.
 */
struct paracall_trace_view {
	struct paracall_trace *trace;
	uint32_t max_cpus;
	uint32_t ring_events;
};

/*
 * [any] Look at a block of @size bytes, whose sizes are filled in. False if they are
 * impossible, or the block is too small for them. All that the functions below touch
 * is then inside the block, whatever happens to its contents.
 */
bool paracall_trace_look(struct paracall_trace_view *view, struct paracall_trace *trace,
			 size_t size);

/* [any] Bytes of the whole block. */
size_t paracall_trace_size(uint32_t max_cpus, uint32_t ring_events);

/* [any] One vCPU's ring; @cpu is below .max_cpus. */
struct paracall_trace_ring *paracall_trace_ring(const struct paracall_trace_view *view,
						uint32_t cpu);

/*
 * [the ring's writer] Room for one event, to be filled completely; NULL if the ring is
 * full. The reader sees it after paracall_trace_commit(). If there is room again
 * after some were dropped, that commits an event about them, too.
 */
struct paracall_event *paracall_trace_reserve(const struct paracall_trace_view *view,
					      struct paracall_trace_ring *ring);
void paracall_trace_commit(const struct paracall_trace_view *view,
			   struct paracall_trace_ring *ring);

/*
 * [the ring's reader] Read up to @most events, oldest first. A writer that claims
 * more than fit into the ring loses all but the newest.
 */
size_t paracall_trace_take(const struct paracall_trace_view *view,
			   struct paracall_trace_ring *ring, struct paracall_event *events,
			   size_t most);

/* [any] Whether events of that kind are wanted now. */
static inline bool paracall_trace_wants(const struct paracall_trace *trace,
					enum paracall_event_kind kind)
{
	return trace && __atomic_load_n(&trace->kinds, __ATOMIC_RELAXED) >> kind & 1;
}

#ifdef __cplusplus
}
#endif

#endif /* PARACALL_TRACE_H */
