/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which faults were injected, and where. */
#ifndef PARACALL_REPORT_INJECTED_H
#define PARACALL_REPORT_INJECTED_H

#include <paracall/statistics.h>
#include <stdio.h>

/* A table, and rules that never applied; nothing if there are no rules. */
void injected_print_text(FILE *output, const struct paracall_statistics *statistics);

/* Members of the object, each with a comma before it. */
void injected_print_json(FILE *output, const struct paracall_statistics *statistics);

#endif /* PARACALL_REPORT_INJECTED_H */
