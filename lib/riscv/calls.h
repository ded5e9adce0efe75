/* SPDX-License-Identifier: BSD-2-Clause */
/* What RISC-V's files share about its calls. */
#ifndef PARACALL_LIB_RISCV_CALLS_H
#define PARACALL_LIB_RISCV_CALLS_H

#include "../row.h"

#include <paracall/riscv.h>

/* The row of that function, or NULL. */
const struct row *riscv_row(uint64_t extension, uint64_t function);

#define DECLARE_ENGINE DECLARE_LIBRARY
#define CALL DECLARE_HANDLER
#include "calls.def"
#undef CALL
#undef DECLARE_ENGINE

#endif /* PARACALL_LIB_RISCV_CALLS_H */
