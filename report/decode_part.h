/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the events of one architecture mean. */
#ifndef PARACALL_REPORT_DECODE_PART_H
#define PARACALL_REPORT_DECODE_PART_H

#include "decode.h"
#include "words.h"

/* A register that names a kernel's code for system calls, and its symbol in Linux. */
struct kernel_entry {
	uint64_t number;
	const char *symbol;
};

struct decode_part {
	enum paracall_architecture architecture;
	/* Its calls' events. */
	enum paracall_event_kind call;
	/* The names of their results; NULL: those are numbers. */
	const struct word *results;
	/* Those of one call, where the same number means different things; NULL: nowhere. */
	const struct word *(*results_of)(const struct event *event);
	/* Only errors, which are negative, have names; others are values. */
	bool returns_values;
	/* Prints a value in a format of its own, or returns false; NULL: it has none. */
	bool (*print_value)(FILE *output, const struct event *event,
			    const struct event_value *value);
	/* The same for what is in a register of KVM's. */
	bool (*print_register)(FILE *output, uint64_t number, uint64_t value);
	/*
	 * The instruction by which guests find KVM and its features: the kind of its events,
	 * the name of the argument that says what is asked for, and what prints a result.
	 * NULL: there is none.
	 */
	enum paracall_event_kind detection;
	const char *detection_argument;
	void (*print_detected)(FILE *output, const struct event *event);
	/* See PARACALL_EVENT_KERNEL_ENTRY. The last has no symbol; NULL: none is reported. */
	const struct kernel_entry *entries;
};

/* For .print_detected: the names of features, with @separator in between. */
void decode_features(FILE *output, uint32_t features, const char *separator,
		     enum paracall_architecture architecture);

/* One after the other from 0; NULL after the last. */
const struct decode_part *decode_part_at(size_t index);

#endif /* PARACALL_REPORT_DECODE_PART_H */
