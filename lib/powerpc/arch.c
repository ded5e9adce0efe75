/* SPDX-License-Identifier: BSD-2-Clause */
/* PowerPC's part of the table. */
#include "calls.h"

#include "../feature_row.h"
#include "../make_rows.h"
#include "save.h"
#include "state.h"

#include <stdio.h>

#define ROW_ARCHITECTURE PARACALL_POWERPC
/* KVM's numbers come as ePAPR's do. */
#define EVENT_OF_HYPERCALL PARACALL_EVENT_EPAPR
#define EVENT_OF_EPAPR PARACALL_EVENT_EPAPR
#define EVENT_OF_PAPR PARACALL_EVENT_PAPR
#define PLACE_R3 PARACALL_POWERPC_R3
#define PLACE_R4 PARACALL_POWERPC_R4
#define PLACE_R5 (PARACALL_POWERPC_R3 + 2)
#define PLACE_R6 (PARACALL_POWERPC_R3 + 3)
#define PLACE_R7 (PARACALL_POWERPC_R3 + 4)
#define TOKEN(name) PARACALL_EPAPR_TOKEN(PARACALL_EPAPR_VENDOR_EPAPR, PARACALL_##name)
#define VIRTUAL_PIC "a virtual interrupt controller in the device tree"
#define HYPERTAS(set) set " in the device tree's ibm,hypertas-functions"

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

/* Each kind has numbers of its own. */
#define CALL(id, kind, ...) CALL_##kind(id, __VA_ARGS__)
#define NO_ROW(...)

/* Places in rows, from 1; 0 where there is none. */
#define CALL_HYPERCALL(id, name, ...) ROW_##name,
#define CALL_EPAPR CALL_HYPERCALL
#define CALL_PAPR CALL_HYPERCALL
enum {
	ROW_NONE,
#include "calls.def"
};
#undef CALL_HYPERCALL
#undef CALL_EPAPR
#undef CALL_PAPR

#define CALL_HYPERCALL(id, name, number, ...) [number] = ROW_##name,
#define CALL_EPAPR NO_ROW
#define CALL_PAPR NO_ROW
static const uint8_t row_by_number[] = {
#include "calls.def"
};
#undef CALL_HYPERCALL
#undef CALL_EPAPR
#undef CALL_PAPR

#define CALL_HYPERCALL NO_ROW
#define CALL_EPAPR(id, name, number, ...) [(number)&0xffff] = ROW_##name,
#define CALL_PAPR NO_ROW
static const uint8_t row_by_epapr_number[] = {
#include "calls.def"
};
#undef CALL_HYPERCALL
#undef CALL_EPAPR
#undef CALL_PAPR

/*
 * PAPR's numbers are multiples of 4 from 4 on; some are far above: those of secure
 * guests, and of KVM's own, which go on one by one.
 */
/* clang-format off */
#define PAPR_IS_LOW(number) ((number) <= 0x4fc)
#define PAPR_IS_SECURE(number) (((number) & ~UINT64_C(0x7c)) == 0xef00)
#define PAPR_IS_KVM(number) (((number) & ~UINT64_C(0xf)) == 0xf000)
#define PAPR_IS_NESTED(number) (((number) & ~UINT64_C(0xc)) == 0xf800)
/* One place for each, and 0 for all impossible numbers. */
#define PAPR_SLOT(number) \
	(PAPR_IS_KVM(number) ? 0x160 + ((number) & 0xf) : \
	 (number) & 3 ? 0 : \
	 PAPR_IS_LOW(number) ? (number) / 4 : \
	 PAPR_IS_SECURE(number) ? 0x140 + ((number) & 0x7c) / 4 : \
	 PAPR_IS_NESTED(number) ? 0x170 + ((number) & 0xc) / 4 : 0)
/* clang-format on */

#define CALL_HYPERCALL NO_ROW
#define CALL_EPAPR NO_ROW
#define CALL_PAPR(id, name, number, ...) [PAPR_SLOT(number)] = ROW_##name,
static const uint8_t row_by_papr_slot[0x174] = {
#include "calls.def"
};
#undef CALL_HYPERCALL
#undef CALL_EPAPR
#undef CALL_PAPR

static const struct row *row_at(const uint8_t *places, size_t count, uint64_t number)
{
	return number < count && places[number] ? &rows[places[number] - 1] : NULL;
}

const struct row *powerpc_row_of_token(uint32_t token)
{
	uint16_t number = token & 0xffff;

	switch (token >> 16) {
	case PARACALL_EPAPR_VENDOR_KVM:
		return row_at(row_by_number, sizeof(row_by_number), number);
	case PARACALL_EPAPR_VENDOR_EPAPR:
		return row_at(row_by_epapr_number, sizeof(row_by_epapr_number), number);
	}
	return NULL;
}

const struct row *powerpc_row_of_papr(uint64_t number)
{
	return row_at(row_by_papr_slot, sizeof(row_by_papr_slot), PAPR_SLOT(number));
}

#define FEATURE FEATURE_ROW
static const struct paracall_feature_info features[] = {
#include "features.def"
};
#undef FEATURE

static int place_name(unsigned int place, char *name, size_t size)
{
	return snprintf(name, size, "r%u", place);
}

static const char *field_name(size_t index, uint64_t *number)
{
	*number = index;
	return paracall_magic_page_field_name(index);
}

const struct architecture paracall_powerpc = {
	.bit = PARACALL_POWERPC,
	.name = "PPC",
	.rows = rows,
	.row_count = COUNT_OF(rows),
	.features = features,
	.feature_count = COUNT_OF(features),
	.titles = { [PARACALL_CALL_EPAPR] = "ePAPR", [PARACALL_CALL_PAPR] = "PAPR" },
	.place_name = place_name,
	.counter_name = field_name,
	.machine_size = sizeof(struct powerpc_machine),
	.cpu_size = sizeof(struct powerpc_cpu),
	.functions_pointer = offsetof(struct paracall_engine, powerpc),
	.functions_size = sizeof(struct paracall_powerpc_engine),
	.functions_place = offsetof(struct powerpc_machine, functions),
	.add_cpu = magic_page_add_cpu,
	.remove_cpu = magic_page_remove_cpu,
	.reset_machine = magic_page_reset_machine,
	.save = powerpc_save,
	.save_cpu = powerpc_save_cpu,
	.load = powerpc_load,
	.load_cpu = powerpc_load_cpu,
};
