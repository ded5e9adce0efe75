/* SPDX-License-Identifier: BSD-2-Clause */
/* The table of hypercalls, and what people ask of it. */
#include "table.h"
#include "feature_bits.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

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

#define POWERPC(row_name, row_number, row_status, row_feature, row_needs, row_handler, \
		row_arguments, row_purpose) \
	{ \
		.info.name = #row_name, \
		.info.number = row_number, \
		.info.architectures = PARACALL_POWERPC, \
		.info.status = row_status, \
		.info.feature = FEATURE_BIT_##row_feature, \
		.info.needs = row_needs, \
		row_arguments, \
		.info.purpose = row_purpose, \
		.info.handled = true, \
		.epapr = row_handler, \
	},

#define WATCHDOG_DEVICE "a watchdog device of the machine's"
#define UNPACK_FACILITY "a CPU with the facility to unpack protected guests"
#define ANY -1
#define ENGINE false
#define LIBRARY true
#define DIAG(row_name, row_code, subcode_of, row_status, row_needs, who, row_handler, \
	     row_arguments, row_purpose) \
	{ \
		DIAG_FIELDS(row_name, row_code, row_status, row_needs, who, row_handler), \
		.info.subcode = ANY, \
		.subcode = subcode_of, \
		row_arguments, \
		.info.purpose = row_purpose, \
	},
#define DIAG_SUBCODE(row_name, row_code, row_subcode, row_status, row_needs, who, row_handler, \
		     row_arguments, row_purpose) \
	{ \
		DIAG_FIELDS(row_name, row_code, row_status, row_needs, who, row_handler), \
		.info.subcode = row_subcode, \
		row_arguments, \
		.info.purpose = row_purpose, \
	},
/* clang-format off */
#define DIAG_FIELDS(row_name, row_code, row_status, row_needs, is_handled, row_handler) \
	.info.name = #row_name, \
	.info.number = row_code, \
	.info.is_diag = true, \
	.info.architectures = PARACALL_S390, \
	.info.status = row_status, \
	.info.needs = row_needs, \
	.info.handled = is_handled, \
	.info.is_engines = !(is_handled), \
	.diag = row_handler
/* clang-format on */

#define EPAPR(row_name, row_status, row_needs, row_handler, row_arguments, row_purpose) \
	{ \
		.info.name = #row_name, \
		.info.number = PARACALL_EPAPR_TOKEN(PARACALL_EPAPR_VENDOR_EPAPR, \
						    PARACALL_##row_name), \
		.info.is_epapr = true, \
		.info.architectures = PARACALL_POWERPC, \
		.info.status = row_status, \
		.info.needs = row_needs, \
		row_arguments, \
		.info.purpose = row_purpose, \
		.info.handled = (row_handler) != NULL, \
		.epapr = row_handler, \
	},

#define VIRTUAL_PIC "a virtual interrupt controller in the device tree"
#define HYPERTAS(set) set " in the device tree's ibm,hypertas-functions"
#define PAPR(row_name, row_number, row_needs, row_arguments, row_purpose) \
	{ \
		.info.name = #row_name, \
		.info.number = row_number, \
		.info.is_papr = true, \
		.info.architectures = PARACALL_POWERPC, \
		.info.status = PARACALL_ACTIVE, \
		.info.needs = row_needs, \
		row_arguments, \
		.info.purpose = row_purpose, \
		.info.is_engines = true, \
	},

const struct row paracall_rows[] = {
#include "hypercalls.def"
};
const size_t paracall_row_count = sizeof(paracall_rows) / sizeof(paracall_rows[0]);

static_assert(sizeof(paracall_rows) / sizeof(paracall_rows[0]) < PARACALL_STATISTICS_UNKNOWN,
	      "the statistics have room for every row");

/* The rows' numbers are the ABI's. */
#define HYPERCALL(name, number, ...) \
	static_assert(number == PARACALL_KVM_HC_##name, "as in abi.h");
#define UNHANDLED HYPERCALL
#define POWERPC HYPERCALL
#include "hypercalls.def"

/* Row numbers, from 1; 0 where there is none. */
#define HYPERCALL(name, ...) ROW_##name,
#define UNHANDLED HYPERCALL
#define POWERPC HYPERCALL
#define DIAG HYPERCALL
#define DIAG_SUBCODE HYPERCALL
#define EPAPR HYPERCALL
#define PAPR HYPERCALL
enum {
	ROW_NONE,
#include "hypercalls.def"
};

/* KVM's own by number, on all architectures. */
#define HYPERCALL(name, number, ...) [number] = ROW_##name,
#define UNHANDLED HYPERCALL
#define POWERPC HYPERCALL
static const uint8_t row_by_number[] = {
#include "hypercalls.def"
};

#define EPAPR(name, ...) [PARACALL_##name] = ROW_##name,
static const uint8_t row_by_epapr_number[] = {
#include "hypercalls.def"
};

/*
 * PAPR's numbers are multiples of 4 from 4 on; some are far above: those of secure
 * guests, and of KVM's own, which go on one by one.
 */
/* clang-format off */
#define PAPR_IS_LOW(number) ((number) <= 0x4fc)
#define PAPR_IS_SECURE(number) (((number) & ~UINT64_C(0x7c)) == 0xef00)
#define PAPR_IS_KVM(number) (((number) & ~UINT64_C(0xf)) == 0xf000)
#define PAPR_IS_NESTED(number) (((number) & ~UINT64_C(0xc)) == 0xf800)
/* One place for each, and 0 for all that can't be. */
#define PAPR_SLOT(number) \
	(PAPR_IS_KVM(number) ? 0x160 + ((number) & 0xf) : \
	 (number) & 3 ? 0 : \
	 PAPR_IS_LOW(number) ? (number) / 4 : \
	 PAPR_IS_SECURE(number) ? 0x140 + ((number) & 0x7c) / 4 : \
	 PAPR_IS_NESTED(number) ? 0x170 + ((number) & 0xc) / 4 : 0)
/* clang-format on */

#define PAPR(name, number, ...) [PAPR_SLOT(number)] = ROW_##name,
static const uint8_t row_by_papr_slot[0x174] = {
#include "hypercalls.def"
};

/* DIAGNOSE's functions, one after the other. */
#define DIAG(name, code, ...) FUNCTION_##code,
enum {
	FUNCTION_NONE,
#include "hypercalls.def"
	FUNCTIONS
};

#define DIAG(name, code, ...) [code] = FUNCTION_##code,
static const uint8_t function_by_code[] = {
#include "hypercalls.def"
};

/* Subcodes with rows of their own are below. */
#define SUBCODES 16

#define DIAG(name, code, ...) [FUNCTION_##code].row = ROW_##name,
#define DIAG_SUBCODE(name, code, subcode, ...) \
	[FUNCTION_##code].row_by_subcode[subcode] = ROW_##name,
static const struct function {
	uint8_t row;
	uint8_t row_by_subcode[SUBCODES];
} functions[FUNCTIONS] = {
#include "hypercalls.def"
};

static const struct row *row_at(const uint8_t *index, size_t count, uint64_t number)
{
	return number < count && index[number] ? &paracall_rows[index[number] - 1] : NULL;
}

const struct row *paracall_row_by_number(uint64_t number)
{
	return row_at(row_by_number, sizeof(row_by_number), number);
}

const struct row *paracall_row_of_token(uint32_t token)
{
	uint16_t number = token & 0xffff;

	switch (token >> 16) {
	case PARACALL_EPAPR_VENDOR_KVM:
		return paracall_row_by_number(number);
	case PARACALL_EPAPR_VENDOR_EPAPR:
		return row_at(row_by_epapr_number, sizeof(row_by_epapr_number), number);
	}
	return NULL;
}

const struct row *paracall_row_of_papr(uint64_t number)
{
	return row_at(row_by_papr_slot, sizeof(row_by_papr_slot), PAPR_SLOT(number));
}

static const struct function *function_of(uint32_t code)
{
	return &functions[code < sizeof(function_by_code) ? function_by_code[code]
							  : FUNCTION_NONE];
}

const struct row *paracall_row_of_diag(uint32_t code)
{
	return row_at(&function_of(code)->row, 1, 0);
}

const struct row *paracall_row_of_subcode(const struct row *function, uint64_t subcode)
{
	const struct row *row =
		row_at(function_of(function->info.number)->row_by_subcode, SUBCODES, subcode);

	return row ? row : function;
}

size_t paracall_hypercall_count(void)
{
	return paracall_row_count;
}

const struct paracall_hypercall_info *paracall_hypercall_info(size_t row)
{
	return row < paracall_row_count ? &paracall_rows[row].info : NULL;
}

int paracall_hypercall_title(const struct paracall_hypercall_info *info, char *title,
			     size_t size)
{
	if (info->is_epapr)
		return snprintf(title, size, "ePAPR 0x%x: %s", info->number, info->name);
	if (info->is_papr)
		return snprintf(title, size, "PAPR 0x%x: %s", info->number, info->name);
	if (!info->is_diag)
		return snprintf(title, size, "%u. KVM_HC_%s", info->number, info->name);
	if (info->subcode == ANY)
		return snprintf(title, size, "DIAG 0x%x: %s", info->number, info->name);
	return snprintf(title, size, "DIAG 0x%x, subcode %d: %s", info->number, info->subcode,
			info->name);
}

int paracall_argument_place(const struct paracall_hypercall_info *info, unsigned int index,
			    char *place, size_t size)
{
	if (info->is_diag)
		return snprintf(place, size, "%s", "");
	if (info->is_papr)
		return snprintf(place, size, "r%u", PARACALL_POWERPC_R4 + index);
	if (info->architectures == PARACALL_POWERPC)
		return snprintf(place, size, "r%u", PARACALL_POWERPC_R3 + index);
	return snprintf(place, size, "a%u", index);
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

/* All of struct paracall_cpu_statistics, in any order. */
#define FIELDS(X) \
	X(calls) \
	X(msrs) \
	X(cpuid_signature) \
	X(cpuid_features) \
	X(halts) \
	X(halts_skipped) \
	X(kicks_woke) \
	X(kicks_left) \
	X(interrupts_sent) \
	X(replaced) \
	X(clock_updates) \
	X(clock_pauses) \
	X(steal_nanoseconds) \
	X(steal_updates) \
	X(async_pf_begun) \
	X(async_pf_ended) \
	X(spins) \
	X(spin_nanoseconds) \
	X(injected) \
	X(magic_page)

#define FIELD_SIZE(field) +sizeof(((struct paracall_cpu_statistics *)NULL)->field)
_Static_assert(0 FIELDS(FIELD_SIZE) == sizeof(struct paracall_cpu_statistics),
	       "a counter is missing in FIELDS");

struct field {
	const char *name;
	uint64_t offset;
};

#define FIELD_ENTRY(field) { #field, offsetof(struct paracall_cpu_statistics, field) },
static const struct field fields[] = { FIELDS(FIELD_ENTRY) };

/* Fowler, Noll and Vo's FNV-1a. */
static uint64_t hash_bytes(uint64_t hash, const void *data, size_t size)
{
	const uint8_t *bytes = data;

	for (size_t i = 0; i < size; i++)
		hash = (hash ^ bytes[i]) * UINT64_C(0x100000001b3);
	return hash;
}

/* With the 0 behind it. */
static uint64_t hash_text(uint64_t hash, const char *text)
{
	return hash_bytes(hash, text, strlen(text) + 1);
}

static uint64_t hash_number(uint64_t hash, uint64_t number)
{
	return hash_bytes(hash, &number, sizeof(number));
}

uint64_t paracall_table_id(void)
{
	uint64_t hash = UINT64_C(0xcbf29ce484222325);

	for (size_t row = 0; row < paracall_row_count; row++) {
		const struct paracall_hypercall_info *info = &paracall_rows[row].info;

		hash = hash_text(hash, info->name);
		hash = hash_number(hash, info->number);
		hash = hash_number(hash, (uint32_t)info->subcode);
		hash = hash_number(hash, info->architectures);
	}
	for (size_t i = 0; i < paracall_msr_count(); i++)
		hash = hash_number(hash_text(hash, paracall_msr_info(i)->name),
				   paracall_msr_info(i)->number);
	for (size_t i = 0; paracall_magic_page_field_name(i); i++)
		hash = hash_text(hash, paracall_magic_page_field_name(i));
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		hash = hash_number(hash_text(hash, fields[i].name), fields[i].offset);
	hash = hash_number(hash, offsetof(struct paracall_statistics, cpu));
	hash = hash_number(hash, sizeof(struct paracall_cpu_statistics));
	return hash_number(hash, PARACALL_EVENT_KINDS);
}
