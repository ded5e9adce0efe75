/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One architecture's part of the summary, besides calls, spins and faults. */
#ifndef PARACALL_REPORT_SUMMARY_PART_H
#define PARACALL_REPORT_SUMMARY_PART_H

#include <inttypes.h>
#include <paracall/paracall.h>
#include <stdio.h>

struct summary_part {
	enum paracall_architecture architecture;
	/* Lines; and members of the object, each with a comma before it. */
	void (*print_text)(FILE *output, const struct paracall_statistics *statistics);
	void (*print_json)(FILE *output, const struct paracall_statistics *statistics);
};

/* NULL if it has none. */
const struct summary_part *summary_part_of(enum paracall_architecture architecture);

/* The end of a line: the features that were offered, and which of them were used. */
void summary_print_offers(FILE *output, const struct paracall_statistics *statistics);

/* A line of its own, if there was some; @name is the architecture's for it. */
void summary_print_steal_time(FILE *output, const struct paracall_statistics *statistics,
			      const char *name);

/* One member of a register's counters, added up over all vCPUs. */
#define summary_msr_total(statistics, index, member) \
	paracall_statistics_sum(statistics, \
				offsetof(struct paracall_cpu_statistics, msrs) + \
					(index) * sizeof(struct paracall_msr_statistics) + \
					offsetof(struct paracall_msr_statistics, member))

#define summary_print_json_counter(output, statistics, member) \
	fprintf(output, ",\n  \"" #member "\": %" PRIu64, \
		paracall_statistics_total(statistics, member))

#endif /* PARACALL_REPORT_SUMMARY_PART_H */
