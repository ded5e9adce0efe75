/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The comparison of two profiles. */
#ifndef PARACALL_REPORT_COMPARE_H
#define PARACALL_REPORT_COMPARE_H

#include "profile.h"

#include <stdio.h>

struct compare_options {
	/* Numbers differ if they are further apart than this percentage of the first. */
	double count_percent;
	/* Medians and 99 percents likewise; below 0: times never count. */
	double latency_percent;
	bool ignores_order;
};

enum compare_result {
	COMPARE_SAME,
	COMPARE_DIFFERENT,
	COMPARE_NO_MEMORY,
};

/* Prints to @output unless that is NULL. */
enum compare_result compare_profiles(FILE *output, const struct profile *a,
				     const struct profile *b,
				     const struct compare_options *options);

#endif /* PARACALL_REPORT_COMPARE_H */
