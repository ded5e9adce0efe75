/* SPDX-License-Identifier: BSD-2-Clause */
/* One writer, one reader, and both on lines of the cache of their own. */
#include <paracall/trace.h>

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

struct paracall_trace_ring *paracall_trace_ring(struct paracall_trace *trace, uint32_t cpu)
{
	return (void *)((char *)trace + HEADER_SIZE + cpu * ring_size(trace->ring_events));
}

/* Room for so many more, as far as the writer knows or can find out. */
static bool has_room(const struct paracall_trace *trace, struct paracall_trace_ring *ring,
		     uint32_t count)
{
	if (ring->head + count - ring->seen_tail <= trace->ring_events)
		return true;
	ring->seen_tail = __atomic_load_n(&ring->tail, __ATOMIC_ACQUIRE);
	return ring->head + count - ring->seen_tail <= trace->ring_events;
}

static struct paracall_event *slot(const struct paracall_trace *trace,
				   struct paracall_trace_ring *ring, uint64_t number)
{
	return &ring->events[number & (trace->ring_events - 1)];
}

/* The event about dropped ones goes before the one that is reserved. */
struct paracall_event *paracall_trace_reserve(struct paracall_trace *trace,
					      struct paracall_trace_ring *ring)
{
	uint32_t before = ring->dropped ? 1 : 0;

	if (!has_room(trace, ring, before + 1))
		return NULL;
	return slot(trace, ring, ring->head + before);
}

void paracall_trace_commit(struct paracall_trace *trace, struct paracall_trace_ring *ring)
{
	uint64_t head = ring->head + 1;

	if (ring->dropped) {
		*slot(trace, ring, ring->head) = (struct paracall_event){
			.time = slot(trace, ring, head)->time,
			.id = paracall_event_id(PARACALL_EVENT_LOST, 0),
			.arguments = { ring->dropped },
		};
		ring->dropped = 0;
		head++;
	}
	__atomic_store_n(&ring->head, head, __ATOMIC_RELEASE);
}

size_t paracall_trace_take(const struct paracall_trace *trace, struct paracall_trace_ring *ring,
			   struct paracall_event *events, size_t most)
{
	uint64_t tail = ring->tail;
	uint64_t count = __atomic_load_n(&ring->head, __ATOMIC_ACQUIRE) - tail;

	/* A writer that went mad is believed no more than that. */
	if (count > trace->ring_events)
		count = trace->ring_events;
	if (count > most)
		count = most;
	for (uint64_t i = 0; i < count; i++)
		events[i] = ring->events[(tail + i) & (trace->ring_events - 1)];
	__atomic_store_n(&ring->tail, tail + count, __ATOMIC_RELEASE);
	return count;
}
