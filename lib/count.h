/* SPDX-License-Identifier: BSD-2-Clause */
/* Counting calls, and the time that they take. */
#ifndef PARACALL_LIB_COUNT_H
#define PARACALL_LIB_COUNT_H

#include "table.h"

struct count {
	size_t index;
	bool is_sampled;
	uint64_t start;
};

/* Around a call; @row is NULL if it is none of the table's. */
struct count count_begin(struct paracall_cpu *cpu, const struct row *row);
void count_end(struct paracall_cpu *cpu, const struct count *count, bool is_error);

/* A call that somebody else does, so that its time and result are not known. */
void count_only(struct paracall_cpu *cpu, const struct row *row);

#endif /* PARACALL_LIB_COUNT_H */
