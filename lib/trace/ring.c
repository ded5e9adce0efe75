/* SPDX-License-Identifier: BSD-2-Clause */
/* One writer, one reader, and both on lines of the cache of their own. */
#include "ring.h"

static size_t ring_size(uint32_t ring_events)
{
	return sizeof(struct paracall_trace_ring) +
	       (size_t)ring_events * sizeof(struct paracall_event);
}

/* Of the header, so that rings begin on a line of their own. */
#define HEADER_SIZE 4096

size_t paracall_trace_size(uint32_t max_cpus, uint32_t ring_events)
{
	return HEADER_SIZE + max_cpus * ring_size(ring_events);
}

bool paracall_trace_look(struct paracall_trace_view *view, struct paracall_trace *trace,
			 size_t size)
{
	if (size < HEADER_SIZE)
		return false;
	*view = (struct paracall_trace_view){
		.trace = trace,
		.max_cpus = __atomic_load_n(&trace->max_cpus, __ATOMIC_RELAXED),
		.ring_events = __atomic_load_n(&trace->ring_events, __ATOMIC_RELAXED),
	};
	return view->max_cpus >= 1 && view->max_cpus <= PARACALL_TRACE_MAX_CPUS &&
	       view->ring_events >= PARACALL_TRACE_MIN_EVENTS &&
	       view->ring_events <= PARACALL_TRACE_MAX_EVENTS &&
	       !(view->ring_events & (view->ring_events - 1)) &&
	       paracall_trace_size(view->max_cpus, view->ring_events) <= size;
}

struct paracall_trace_ring *paracall_trace_ring(const struct paracall_trace_view *view,
						uint32_t cpu)
{
	return (void *)((char *)view->trace + HEADER_SIZE + cpu * ring_size(view->ring_events));
}

/* Room for this many more, as far as the writer knows or can find out. */
static bool has_room(const struct paracall_trace_view *view, struct paracall_trace_ring *ring,
		     uint32_t count)
{
	if (ring->head + count - ring->seen_tail <= view->ring_events)
		return true;
	ring->seen_tail = __atomic_load_n(&ring->tail, __ATOMIC_ACQUIRE);
	return ring->head + count - ring->seen_tail <= view->ring_events;
}

/* The event about dropped ones goes before the one that is reserved. */
struct paracall_event *paracall_trace_reserve(const struct paracall_trace_view *view,
					      struct paracall_trace_ring *ring)
{
	uint32_t before = ring->dropped ? 1 : 0;

	if (!has_room(view, ring, before + 1))
		return NULL;
	return ring_slot(ring, view->ring_events, ring->head + before);
}

void paracall_trace_commit(const struct paracall_trace_view *view,
			   struct paracall_trace_ring *ring)
{
	uint64_t head = ring->head + 1;

	if (ring->dropped) {
		*ring_slot(ring, view->ring_events, ring->head) = (struct paracall_event){
			.time = ring_slot(ring, view->ring_events, head)->time,
			.id = paracall_event_id(PARACALL_EVENT_LOST, 0),
			.arguments = { ring->dropped },
		};
		ring->dropped = 0;
		head++;
	}
	__atomic_store_n(&ring->head, head, __ATOMIC_RELEASE);
}

size_t paracall_trace_take(const struct paracall_trace_view *view,
			   struct paracall_trace_ring *ring, struct paracall_event *events,
			   size_t most)
{
	uint64_t head = __atomic_load_n(&ring->head, __ATOMIC_ACQUIRE);
	uint64_t tail = __atomic_load_n(&ring->tail, __ATOMIC_RELAXED);
	uint64_t count;

	/* A broken writer is trusted only that far, and once. */
	if (head - tail > view->ring_events)
		tail = head - view->ring_events;
	count = head - tail < most ? head - tail : most;
	for (uint64_t i = 0; i < count; i++)
		events[i] = *ring_slot(ring, view->ring_events, tail + i);
	__atomic_store_n(&ring->tail, tail + count, __ATOMIC_RELEASE);
	return count;
}
