/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Distributions: medians and percentiles of any number of values. */
#ifndef PARACALL_REPORT_DISTRIBUTION_H
#define PARACALL_REPORT_DISTRIBUTION_H

#include <stdint.h>

/* Each power of two has this many parts: results are accurate to 2 %. */
#define DISTRIBUTION_PARTS 32

struct distribution {
	uint64_t count;
	uint64_t buckets[64 * DISTRIBUTION_PARTS];
};

void distribution_add(struct distribution *distribution, uint64_t value);

/* The value that this part of all, from 0 to 1, does not exceed; 0 if there is none. */
double distribution_quantile(const struct distribution *distribution, double part);

#endif /* PARACALL_REPORT_DISTRIBUTION_H */
