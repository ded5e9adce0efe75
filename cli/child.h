/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Other programs: run for their output, or in our place. */
#ifndef PARACALL_CLI_CHILD_H
#define PARACALL_CLI_CHILD_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/*
 * Run a program and read what it prints, both streams, up to @size - 1 bytes.
 * It has ten seconds. Returns 0 if it could be started and ended in time.
 */
int child_ask(char *const argv[], char *answer, size_t size);

struct child_output {
	/* What it printed, with a 0 behind; the caller's to free. */
	char *text;
	size_t length;
	/* As of child_run(). */
	int status;
	/* It did not finish in time, or printed too much, and was ended. */
	bool is_late;
};

/*
 * The same with time and size in the caller's hands; returns 0 if the program
 * could be started, however it ended.
 */
int child_capture(char *const argv[], unsigned int seconds, size_t size,
		  struct child_output *output);

/*
 * End what child_capture() runs, in all threads: it then says that it was late, and
 * so does each one after that. For a signal's handler.
 */
void child_stop(void);
bool child_is_stopped(void);

/*
 * Run a program on our terminal, with our standard streams, until it ends.
 * Signals from the terminal are left to it; those sent to us are passed on.
 * Returns its exit status, or 128 + the signal that ended it, or -1 with errno
 * set if it couldn't be started.
 *
 * A second signal to end, or one after the program's end, is for what is still to be
 * done then: see the next two. Until child_leave_signals() none of them ends us.
 */
int child_run(char *const argv[]);

/* The child that then gets SIGUSR1, 0: none. Before it is waited for none is named. */
void child_hurries(pid_t process);
/* Whether such a signal has come. */
bool child_is_hurried(void);
/* From now on signals do as they did. */
void child_leave_signals(void);

#endif /* PARACALL_CLI_CHILD_H */
