/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "counters.h"

#include "../report/summary.h"
#include "cli.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

int counters_check(int file, uint32_t *max_cpus)
{
	struct paracall_statistics head;
	struct stat status;
	ssize_t count = pread(file, &head, sizeof(head), 0);

	if (count < 0 || fstat(file, &status))
		return errno;
	if (count < (ssize_t)sizeof(head) || !head.started)
		return EAGAIN;
	/* .table detects even a version whose number was not changed. */
	if (head.magic != PARACALL_STATISTICS_MAGIC ||
	    head.version != PARACALL_STATISTICS_VERSION || head.table != paracall_table_id() ||
	    !head.max_cpus || head.max_cpus > PARACALL_MAX_CPUS ||
	    paracall_statistics_size(head.max_cpus) > (size_t)status.st_size)
		return EPROTO;
	*max_cpus = head.max_cpus;
	return 0;
}

struct paracall_statistics *counters_new(uint32_t max_cpus)
{
	struct paracall_statistics *statistics =
		must(calloc(1, paracall_statistics_size(max_cpus)));

	statistics->max_cpus = max_cpus;
	return statistics;
}

bool counters_read(int file, uint32_t max_cpus, struct paracall_statistics *statistics)
{
	size_t size = paracall_statistics_size(max_cpus);
	size_t done = 0;

	while (done < size) {
		ssize_t count = pread(file, (char *)statistics + done, size - done, done);

		if (count < 0 && errno == EINTR)
			continue;
		if (count <= 0)
			break;
		done += count;
	}
	summary_limit_cpus(statistics, max_cpus);
	return done == size;
}
