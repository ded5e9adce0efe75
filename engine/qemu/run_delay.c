/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "run_delay.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

struct schedstat {
	uint64_t run_time;
	uint64_t run_delay;
	uint64_t time_slices;
};

/* Documentation/scheduler/sched-stats.rst, "/proc/<pid>/schedstat". */
static bool read_schedstat(int file, struct schedstat *schedstat)
{
	char text[96];
	ssize_t length = pread(file, text, sizeof(text) - 1, 0);

	if (length <= 0)
		return false;
	text[length] = '\0';
	/* The kernel's numbers are none too large. NOLINTNEXTLINE(cert-err34-c) */
	return sscanf(text, "%" SCNu64 " %" SCNu64 " %" SCNu64, &schedstat->run_time,
		      &schedstat->run_delay, &schedstat->time_slices) == 3;
}

int run_delay_open(void)
{
	return open("/proc/thread-self/schedstat", O_RDONLY | O_CLOEXEC);
}

/* A kernel that does not count it has zeros there. */
bool run_delay_is_known(void)
{
	struct schedstat schedstat;
	int file = run_delay_open();
	bool is_known;

	if (file < 0)
		return false;
	is_known = read_schedstat(file, &schedstat) &&
		   (schedstat.run_time || schedstat.run_delay || schedstat.time_slices);
	close(file);
	return is_known;
}

uint64_t run_delay_read(int file)
{
	struct schedstat schedstat;

	return file >= 0 && read_schedstat(file, &schedstat) ? schedstat.run_delay : 0;
}
