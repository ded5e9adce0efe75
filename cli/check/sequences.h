/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which random sequences the guest fuzz makes: its command line has a seed
 * and a number of them, in the data file, or as --seed and --sequences say.
 */
#ifndef PARACALL_CLI_CHECK_SEQUENCES_H
#define PARACALL_CLI_CHECK_SEQUENCES_H

#include "suite.h"

/* The output for more of them would be cut off. */
#define MOST_SEQUENCES 1000000

struct sequences {
	/* In place of 1, which the data file has for the first run. */
	bool has_seed;
	uint64_t seed;
	/* 0: as the data file says. */
	uint64_t count;
};

/* A number below 2^63, or "random"; and one from 1 to MOST_SEQUENCES. False if it is none. */
bool sequences_parse_seed(struct sequences *sequences, const char *text);
bool sequences_parse_count(struct sequences *sequences, const char *text);

/* That run makes such sequences. */
bool sequences_has(const struct suite_run *run);
uint64_t sequences_seed(const struct sequences *sequences, const struct suite_run *run);
/* The run's arguments for QEMU; the caller's to free. */
char *sequences_arguments(const struct sequences *sequences, const struct suite_run *run);

#endif /* PARACALL_CLI_CHECK_SEQUENCES_H */
