/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a host writes to memory: some pages are filled with one byte over and
 * over, and checked afterwards. If what it writes depends on time, only
 * that it was written is reported, or the answer would be different each time.
 */
#ifndef GUEST_WRITTEN_H
#define GUEST_WRITTEN_H

#include "answer.h"

/* Memory that no program uses, and the end of what each host gives. */
#define SPARE 0x1000000ull
#define MEMORY_END 0x8000000ull

enum field_kind {
	/* Depends on time: written as a whole, or not. */
	FIELD_TIME,
	/* The same; even or odd. */
	FIELD_VERSION,
	/* Whether this is written is not predictable. */
	FIELD_RANDOM,
};

struct field {
	uint64_t address;
	uint32_t size;
	enum field_kind kind;
	bool is_odd;
	/* Counts as written, as a whole, whatever the host writes to it over time. */
	bool is_written;
};

struct fields {
	struct field items[64];
	size_t count;
};

/* Those of the structure that this question has the host write, if it does. */
void fields_add(struct fields *fields, const struct question *question);

/* Fill the pages: page 0, some from SPARE on, the last one. */
void written_fill(uint8_t byte);

/* When the host writes no more, or only time; before the two below. */
void written_settle(struct fields *fields);

/*
 * Either one fills the bytes that were written again. Printed are addresses,
 * and bytes with "tt" for time, "ee" and "oo" for an even and an odd version,
 * "??" for what may be or not.
 */
void print_written(const struct fields *fields);
uint64_t hash_written(uint64_t hash);
/* The same without the bytes, and fills nothing. */
void print_written_ranges(void);

#endif /* GUEST_WRITTEN_H */
