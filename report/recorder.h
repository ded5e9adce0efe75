/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Writing a recording, which is a trace in the Common Trace Format 1.8: a
 * folder of one file "metadata" and one stream of events for each vCPU.
 */
#ifndef PARACALL_REPORT_RECORDER_H
#define PARACALL_REPORT_RECORDER_H

#include "event.h"

struct recorder;

struct recorder_options {
	enum paracall_architecture architecture;
	/* When time was 0: nanoseconds since 1970. */
	uint64_t began;
	/* For people; may be NULL. */
	const char *command;
};

/*
 * Make the folder, or empty it if it has a recording. Returns a file descriptor of the
 * folder, which nobody else can prepare until it is closed; or -1 and in @wrong what is
 * wrong with it, a fragment of a sentence.
 */
int recorder_prepare(const char *path, const char **wrong);

/*
 * Begins to write into the folder, which is the recorder's from now on; NULL with errno
 * set if that fails.
 */
struct recorder *recorder_new(int folder, const struct recorder_options *options);

/*
 * Add an event of that vCPU; its time and duration are nanoseconds. Times of a
 * vCPU that go backwards are corrected. False with errno set if it can't be
 * written: then all that was written before is whole, and nothing more is to be
 * added.
 */
bool recorder_add(struct recorder *recorder, uint32_t cpu, const struct paracall_event *event);
/* Write all that was added so far. */
bool recorder_flush(struct recorder *recorder);
/* Flushes, and frees. @recorder may be NULL. */
bool recorder_finish(struct recorder *recorder);

#endif /* PARACALL_REPORT_RECORDER_H */
