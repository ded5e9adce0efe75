/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PARACALL_LIB_X86_MARK_H
#define PARACALL_LIB_X86_MARK_H

#include "state.h"

/* For struct architecture. */
bool x86_set_mark(struct paracall_cpu *cpu);
enum paracall_mark x86_check_mark(struct paracall_cpu *cpu);

/* Whatever is in the clock pages changes, or where they are. */
static inline void x86_void_mark(struct clock *clock)
{
	atomic_store(&clock->mark.is_set, false);
}

#endif /* PARACALL_LIB_X86_MARK_H */
