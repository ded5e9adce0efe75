/* SPDX-License-Identifier: GPL-2.0-or-later */
/* LoongArch's events: constants are those of paracall/abi/loongarch.h. */
#include "decode_part.h"

#include <paracall/loongarch.h>

/* clang-format off */
static const struct word hcall_errors[] = {
	{ PARACALL_HCALL_INVALID_CODE, "INVALID_CODE" },
	{ PARACALL_HCALL_INVALID_PARAMETER, "INVALID_PARAMETER" },
	{ 0, NULL },
};
/* clang-format on */

const struct decode_part decode_loongarch = {
	.call = PARACALL_EVENT_HVCL,
	.results = hcall_errors,
};
