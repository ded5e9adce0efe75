/* SPDX-License-Identifier: GPL-2.0-or-later */
/* LoongArch's events: constants are those of paracall/abi/loongarch.h. */
#include "decode_part.h"

#include <inttypes.h>
#include <paracall/loongarch.h>

/* clang-format off */
static const struct word hcall_errors[] = {
	{ PARACALL_HCALL_INVALID_CODE, "INVALID_CODE" },
	{ PARACALL_HCALL_INVALID_PARAMETER, "INVALID_PARAMETER" },
	{ 0, NULL },
};
/* clang-format on */

/* Of CPUCFG. */
static void print_index(FILE *output, const struct event *event)
{
	uint64_t index = 0;

	event_argument(event, "index", &index);
	if (index == PARACALL_KVM_CPUCFG_FEATURES)
		decode_features(output, event->result, "|", PARACALL_LOONGARCH);
	else
		fprintf(output, "0x%" PRIx64, event->result);
}

const struct decode_part decode_loongarch = {
	.architecture = PARACALL_LOONGARCH,
	.call = PARACALL_EVENT_HVCL,
	.results = hcall_errors,
	.detection = PARACALL_EVENT_CPUCFG,
	.detection_argument = "index",
	.print_detected = print_index,
};
