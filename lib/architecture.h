/* SPDX-License-Identifier: BSD-2-Clause */
/* What an architecture gives to the rest of the library; architectures.c lists them. */
#ifndef PARACALL_LIB_ARCHITECTURE_H
#define PARACALL_LIB_ARCHITECTURE_H

#include "row.h"

struct architecture {
	enum paracall_architecture bit;
	/* As the kernel's documents spell it. */
	const char *name;
	/* In order of id, apart from KVM's own, which come first. */
	const struct row *rows;
	size_t row_count;
	const struct paracall_feature_info *features;
	size_t feature_count;
	/* How the convention calls a place, like "a0". */
	int (*place_name)(unsigned int place, char *name, size_t size);
};

/* One by one, from 0; NULL past the end. */
const struct architecture *architecture_at(size_t index);

/* NULL if there is none of that bit. */
const struct architecture *architecture_of(enum paracall_architecture bit);

/* Ids below are the numbers of KVM's own calls. */
#define FIRST_OTHER_ID 0x20

/* KVM's own call of that number, whose architecture may be any; NULL if there is none. */
const struct row *row_of_hypercall(uint64_t number);

/* The row of that id, or NULL. */
const struct row *row_by_id(uint32_t id);

/* A place that is no register. */
#define PLACE_MEMORY 0xff

/* Of a table of rows or of features, how many. */
#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

#endif /* PARACALL_LIB_ARCHITECTURE_H */
