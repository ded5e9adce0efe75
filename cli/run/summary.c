/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "summary.h"

#include "../../report/summary.h"
#include "../counters.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* The counters that the plugin left; NULL if it did not get that far. */
static struct paracall_statistics *read_report(int report)
{
	struct paracall_statistics *statistics;
	uint32_t max_cpus;
	int error = counters_check(report, &max_cpus);

	if (error == EPROTO)
		complain(
			"no summary: the counters are from another version; build or install the command and the plugin together");
	if (error)
		return NULL;
	statistics = counters_new(max_cpus);
	if (counters_read(report, max_cpus, statistics))
		return statistics;
	complain("no summary: the counters are gone");
	free(statistics);
	return NULL;
}

bool run_has_finished(int report)
{
	struct paracall_statistics *statistics = read_report(report);
	bool has_finished = statistics && statistics->finished;

	free(statistics);
	return has_finished;
}

void run_print_summary(FILE *output, const struct run_options *options, int report)
{
	struct paracall_statistics *statistics = read_report(report);

	if (statistics) {
		if (options->format && !strcmp(options->format, "json"))
			summary_print_json(output, statistics);
		else
			summary_print_text(output, statistics);
	}
	free(statistics);
	if (fflush(output))
		complain("the summary could not be written: %s", strerror(errno));
}
