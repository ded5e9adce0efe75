/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "distribution.h"

#include <stddef.h>

#define BUCKETS (64 * DISTRIBUTION_PARTS)
#define PART_BITS 5

_Static_assert(1 << PART_BITS == DISTRIBUTION_PARTS, "so many bits name a part");

/* Small values have buckets of their own. */
static size_t bucket_of(uint64_t value)
{
	unsigned int power;

	if (value < DISTRIBUTION_PARTS)
		return value;
	power = 63 - __builtin_clzll(value);
	return (power - PART_BITS + 1) * (size_t)DISTRIBUTION_PARTS +
	       ((value >> (power - PART_BITS)) & (DISTRIBUTION_PARTS - 1));
}

/* The middle of a bucket's values. */
static double value_of(size_t bucket)
{
	unsigned int power = bucket / DISTRIBUTION_PARTS;
	double part = DISTRIBUTION_PARTS + bucket % DISTRIBUTION_PARTS;

	if (!power)
		return bucket;
	return (part + 0.5) * (double)(UINT64_C(1) << (power - 1)) - 0.5;
}

void distribution_add(struct distribution *distribution, uint64_t value)
{
	distribution->count++;
	distribution->buckets[bucket_of(value)]++;
}

double distribution_quantile(const struct distribution *distribution, double part)
{
	uint64_t wanted = part * distribution->count;
	uint64_t seen = 0;

	for (size_t i = 0; i < BUCKETS; i++) {
		seen += distribution->buckets[i];
		if (seen > wanted || (seen && seen == distribution->count))
			return value_of(i);
	}
	return 0;
}
