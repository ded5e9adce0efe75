/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The writer's way where the ring has room and nothing was dropped, which is nearly
 * always: some ten instructions. Else paracall_trace_reserve() and
 * paracall_trace_commit() do it.
 */
#ifndef PARACALL_LIB_RING_H
#define PARACALL_LIB_RING_H

#include <paracall/trace.h>

/*
 * The reader's processor used the next events last. This many events ahead their lines
 * of the cache are prefetched, so that storing into them need not wait.
 */
#define RING_AHEAD 8

static inline struct paracall_event *ring_slot(struct paracall_trace_ring *ring,
					       uint32_t ring_events, uint64_t number)
{
	return &ring->events[number & (ring_events - 1)];
}

/* Room for an event; NULL if that takes more than a look. */
static inline struct paracall_event *ring_reserve(struct paracall_trace_ring *ring,
						  uint32_t ring_events)
{
	if (ring->dropped || ring->head - ring->seen_tail >= ring_events)
		return NULL;
	return ring_slot(ring, ring_events, ring->head);
}

/* Publish it. False if events were dropped, which has to be reported first. */
static inline bool ring_commit(struct paracall_trace_ring *ring, uint32_t ring_events)
{
	uint64_t head = ring->head + 1;

	if (ring->dropped)
		return false;
	__atomic_store_n(&ring->head, head, __ATOMIC_RELEASE);
	__builtin_prefetch(ring_slot(ring, ring_events, head + RING_AHEAD), 1);
	return true;
}

#endif /* PARACALL_LIB_RING_H */
