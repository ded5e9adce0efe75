/* SPDX-License-Identifier: BSD-2-Clause */
/* What s390's files share about its calls. */
#ifndef PARACALL_LIB_S390_CALLS_H
#define PARACALL_LIB_S390_CALLS_H

#include "../row.h"

/* The row of that function of DIAGNOSE, or NULL. */
const struct row *s390_row(uint32_t code);

/* The row of that subcode of @function; if it has none of its own, @function. */
const struct row *s390_row_of_subcode(const struct row *function, uint64_t subcode);

#define DECLARE_ENGINE DECLARE_LIBRARY
#define CALL DECLARE_HANDLER
#include "calls.def"
#undef CALL
#undef DECLARE_ENGINE

#endif /* PARACALL_LIB_S390_CALLS_H */
