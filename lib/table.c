/* SPDX-License-Identifier: BSD-2-Clause */
/* The rows of all architectures as one table, and queries. */
#include "architecture.h"

#include <stdio.h>

/* clang-format off */
static const char *const group_names[PARACALL_GROUPS] = {
	[PARACALL_GROUP_CLOCK] = "clock",
	[PARACALL_GROUP_IPI] = "ipi",
	[PARACALL_GROUP_HALT] = "halt",
	[PARACALL_GROUP_YIELD] = "yield",
	[PARACALL_GROUP_MEMORY] = "memory",
	[PARACALL_GROUP_PAGE_FAULT] = "pagefault",
};
/* clang-format on */

size_t paracall_call_count(void)
{
	const struct architecture *architecture;
	size_t count = 0;

	for (size_t i = 0; (architecture = architecture_at(i)); i++)
		count += architecture->row_count;
	return count;
}

const struct paracall_call_info *paracall_call_info(size_t index)
{
	const struct architecture *architecture;

	for (size_t i = 0; (architecture = architecture_at(i)); i++) {
		if (index < architecture->row_count)
			return &architecture->rows[index].info;
		index -= architecture->row_count;
	}
	return NULL;
}

/* They come first among an architecture's rows. */
const struct row *row_of_hypercall(uint64_t number)
{
	const struct architecture *architecture;

	if (number >= FIRST_OTHER_ID)
		return NULL;
	for (size_t i = 0; (architecture = architecture_at(i)); i++) {
		const struct row *row = architecture->rows;
		const struct row *end = row + architecture->row_count;

		for (; row < end && row->info.kind == PARACALL_CALL_HYPERCALL; row++)
			if (row->info.number == number)
				return row;
	}
	return NULL;
}

/* For calls other than KVM's own the upper half is the architecture. */
const struct row *row_by_id(uint32_t id)
{
	const struct architecture *architecture;

	if (id < FIRST_OTHER_ID)
		return row_of_hypercall(id);
	architecture = architecture_of(id >> 8);
	for (size_t i = 0; architecture && i < architecture->row_count; i++)
		if (architecture->rows[i].info.id == id)
			return &architecture->rows[i];
	return NULL;
}

const struct paracall_call_info *paracall_call_by_id(uint32_t id)
{
	const struct row *row = row_by_id(id);

	return row ? &row->info : NULL;
}

const struct paracall_call_info *paracall_call_in_slot(enum paracall_architecture architecture,
						       uint32_t slot)
{
	const struct paracall_call_info *info = paracall_call_by_id(slot);

	return info ? info : paracall_call_by_id(architecture << 8 | slot);
}

int paracall_call_title(const struct paracall_call_info *info, char *title, size_t size)
{
	const struct architecture *architecture = architecture_of(info->architecture);
	const char *kind = architecture->titles[info->kind];
	const char *subcode = architecture->subcode_title;

	if (!kind)
		return snprintf(title, size, "%u. KVM_HC_%s", info->number, info->name);
	if (info->subcode < 0)
		return snprintf(title, size, "%s 0x%x: %s", kind, info->number, info->name);
	return snprintf(title, size, "%s 0x%x, %s %d: %s", kind, info->number,
			subcode ? subcode : "subcode", info->subcode, info->name);
}

int paracall_field_place(const struct paracall_call_info *info,
			 const struct paracall_field *field, char *place, size_t size)
{
	if (field->place == PLACE_MEMORY)
		return snprintf(place, size, "memory");
	return architecture_of(info->architecture)->place_name(field->place, place, size);
}

const char *paracall_group_name(enum paracall_call_group group)
{
	return group < PARACALL_GROUPS ? group_names[group] : NULL;
}

const char *paracall_architecture_name(enum paracall_architecture bit)
{
	const struct architecture *architecture = architecture_of(bit);

	return architecture ? architecture->name : "unknown";
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
