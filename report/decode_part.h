/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the events of one architecture mean. */
#ifndef PARACALL_REPORT_DECODE_PART_H
#define PARACALL_REPORT_DECODE_PART_H

#include "decode.h"
#include "words.h"

struct decode_part {
	/* Its calls' events. */
	enum paracall_event_kind call;
	/* The names of their results, or a function that prints them. */
	const struct word *results;
	void (*print_result)(FILE *output, const struct event *event);
	/* Prints a value in a format of its own, or returns false; NULL: it has none. */
	bool (*print_value)(FILE *output, const struct event *event,
			    const struct event_value *value);
	/* The same for what is in a register of KVM's. */
	bool (*print_register)(FILE *output, uint64_t number, uint64_t value);
};

/* One after the other from 0; NULL behind the last. */
const struct decode_part *decode_part_at(size_t index);

#endif /* PARACALL_REPORT_DECODE_PART_H */
