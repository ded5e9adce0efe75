/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "watch.h"

#include "../seen.h"
#include "summary.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

struct watch {
	const struct run_options *options;
	int report;
	struct trace *trace;
	char *const *command;
	/* QEMU has the end for writing, whatever processes it becomes: see wait_for_end(). */
	int alive;
	/* A byte there says that all files are open. */
	int ready;
	int summary;
};

/* A tool may start many guests: called as QEMU each adds its own to the file. */
bool watch_open_summary(const struct run_options *options, int *summary)
{
	int how = options->is_drop_in ? O_APPEND : O_TRUNC;

	*summary = -1;
	if (!options->summary)
		return true;
	*summary = open(options->summary, O_WRONLY | O_CREAT | how, 0666);
	if (*summary < 0)
		complain("the summary can't be written to '%s': %s", options->summary,
			 strerror(errno));
	return *summary >= 0;
}

/* What else the tool has open may be waited for to be closed: pipes, locks. */
static void close_others(const struct watch *watch)
{
	const int ours[] = { STDERR_FILENO, watch->alive,   watch->ready,
			     watch->report, watch->summary, watch->trace->memory };
	DIR *files = opendir("/proc/self/fd");
	struct dirent *entry;

	while (files && (entry = readdir(files))) {
		char *end;
		int file = (int)strtol(entry->d_name, &end, 10);
		bool is_ours = *end || file == dirfd(files);

		for (size_t i = 0; i < sizeof(ours) / sizeof(ours[0]); i++)
			is_ours = is_ours || file == ours[i];
		if (!is_ours)
			close(file);
	}
	if (files)
		closedir(files);
}

static void wait_for_end(int alive)
{
	char byte;
	ssize_t count;

	do {
		count = read(alive, &byte, 1);
	} while (count > 0 || (count < 0 && errno == EINTR));
}

/* QEMU's plugin did not. At once, so that those of several guests don't mix. */
static void write_summary(const struct watch *watch)
{
	char *text = NULL;
	size_t size = 0;
	bool is_needed = watch->summary >= 0 && !run_has_finished(watch->report);
	FILE *output = is_needed ? open_memstream(&text, &size) : NULL;
	size_t done = 0;
	ssize_t count = 0;

	if (!output)
		return;
	run_print_summary(output, watch->options, watch->report);
	fclose(output);
	for (; done < size && count >= 0; done += count > 0 ? count : 0)
		count = write(watch->summary, text + done, size - done);
	free(text);
}

static void complain_of_process(void)
{
	complain("no process to wait for QEMU's end: %s", strerror(errno));
}

static void __attribute__((noreturn)) watch_qemu(struct watch *watch)
{
	prctl(PR_SET_NAME, WATCH_NAME);
	signal(SIGPIPE, SIG_IGN);
	close_others(watch);
	leave_standard_file(STDIN_FILENO);
	leave_standard_file(STDOUT_FILENO);
	watch->trace->is_detached = true;
	if (!trace_start(watch->trace, &watch->options->trace, watch->command))
		_exit(EXIT_REFUSED);
	if (chdir("/")) {
		complain_of_process();
		_exit(EXIT_REFUSED);
	}
	leave_standard_file(STDERR_FILENO);
	if (write(watch->ready, "", 1) != 1)
		_exit(EXIT_REFUSED);
	close(watch->ready);
	wait_for_end(watch->alive);
	trace_stop(watch->trace);
	write_summary(watch);
	_exit(EXIT_OK);
}

/* The tool's, and QEMU's, children are their own: nobody's is this one. */
static void start(struct watch *watch)
{
	pid_t child = fork();

	if (!child) {
		setsid();
		child = fork();
		if (!child)
			watch_qemu(watch);
		if (child < 0)
			complain_of_process();
		_exit(child < 0 ? EXIT_FAILURE : EXIT_SUCCESS);
	}
	if (child < 0)
		complain_of_process();
	while (child > 0 && waitpid(child, NULL, 0) < 0 && errno == EINTR)
		;
}

bool watch_start(const struct run_options *options, int report, int summary,
		 struct trace *trace, char *const command[])
{
	struct watch watch = { .options = options,
			       .report = report,
			       .summary = summary,
			       .trace = trace,
			       .command = command };
	int alive[2];
	int ready[2];
	bool is_good;

	if (summary < 0 && trace->memory < 0)
		return true;
	if (pipe2(alive, O_CLOEXEC)) {
		complain_of_process();
		return false;
	}
	if (pipe2(ready, O_CLOEXEC)) {
		complain_of_process();
		close(alive[0]);
		close(alive[1]);
		return false;
	}
	watch.alive = alive[0];
	watch.ready = ready[1];
	start(&watch);
	close(alive[0]);
	close(ready[1]);
	is_good = wait_for_byte(ready[0]);
	close(ready[0]);
	/* For QEMU, and so open until all of its processes have ended. */
	if (is_good && fcntl(alive[1], F_SETFD, 0)) {
		complain_of_process();
		is_good = false;
	}
	if (!is_good)
		close(alive[1]);
	return is_good;
}

void watch_exec(char *const argv[])
{
	char **environment = must(seen_environment(argv[0]));

	fflush(NULL);
	execve(argv[0], argv, environment);
	complain("'%s' can't be run: %s", argv[0], strerror(errno));
}
