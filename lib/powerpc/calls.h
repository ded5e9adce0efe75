/* SPDX-License-Identifier: BSD-2-Clause */
/* What PowerPC's files share about its calls. */
#ifndef PARACALL_LIB_POWERPC_CALLS_H
#define PARACALL_LIB_POWERPC_CALLS_H

#include "../row.h"

/* The row of that call, vendor and number, or NULL. */
const struct row *powerpc_row_of_token(uint32_t token);

/* The row of that call of PAPR's, or NULL. */
const struct row *powerpc_row_of_papr(uint64_t number);

/* PAPR's calls have no handler. */
#define DECLARE_ENGINE(handler)
#define CALL DECLARE_HANDLER
#include "calls.def"
#undef CALL
#undef DECLARE_ENGINE

#endif /* PARACALL_LIB_POWERPC_CALLS_H */
