/* SPDX-License-Identifier: BSD-2-Clause */
/* What arm64's files share about its calls. */
#ifndef PARACALL_LIB_ARM64_CALLS_H
#define PARACALL_LIB_ARM64_CALLS_H

#include "../row.h"

#include <paracall/arm64.h>

/* A call, which is its beginning. Its result is what comes into X0. */
struct smccc_call {
	struct call call;
	enum paracall_smccc_conduit conduit;
	/* X2 and X3 stay as they are; else X1 to X3 are 0 unless the row says what. */
	bool keeps_registers;
};

static inline struct smccc_call *smccc_call(struct call *call)
{
	return (struct smccc_call *)call;
}

/* The row of that function, or NULL. */
const struct row *arm64_row(uint32_t function);

#define DECLARE_ENGINE DECLARE_LIBRARY
#define CALL DECLARE_HANDLER
#include "calls.def"
#undef CALL
#undef DECLARE_ENGINE

#endif /* PARACALL_LIB_ARM64_CALLS_H */
