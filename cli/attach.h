/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The counters of guests that run now, in other processes of the same user. */
#ifndef PARACALL_CLI_ATTACH_H
#define PARACALL_CLI_ATTACH_H

#include <paracall/statistics.h>
#include <stdbool.h>
#include <sys/types.h>

/* A guest, found by the file in memory that 'paracall run' keeps its counters in. */
struct guest {
	/* 'paracall run', or another process that has the file. */
	pid_t pid;
	pid_t parent;
	ino_t inode;
};

struct guests {
	struct guest *items;
	size_t count;
};

/* All of this user's; one item for each guest. */
void guests_find(struct guests *guests);
void guests_free(struct guests *guests);

/* A process's command line, what can't be printed as '?'; the caller's to free. */
char *guest_command(pid_t pid);

struct attachment {
	pid_t pid;
	int file;
	/* Readable when the process has ended. */
	int process;
	uint32_t max_cpus;
};

/* Complains and returns false if there are no counters to be read. */
bool attach(struct attachment *attachment, pid_t pid);
void detach(struct attachment *attachment);

/* A buffer for attachment_read(), of zeros; the caller's to free. */
struct paracall_statistics *attachment_buffer(const struct attachment *attachment);

/* What the counters are now; false if the file has gone bad. */
bool attachment_read(const struct attachment *attachment,
		     struct paracall_statistics *statistics);

/* The process has ended, or ends within so many milliseconds. */
bool attachment_wait_end(const struct attachment *attachment, int milliseconds);

#endif /* PARACALL_CLI_ATTACH_H */
