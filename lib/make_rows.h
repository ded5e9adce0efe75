/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ROW() makes a row of an architecture's calls.def. The file that includes this
 * defines EVENT_OF_kind, the kind of the events of its kinds; PLACE_place, the numbers
 * of its places; FEATURE_BIT_feature; and ROW_ARCHITECTURE, whose they are.
 */
#ifndef PARACALL_LIB_MAKE_ROWS_H
#define PARACALL_LIB_MAKE_ROWS_H

#include "architecture.h"

#define ANY -1
#define MAY_BE_LATE PARACALL_CALL_MAY_BE_LATE
#define NO_RESULT PARACALL_CALL_NO_RESULT
#define SEEN_ONLY PARACALL_CALL_SEEN_ONLY

/* Versions of clang-format differ about such macros. */
/* clang-format off */
#define FIELDS(...) .info.fields = { __VA_ARGS__ }
#define FIELD(field_direction, field_place, field_name, field_format) \
	{ .name = field_name, .place = PLACE_##field_place, \
	  .direction = PARACALL_##field_direction, .format = PARACALL_FORMAT_##field_format }
#define IN(place, name, format) FIELD(IN, place, name, format)
#define UNUSED(field_place, field_name, field_format) \
	{ .name = field_name, .place = PLACE_##field_place, .direction = PARACALL_IN, \
	  .format = PARACALL_FORMAT_##field_format, .is_unused = true }
#define OUT(place, name, format) FIELD(OUT, place, name, format)

/* KVM's own are the same call on all architectures. */
#define ROW_ID(id, kind) \
	(PARACALL_CALL_##kind == PARACALL_CALL_HYPERCALL ? (id) : ROW_ARCHITECTURE << 8 | (id))
/* clang-format on */

#define ROW(row_id, row_kind, row_name, row_number, row_subcode, row_status, row_feature, \
	    row_server, row_handler, row_group, row_properties, row_needs, row_fields, \
	    row_purpose) \
	{ \
		.info.id = ROW_ID(row_id, row_kind), \
		.info.kind = PARACALL_CALL_##row_kind, \
		.info.name = #row_name, \
		.info.number = row_number, \
		.info.subcode = row_subcode, \
		.info.architecture = ROW_ARCHITECTURE, \
		.info.status = PARACALL_##row_status, \
		.info.purpose = row_purpose, \
		.info.feature = FEATURE_BIT_##row_feature, \
		.info.needs = row_needs, \
		.info.server = PARACALL_SERVED_BY_##row_server, \
		.info.group = PARACALL_GROUP_##row_group, \
		.info.properties = row_properties, \
		.info.event = EVENT_OF_##row_kind, \
		row_fields, \
		.handler = row_handler, \
	},

#endif /* PARACALL_LIB_MAKE_ROWS_H */
