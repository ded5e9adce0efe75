/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a guest called, as a table like that of strace -c, or as JSON. */
#ifndef PARACALL_CLI_SUMMARY_H
#define PARACALL_CLI_SUMMARY_H

#include <paracall/statistics.h>
#include <stdio.h>

/*
 * After another process may have written to what was copied: there are as many vCPUs as there
 * is room for, and no more.
 */
void summary_limit_cpus(struct paracall_statistics *copy, uint32_t max_cpus);

void summary_print_text(FILE *output, const struct paracall_statistics *statistics);
/* The table of calls alone. */
void summary_print_calls(FILE *output, const struct paracall_statistics *statistics);
void summary_print_json(FILE *output, const struct paracall_statistics *statistics);

#endif /* PARACALL_CLI_SUMMARY_H */
