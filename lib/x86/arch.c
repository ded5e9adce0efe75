/* SPDX-License-Identifier: BSD-2-Clause */
/* x86's part of the table. */
#include "calls.h"

#include "../feature_row.h"
#include "../make_rows.h"
#include "clock.h"
#include "faults.h"
#include "feature_bits.h"
#include "life.h"
#include "mark.h"
#include "save.h"
#include "state.h"

#include <stdio.h>

#define ROW_ARCHITECTURE PARACALL_X86
#define EVENT_OF_HYPERCALL PARACALL_EVENT_CALL
/* Documentation/virt/kvm/x86/hypercalls.rst calls them a0 to a3. */
#define PLACE_A0 PARACALL_X86_RBX
#define PLACE_A1 PARACALL_X86_RCX
#define PLACE_A2 PARACALL_X86_RDX
#define PLACE_A3 PARACALL_X86_RSI

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

#define CALL(id, kind, name, number, ...) [number] = &rows[ROW_##name],
const struct row *const x86_rows[X86_NUMBERS] = {
#include "calls.def"
};
#undef CALL

#define FEATURE FEATURE_ROW
static const struct paracall_feature_info features[] = {
#include "features.def"
};
#undef FEATURE

static int place_name(unsigned int place, char *name, size_t size)
{
	switch (place) {
	case PLACE_A0:
		return snprintf(name, size, "a0");
	case PLACE_A1:
		return snprintf(name, size, "a1");
	case PLACE_A2:
		return snprintf(name, size, "a2");
	}
	return snprintf(name, size, "a3");
}

static const char *msr_name(size_t index, uint64_t *number)
{
	const struct paracall_msr_info *info = paracall_msr_info(index);

	if (!info)
		return NULL;
	*number = info->number;
	return info->name;
}

const struct architecture paracall_x86 = {
	.bit = PARACALL_X86,
	.name = "x86",
	.rows = rows,
	.row_count = COUNT_OF(rows),
	.features = features,
	.feature_count = COUNT_OF(features),
	.place_name = place_name,
	.counter_name = msr_name,
	.machine_size = sizeof(struct x86_machine),
	.cpu_size = sizeof(struct x86_cpu),
	.functions_pointer = offsetof(struct paracall_engine, x86),
	.functions_size = sizeof(struct paracall_x86_engine),
	.functions_place = offsetof(struct x86_machine, functions),
	.is_complete = x86_is_complete,
	.create = x86_create,
	.create_cpu = x86_create_cpu,
	.destroy = x86_destroy,
	.withdrawn = x86_choose_mode,
	.remove_cpu = x86_remove_cpu,
	.reset_machine = x86_reset_machine,
	.reset_shared = x86_reset_shared,
	.reset_own = x86_reset_own,
	.update = x86_update,
	.set_mark = x86_set_mark,
	.check_mark = x86_check_mark,
	.was_paused = paracall_clock_was_paused,
	.save = x86_save,
	.save_cpu = x86_save_cpu,
	.load = x86_load,
	.load_cpu = x86_load_cpu,
	.fault_places = x86_fault_places,
	.fault_place_count = X86_FAULT_PLACES,
};
