/* SPDX-License-Identifier: BSD-2-Clause */
/* What RISC-V's files share about its calls. */
#ifndef PARACALL_LIB_RISCV_CALLS_H
#define PARACALL_LIB_RISCV_CALLS_H

#include "../row.h"

#include <paracall/riscv.h>

/*
 * A call, which is its beginning. A result below 0 is an error, and comes into a0; others
 * are the value, and come into a1.
 */
struct sbi_call {
	struct call call;
	/* The firmware does it. */
	bool is_left;
};

static inline struct sbi_call *sbi_call(struct call *call)
{
	return (struct sbi_call *)call;
}

/* The row of that function, or NULL. */
const struct row *riscv_row(uint64_t extension, uint64_t function);

#define DECLARE_ENGINE DECLARE_LIBRARY
#define CALL DECLARE_HANDLER
#include "calls.def"
#undef CALL
#undef DECLARE_ENGINE

#endif /* PARACALL_LIB_RISCV_CALLS_H */
