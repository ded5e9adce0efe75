/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reading a recording: the folder that 'paracall run --record' wrote, in any
 * state; or the text of a real host's trace, see host_trace.h. What is readable
 * is read; what is broken or missing is reported in one sentence, and never ends
 * the program.
 */
#ifndef PARACALL_REPORT_RECORDING_H
#define PARACALL_REPORT_RECORDING_H

#include "event.h"

struct recording;

struct recording_info {
	/* Of the Paracall that wrote it. */
	char version[32];
	/* One of them; 0 if this version does not know it. */
	enum paracall_architecture architecture;
	/* When time was 0: nanoseconds since 1970. */
	uint64_t began;
	/* The command that ran the guest, cut if it is very long. */
	char command[1024];
	/* vCPUs that there are streams of, and the largest number among them plus 1. */
	uint32_t streams;
	uint32_t cpus;
	/* It is a host's trace, which does not have results of calls, nor durations. */
	bool is_host_trace;
};

/*
 * @path may be "-" for standard input, with a host's trace.
 * NULL if it can't be read at all; then @error is a sentence for the user,
 * without a full stop, and names the file.
 */
struct recording *recording_open(const char *path, char *error, size_t error_size);
/* @recording may be NULL. */
void recording_close(struct recording *recording);

const struct recording_info *recording_info(const struct recording *recording);
/* All that the recording can have, used or not. */
const struct event_classes *recording_classes(const struct recording *recording);

/*
 * The next event in order of time, all vCPUs together; false at the end. Each is
 * whole: continuations are in it. Its pointers hold until the recording is closed.
 */
bool recording_next(struct recording *recording, struct event *event);
/* Begin again. */
void recording_rewind(struct recording *recording);

/* Events that were dropped, as far as has been read. */
uint64_t recording_lost(const struct recording *recording);
/*
 * A sentence about what is wrong with what has been read so far, for instance
 * that a file ends early; NULL if nothing is. The recording's.
 */
const char *recording_problem(const struct recording *recording);

#endif /* PARACALL_REPORT_RECORDING_H */
