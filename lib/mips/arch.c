/* SPDX-License-Identifier: BSD-2-Clause */
/* MIPS's part of the table: there are no machines for it. */
#include "../make_rows.h"

#include <stdio.h>

#define ROW_ARCHITECTURE PARACALL_MIPS
#define EVENT_OF_HYPERCALL PARACALL_EVENT_CALL
#define PLACE_A0 0
#define PLACE_A1 1
#define PLACE_A2 2
#define FEATURE_BIT_NONE 0

#define CALL ROW
static const struct row rows[] = {
#include "calls.def"
};
#undef CALL

static int place_name(unsigned int place, char *name, size_t size)
{
	return snprintf(name, size, "a%u", place);
}

const struct architecture paracall_mips = {
	.bit = PARACALL_MIPS,
	.name = "MIPS",
	.rows = rows,
	.row_count = COUNT_OF(rows),
	.place_name = place_name,
};
