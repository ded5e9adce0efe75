/* SPDX-License-Identifier: BSD-2-Clause */
/* What LoongArch's files share about its calls. */
#ifndef PARACALL_LIB_LOONGARCH_CALLS_H
#define PARACALL_LIB_LOONGARCH_CALLS_H

#include "../row.h"

#include <paracall/loongarch.h>

/* Whether the table has rows of functions for a code. */
static inline bool loongarch_has_functions(uint32_t code)
{
	return code == PARACALL_HCALL_SERVICE;
}

/* The row of that code, and of that function if it has such; NULL if there is none. */
const struct row *loongarch_row(uint32_t code, uint64_t function);

#define CALL DECLARE_HANDLER
#include "calls.def"
#undef CALL

#endif /* PARACALL_LIB_LOONGARCH_CALLS_H */
