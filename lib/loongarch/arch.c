/* SPDX-License-Identifier: BSD-2-Clause */
/* LoongArch's part of the table, and its vCPUs' life. */
#include "calls.h"

#include "../feature_row.h"
#include "../make_rows.h"
#include "state.h"
#include "steal_time.h"

#include <stdio.h>

#define ROW_ARCHITECTURE PARACALL_LOONGARCH
#define EVENT_OF_HVCL PARACALL_EVENT_HVCL
#define PLACE_A0 PARACALL_LOONGARCH_A0
#define PLACE_A1 PARACALL_LOONGARCH_A1
#define PLACE_A2 PARACALL_LOONGARCH_A2
#define PLACE_A3 PARACALL_LOONGARCH_A3

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

const struct row *loongarch_row(uint32_t code, uint64_t function)
{
	for (size_t i = 0; i < COUNT_OF(rows); i++)
		if (rows[i].info.number == code &&
		    (rows[i].info.subcode == ANY || (uint64_t)rows[i].info.subcode == function))
			return &rows[i];
	return NULL;
}

#define FEATURE FEATURE_ROW
static const struct paracall_feature_info features[] = {
#include "features.def"
};
#undef FEATURE

static int place_name(unsigned int place, char *name, size_t size)
{
	return snprintf(name, size, "a%u", place - PARACALL_LOONGARCH_A0);
}

/* KVM forgets the record when a vCPU is reset, by itself or with the machine. */
static void reset_own(struct paracall_cpu *cpu, bool is_whole)
{
	(void)is_whole;
	loongarch_steal_time_stop(cpu);
}

static const struct fault_place fault_places[] = {
	{
		.place = PARACALL_AT_STEAL,
		.faults = 1u << PARACALL_FAULT_BURST,
		.event = PARACALL_EVENT_STEAL,
		.is_running = loongarch_steal_time_is_running,
		.happen = loongarch_steal_time_more,
	},
};

const struct architecture paracall_loongarch = {
	.bit = PARACALL_LOONGARCH,
	.name = "LoongArch",
	.rows = rows,
	.row_count = COUNT_OF(rows),
	.features = features,
	.feature_count = COUNT_OF(features),
	.titles = { [PARACALL_CALL_HVCL] = "hvcl" },
	.place_name = place_name,
	.machine_size = sizeof(struct loongarch_machine),
	.cpu_size = sizeof(struct loongarch_cpu),
	.reset_own = reset_own,
	.update = loongarch_steal_time_update,
	.set_mark = loongarch_steal_time_set_mark,
	.check_mark = loongarch_steal_time_check_mark,
	.save_cpu = loongarch_steal_time_save,
	.load_cpu = loongarch_steal_time_load,
	.fault_places = fault_places,
	.fault_place_count = COUNT_OF(fault_places),
};
