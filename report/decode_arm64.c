/* SPDX-License-Identifier: GPL-2.0-or-later */
/* arm64's events: constants are those of paracall/abi/arm64.h. */
#include "decode_part.h"

#include <paracall/arm64.h>

/* clang-format off */
static const struct word smccc_errors[] = {
	{ PARACALL_SMCCC_NOT_SUPPORTED, "NOT_SUPPORTED" },
	{ PARACALL_TRNG_INVALID_PARAMETERS, "INVALID_PARAMETERS" },
	{ PARACALL_TRNG_NO_ENTROPY, "NO_ENTROPY" },
	{ 0, NULL },
};

static const struct word kvm_errors[] = {
	{ PARACALL_SMCCC_NOT_SUPPORTED, "NOT_SUPPORTED" },
	{ PARACALL_SMCCC_INVALID_PARAMETER, "INVALID_PARAMETER" },
	{ 0, NULL },
};
/* clang-format on */

/* KVM's own functions are those of its owner. */
static const struct word *results_of(const struct event *event)
{
	const struct paracall_call_info *info =
		paracall_call_by_id(paracall_event_row(event->class->id));

	return info && PARACALL_SMCCC_OWNER(info->number) == PARACALL_SMCCC_VENDOR_HYP
		       ? kvm_errors
		       : smccc_errors;
}

/* The name of the function of that number; NULL if the table has none. */
static const char *function_name(uint32_t number)
{
	const struct paracall_call_info *info;

	for (size_t i = 0; (info = paracall_call_info(i)); i++)
		if (info->kind == PARACALL_CALL_SMCCC && info->number == number)
			return info->name;
	return NULL;
}

static bool print_value(FILE *output, const struct event *event,
			const struct event_value *value)
{
	const char *name;

	(void)event;
	if (value->field->format != PARACALL_FORMAT_SMCCC_FUNCTION)
		return false;
	name = function_name((uint32_t)value->value);
	if (name)
		fputs(name, output);
	return name;
}

const struct decode_part decode_arm64 = {
	.architecture = PARACALL_ARM64,
	.call = PARACALL_EVENT_SMCCC,
	.results = smccc_errors,
	.results_of = results_of,
	.returns_values = true,
	.print_value = print_value,
};
