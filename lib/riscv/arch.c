/* SPDX-License-Identifier: BSD-2-Clause */
/* RISC-V's part of the table, and its vCPUs' life. */
#include "calls.h"

#include "../feature_row.h"
#include "../make_rows.h"
#include "sta.h"

#include <stdio.h>

#define ROW_ARCHITECTURE PARACALL_RISCV
#define EVENT_OF_SBI PARACALL_EVENT_SBI
#define PLACE_A0 PARACALL_RISCV_A0
#define PLACE_A1 PARACALL_RISCV_A1
#define PLACE_A2 PARACALL_RISCV_A2
#define PLACE_A3 PARACALL_RISCV_A3
#define PROBED "SBI_BASE_PROBE_EXT of its extension"
#define LEGACY "nothing: version 0.1 of the interface had no other"
#define VERSION_0_2 "version 0.2 of the interface"

#define FEATURE FEATURE_BIT
enum {
	FEATURE_BIT_NONE = 0,
#include "features.def"
};
#undef FEATURE

#define CALL ROW
static const struct row rows[] = {
#include "calls.def"
};
#undef CALL

/* Places in rows. */
#define CALL(id, kind, name, ...) ROW_##name,
enum {
#include "calls.def"
};
#undef CALL

/* An extension that has no functions is one, ANY; others have no such number. */
#define KEY(extension, function) ((uint64_t)(extension) << 32 | (uint32_t)(function))

/* Numbers are far apart: the compiler finds out how to look for them. */
#define CALL(id, kind, name, number, subcode, ...) \
	case KEY(number, subcode): \
		return &rows[ROW_##name];
static const struct row *find_row(uint64_t key)
{
	switch (key) {
#include "calls.def"
	}
	return NULL;
}
#undef CALL

const struct row *riscv_row(uint64_t extension, uint64_t function)
{
	if (extension <= PARACALL_SBI_LEGACY_LAST)
		return find_row(KEY(extension, ANY));
	if (extension > UINT32_MAX || function > INT32_MAX)
		return NULL;
	return find_row(KEY(extension, function));
}

#define FEATURE FEATURE_ROW
static const struct paracall_feature_info features[] = {
#include "features.def"
};
#undef FEATURE

static int place_name(unsigned int place, char *name, size_t size)
{
	return snprintf(name, size, "a%u", place);
}

static void reset_own(struct paracall_cpu *cpu, bool is_whole)
{
	(void)is_whole;
	sta_stop(cpu);
}

static const struct fault_place fault_places[] = {
	{
		.place = PARACALL_AT_STEAL,
		.faults = 1u << PARACALL_FAULT_BURST,
		.event = PARACALL_EVENT_STEAL,
		.is_running = sta_is_running,
		.happen = sta_more,
	},
};

const struct architecture paracall_riscv = {
	.bit = PARACALL_RISCV,
	.name = "RISC-V",
	.rows = rows,
	.row_count = COUNT_OF(rows),
	.features = features,
	.feature_count = COUNT_OF(features),
	.titles = { [PARACALL_CALL_SBI] = "SBI" },
	.subcode_title = "function",
	.place_name = place_name,
	.machine_size = sizeof(struct riscv_machine),
	.cpu_size = sizeof(struct riscv_cpu),
	.create_cpu = sta_stop,
	.reset_own = reset_own,
	.update = sta_update,
	.set_mark = sta_set_mark,
	.check_mark = sta_check_mark,
	.save_cpu = sta_save,
	.load_cpu = sta_load,
	.fault_places = fault_places,
	.fault_place_count = COUNT_OF(fault_places),
};
