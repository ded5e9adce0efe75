/* SPDX-License-Identifier: BSD-2-Clause */
/* s390's part of the table. */
#include "calls.h"

#include "../make_rows.h"
#include "diag.h"
#include "state.h"

#include <stdio.h>

#define ROW_ARCHITECTURE PARACALL_S390
#define EVENT_OF_DIAGNOSE PARACALL_EVENT_DIAG
#define PLACE_GR1 1
#define PLACE_GR2 2
#define PLACE_GR3 3
#define PLACE_GR4 4
#define PLACE_R1 DIAG_R1
#define PLACE_R1_NEXT DIAG_R1_NEXT
#define PLACE_R3 DIAG_R3
#define FEATURE_BIT_NONE 0
#define WATCHDOG_DEVICE "a watchdog device of the machine's"
#define UNPACK_FACILITY "a CPU with the facility to unpack protected guests"

#define CALL ROW
static const struct row rows[] = {
#include "calls.def"
};
#undef CALL

/* Places in rows, from 1; 0 where there is none. */
#define CALL(id, kind, name, ...) ROW_##name,
enum {
	ROW_NONE,
#include "calls.def"
};
#undef CALL

/* By code the row of the function, for all subcodes without a row. */
#define CALL(id, kind, name, number, subcode, ...) FUNCTION_##subcode(name, number)
#define FUNCTION_ANY(name, number) [number] = ROW_##name,
#define FUNCTION_0(name, number)
#define FUNCTION_1 FUNCTION_0
#define FUNCTION_2 FUNCTION_0
#define FUNCTION_3 FUNCTION_0
#define FUNCTION_4 FUNCTION_0
#define FUNCTION_5 FUNCTION_0
#define FUNCTION_6 FUNCTION_0
#define FUNCTION_8 FUNCTION_0
#define FUNCTION_9 FUNCTION_0
#define FUNCTION_10 FUNCTION_0
static const uint8_t function_by_code[] = {
#include "calls.def"
};
#undef CALL

const struct row *s390_row(uint32_t code)
{
	return code < sizeof(function_by_code) && function_by_code[code]
		       ? &rows[function_by_code[code] - 1]
		       : NULL;
}

/* They come before the function's. */
const struct row *s390_row_of_subcode(const struct row *function, uint64_t subcode)
{
	const struct row *row = function;

	while (row-- > rows && row->info.number == function->info.number)
		if ((uint64_t)row->info.subcode == subcode)
			return row;
	return function;
}

static int place_name(unsigned int place, char *name, size_t size)
{
	switch (place) {
	case DIAG_R1:
		return snprintf(name, size, "R1");
	case DIAG_R1_NEXT:
		return snprintf(name, size, "R1+1");
	case DIAG_R3:
		return snprintf(name, size, "R3");
	}
	return snprintf(name, size, "r%u", place);
}

static void reset_shared(struct paracall_cpu *cpu)
{
	atomic_store(&s390_cpu(cpu)->has_pfault_token, false);
}

static void save_cpu(struct paracall_cpu *cpu, struct record_writer *writer)
{
	record_put_byte(writer, atomic_load(&s390_cpu(cpu)->has_pfault_token));
}

static int load_cpu(struct paracall_cpu *cpu, struct record_reader *reader, bool is_real)
{
	bool has_token = record_get_bool(reader);

	if (is_real)
		atomic_store(&s390_cpu(cpu)->has_pfault_token, has_token);
	return PARACALL_OK;
}

const struct architecture paracall_s390 = {
	.bit = PARACALL_S390,
	.name = "s390",
	.rows = rows,
	.row_count = COUNT_OF(rows),
	.titles = { [PARACALL_CALL_DIAGNOSE] = "DIAG" },
	.place_name = place_name,
	.machine_size = sizeof(struct paracall_machine),
	.cpu_size = sizeof(struct s390_cpu),
	.remove_cpu = reset_shared,
	.reset_shared = reset_shared,
	.save_cpu = save_cpu,
	.load_cpu = load_cpu,
};
