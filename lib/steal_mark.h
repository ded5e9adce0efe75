/* SPDX-License-Identifier: BSD-2-Clause */
/* The mark of paracall_set_mark() in a record of steal time; see steal_mark.c. */
#ifndef PARACALL_LIB_STEAL_MARK_H
#define PARACALL_LIB_STEAL_MARK_H

#include "memory.h"

/* Who wrote the record last is not known. It is odd, so the record gets no mark. */
#define UNKNOWN_VERSION 1u

/* The most bytes that the host writes in a record, from its beginning on. */
#define STEAL_HEAD 16

/* A vCPU's record, and the version that the host last gave it. */
struct steal_record {
	struct paracall_gpa place;
	uint32_t *version;
};

/* How an architecture's records look: how much of them the host writes, and where versions are. */
struct steal_layout {
	size_t head_size;
	size_t version_offset;
	/* False if this vCPU has no record. */
	bool (*find)(struct paracall_cpu *cpu, struct steal_record *record);
};

/* Of a machine. */
struct steal_mark {
	_Atomic(bool) is_set;
	/* Where the last one is, and all that must be there then. */
	struct paracall_gpa place;
	uint8_t head[STEAL_HEAD];
	uint32_t version;
};

/* [vCPU, while none runs] See paracall_set_mark(). */
bool steal_mark_set(struct steal_mark *mark, const struct steal_layout *layout,
		    struct paracall_cpu *cpu);
enum paracall_mark steal_mark_check(struct steal_mark *mark, const struct steal_layout *layout,
				    struct paracall_cpu *cpu);

/* The host writes to a record. */
static inline void steal_mark_void(struct steal_mark *mark)
{
	if (atomic_load_explicit(&mark->is_set, memory_order_relaxed))
		atomic_store(&mark->is_set, false);
}

#endif /* PARACALL_LIB_STEAL_MARK_H */
