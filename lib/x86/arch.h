/* SPDX-License-Identifier: BSD-2-Clause */
/* What x86's files share about its calls. */
#ifndef PARACALL_LIB_X86_ARCH_H
#define PARACALL_LIB_X86_ARCH_H

#include "../row.h"

/* By number; NULL where x86 has none. */
#define X86_NUMBERS 32
extern const struct row *const x86_rows[X86_NUMBERS];

static inline const struct row *x86_row(uint64_t number)
{
	return number < X86_NUMBERS ? x86_rows[number] : NULL;
}

#define CALL DECLARE_HANDLER
#include "calls.def"
#undef CALL

#endif /* PARACALL_LIB_X86_ARCH_H */
