/* SPDX-License-Identifier: BSD-2-Clause */
/* arm64's part of the table, and the life of its vCPUs. */
#include "calls.h"

#include "../feature_row.h"
#include "../make_rows.h"
#include "stolen_time.h"

#include <stdio.h>

#define ROW_ARCHITECTURE PARACALL_ARM64
#define EVENT_OF_SMCCC PARACALL_EVENT_SMCCC
#define PLACE_X1 PARACALL_ARM64_X1
#define PLACE_X2 PARACALL_ARM64_X2
#define PLACE_X3 PARACALL_ARM64_X3
#define PSCI_NODE "the node /psci in the device tree, or ACPI's flag"
#define PROTECTED "a protected guest, which no engine has"

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

/* Numbers are far apart: the compiler chooses how to search them. */
#define CALL(id, kind, name, number, ...) \
	case number: \
		return &rows[ROW_##name];
const struct row *arm64_row(uint32_t function)
{
	switch (function) {
#include "calls.def"
	}
	return NULL;
}
#undef CALL

#define FEATURE FEATURE_ROW
static const struct paracall_feature_info features[] = {
#include "features.def"
};
#undef FEATURE

static int place_name(unsigned int place, char *name, size_t size)
{
	return snprintf(name, size, "x%u", place);
}

static bool is_complete(const struct paracall_engine *engine)
{
	uint32_t can = engine->capabilities;

	return (!(can & PARACALL_CAN_READ_CLOCKS) || engine->read_clocks) &&
	       (!(can & PARACALL_CAN_GIVE_RANDOM) || engine->arm64->random) &&
	       (!(can & PARACALL_CAN_LIST_IMPLEMENTATIONS) || engine->arm64->implementation);
}

static void reset_machine(struct paracall_machine *machine)
{
	for (uint32_t i = 0; i < machine->max_cpus; i++)
		stolen_time_forget(cpu_at(machine, i));
}

/* KVM keeps the record of a vCPU that is powered off and on. */
static void reset_own(struct paracall_cpu *cpu, bool is_whole)
{
	if (is_whole)
		stolen_time_stop(cpu);
}

static const struct fault_place fault_places[] = {
	{
		.place = PARACALL_AT_STEAL,
		.faults = 1u << PARACALL_FAULT_BURST,
		.event = PARACALL_EVENT_STEAL,
		.is_running = stolen_time_is_running,
		.happen = stolen_time_more,
	},
};

const struct architecture paracall_arm64 = {
	.bit = PARACALL_ARM64,
	.name = "arm64",
	.rows = rows,
	.row_count = COUNT_OF(rows),
	.features = features,
	.feature_count = COUNT_OF(features),
	.titles = { [PARACALL_CALL_SMCCC] = "SMCCC" },
	.place_name = place_name,
	.machine_size = sizeof(struct arm64_machine),
	.cpu_size = sizeof(struct arm64_cpu),
	.functions_pointer = offsetof(struct paracall_engine, arm64),
	.functions_size = sizeof(struct paracall_arm64_engine),
	.functions_place = offsetof(struct arm64_machine, functions),
	.is_complete = is_complete,
	.remove_cpu = stolen_time_forget,
	.reset_machine = reset_machine,
	.reset_own = reset_own,
	.update = stolen_time_update,
	.save_cpu = stolen_time_save,
	.load_cpu = stolen_time_load,
	.fault_places = fault_places,
	.fault_place_count = COUNT_OF(fault_places),
};
