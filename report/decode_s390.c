/* SPDX-License-Identifier: GPL-2.0-or-later */
/* s390's events. */
#include "decode_part.h"

/* clang-format off */
static const struct word diag_outcomes[] = {
	{ PARACALL_DIAG_DONE, "done" },
	{ PARACALL_DIAG_NOT_OURS, "the engine's" },
	{ PARACALL_DIAG_OPERATION, "operation exception" },
	{ PARACALL_DIAG_ADDRESSING, "addressing exception" },
	{ PARACALL_DIAG_SPECIFICATION, "specification exception" },
	{ 0, NULL },
};
/* clang-format on */

static const struct kernel_entry entries[] = {
	/* The new PSW. */
	{ 0x1c0, "system_call" },
	{ 0, NULL },
};

const struct decode_part decode_s390 = {
	.architecture = PARACALL_S390,
	.call = PARACALL_EVENT_DIAG,
	.results = diag_outcomes,
	.entries = entries,
};
