/* SPDX-License-Identifier: BSD-2-Clause */
/* The table of hypercalls, and what people ask of it. */
#include "table.h"
#include "feature_bits.h"

#include <assert.h>

#define ARGUMENTS(...) .info.arguments = { __VA_ARGS__ }
/* Versions of clang-format differ about such macros. */
/* clang-format off */
#define ARGUMENT(argument_name, argument_format) \
	{ .name = argument_name, .format = PARACALL_FORMAT_##argument_format }
/* clang-format on */

#define UNHANDLED(row_name, row_number, row_architectures, row_status, row_feature, row_needs, \
		  row_arguments, row_purpose) \
	{ \
		.info.name = #row_name, \
		.info.number = row_number, \
		.info.architectures = row_architectures, \
		.info.status = row_status, \
		.info.feature = FEATURE_BIT_##row_feature, \
		.info.needs = row_needs, \
		row_arguments, \
		.info.purpose = row_purpose, \
	},
#define HYPERCALL(row_name, row_number, row_architectures, row_status, row_feature, row_needs, \
		  row_handler, row_arguments, row_purpose) \
	{ \
		.info.name = #row_name, \
		.info.number = row_number, \
		.info.architectures = row_architectures, \
		.info.status = row_status, \
		.info.needs = row_needs, \
		row_arguments, \
		.info.purpose = row_purpose, \
		.info.handled = true, \
		.info.feature = FEATURE_BIT_##row_feature, \
		.handler = row_handler, \
	},

#define ANY -1
#define ENGINE false
#define LIBRARY true
#define DIAG(row_name, row_code, row_subcode, row_status, row_needs, is_handled, row_handler, \
	     row_arguments, row_purpose) \
	{ \
		.info.name = #row_name, \
		.info.number = row_code, \
		.info.is_diag = true, \
		.info.subcode = row_subcode, \
		.info.architectures = PARACALL_S390, \
		.info.status = row_status, \
		.info.needs = row_needs, \
		row_arguments, \
		.info.purpose = row_purpose, \
		.info.handled = is_handled, \
		.info.is_engines = !(is_handled), \
		.diag = row_handler, \
	},

const struct row paracall_rows[] = {
#include "hypercalls.def"
};
const size_t paracall_row_count = sizeof(paracall_rows) / sizeof(paracall_rows[0]);

#undef HYPERCALL
#undef UNHANDLED
#undef DIAG

static_assert(sizeof(paracall_rows) / sizeof(paracall_rows[0]) < PARACALL_STATISTICS_UNKNOWN,
	      "the statistics have room for every row");

/* DIAGNOSE has numbers of its own. */
#define DIAG(...)

/* The rows' numbers are the ABI's. */
#define HYPERCALL(name, number, ...) \
	static_assert(number == PARACALL_KVM_HC_##name, "as in abi.h");
#define UNHANDLED HYPERCALL
#include "hypercalls.def"
#undef HYPERCALL
#undef UNHANDLED

/* Row numbers, from 1, by hypercall number; 0 where there is none. */
#define HYPERCALL(name, number, ...) ROW_##name,
#define UNHANDLED HYPERCALL
enum {
	ROW_NONE,
#include "hypercalls.def"
	/* Of those before the first DIAG, one more than there are. */
	ROWS_END,
	ROW_COUNT = ROWS_END - 1,
};
#undef HYPERCALL
#define HYPERCALL(name, number, ...) [number] = ROW_##name,
static const uint8_t row_by_number[] = {
#include "hypercalls.def"
};
#undef HYPERCALL
#undef UNHANDLED

const struct row *paracall_row_by_number(uint64_t number)
{
	if (number >= sizeof(row_by_number) || !row_by_number[number])
		return NULL;
	return &paracall_rows[row_by_number[number] - 1];
}

const struct row *paracall_row_of_diag(uint32_t code, uint64_t subcode)
{
	for (size_t i = ROW_COUNT; i < paracall_row_count; i++) {
		const struct paracall_hypercall_info *info = &paracall_rows[i].info;

		if (info->number == code &&
		    (info->subcode == ANY || (uint64_t)info->subcode == subcode))
			return &paracall_rows[i];
	}
	return NULL;
}

size_t paracall_hypercall_count(void)
{
	return paracall_row_count;
}

const struct paracall_hypercall_info *paracall_hypercall_info(size_t row)
{
	return row < paracall_row_count ? &paracall_rows[row].info : NULL;
}

const char *paracall_architecture_name(enum paracall_architecture architecture)
{
	switch (architecture) {
	case PARACALL_X86:
		return "x86";
	case PARACALL_S390:
		return "s390";
	case PARACALL_POWERPC:
		return "PPC";
	case PARACALL_MIPS:
		return "MIPS";
	}
	return "unknown";
}

const char *paracall_status_name(enum paracall_status status)
{
	switch (status) {
	case PARACALL_ACTIVE:
		return "active";
	case PARACALL_DEPRECATED:
		return "deprecated";
	case PARACALL_OBSOLETE:
		return "obsolete";
	}
	return "unknown";
}
