/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A separate process reads the trace. Whatever happens to it, or to the files
 * that it writes, QEMU and this process continue.
 */
#include "trace.h"

#include "../engine/qemu/ticks.h"
#include "../report/recorder.h"
#include "child.h"
#include "cli.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

/* What goes into the rings. A recording has everything. */
static uint64_t wanted_kinds(const struct trace_options *options)
{
	/* For symbols, and those who read a recording with symbols. */
	uint64_t kinds = UINT64_C(1) << PARACALL_EVENT_KERNEL_ENTRY |
			 UINT64_C(1) << PARACALL_EVENT_MORE |
			 UINT64_C(1) << PARACALL_EVENT_OUTPUT;

	if (options->record || !options->filter)
		return UINT64_MAX;
	return kinds | filter_kinds(options->filter, &options->classes);
}

bool trace_prepare(struct trace *trace, const struct trace_options *options)
{
	struct paracall_trace header = {
		.magic = PARACALL_TRACE_MAGIC,
		.version = PARACALL_TRACE_VERSION,
		.flags = (options->drops ? PARACALL_TRACE_DROP : 0) |
			 (options->traces ? PARACALL_TRACE_TIME_ALL : 0) |
			 (options->is_ftrace ? PARACALL_TRACE_WHOLE_CALLS : 0),
		.clock = host_ticks_are_steady() ? PARACALL_TRACE_TICKS
						 : PARACALL_TRACE_NANOSECONDS,
		.kinds = wanted_kinds(options),
		.table = paracall_table_id(),
	};

	*trace = (struct trace){ .memory = -1, .end = -1, .record = options->record };
	if (!trace_is_wanted(options))
		return true;
	trace->memory = memfd_create("paracall-trace", MFD_ALLOW_SEALING);
	/* So that the reader can't lose it; the plugin makes it larger. */
	if (trace->memory >= 0 &&
	    pwrite(trace->memory, &header, sizeof(header), 0) == sizeof(header) &&
	    !fcntl(trace->memory, F_ADD_SEALS, F_SEAL_SHRINK))
		return true;
	complain("no memory for the trace: %s", strerror(errno));
	return false;
}

static char *join(char *const words[])
{
	char *text = format_string("%s", words[0]);

	for (size_t i = 1; words[i]; i++) {
		char *longer = format_string("%s %s", text, words[i]);

		free(text);
		text = longer;
	}
	return text;
}

/* Opens what the reader needs, so that mistakes are seen before QEMU runs. */
static bool open_files(struct trace_job *job)
{
	const struct trace_options *options = job->options;
	const char *wrong;
	char error[512];

	if (options->symbols) {
		job->symbols = symbols_open(options->symbols, error, sizeof(error));
		if (!job->symbols) {
			complain("--symbols: %s", error);
			return false;
		}
	}
	job->output = options->output ? open(options->output,
					     O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666)
				      : STDERR_FILENO;
	if (job->output < 0) {
		complain("the trace can't be written to '%s': %s", options->output,
			 strerror(errno));
		return false;
	}
	/* Last, since it removes the recording that is there. */
	if (!options->record)
		return true;
	job->folder = recorder_prepare(options->record, &wrong);
	if (job->folder < 0)
		complain("--record=%s: %s", options->record, wrong);
	return job->folder >= 0;
}

static void close_files(const struct trace_job *job)
{
	if (job->options->output && job->output >= 0)
		close(job->output);
	if (job->folder >= 0)
		close(job->folder);
	symbols_close(job->symbols);
}

static pid_t fork_reader(struct trace_job *job, const int begun[2], const int end[2])
{
	pid_t reader = fork();

	if (reader)
		return reader;
	close(begun[0]);
	close(end[1]);
	job->begun = begun[1];
	job->end = end[0];
	/* Whoever waits for its end would wait for this process, too. */
	if (job->is_detached)
		leave_standard_file(STDERR_FILENO);
	trace_read(job);
	/* Nothing that the parent registered for its own end. */
	_exit(0);
}

static bool start_reader(struct trace *trace, struct trace_job *job)
{
	int begun[2];
	int end[2];
	bool is_good;

	if (pipe2(begun, O_CLOEXEC))
		return false;
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, end)) {
		close(begun[0]);
		close(begun[1]);
		return false;
	}
	trace->reader = fork_reader(job, begun, end);
	close(begun[1]);
	close(end[0]);
	trace->end = end[1];
	is_good = trace->reader > 0 && wait_for_byte(begun[0]);
	if (is_good)
		child_hurries(trace->reader);
	close(begun[0]);
	return is_good;
}

bool trace_start(struct trace *trace, const struct trace_options *options,
		 char *const command[])
{
	struct trace_job job = {
		.options = options,
		.memory = trace->memory,
		.output = -1,
		.folder = -1,
		.is_detached = trace->is_detached,
	};
	bool is_good;

	if (trace->memory < 0)
		return true;
	is_good = open_files(&job);
	if (is_good) {
		job.command = join(command);
		is_good = start_reader(trace, &job);
		if (!is_good)
			complain("no process for the trace: %s", strerror(errno));
		free(job.command);
	}
	close_files(&job);
	return is_good;
}

/* Its time to end after it was asked to end at once, and again after it was killed. */
#define HURRY_MS 3000
#define KILL_MS 1000

/* True if it has ended, before @milliseconds are over if that is not -1. */
static bool wait_end(const struct trace *trace, int milliseconds)
{
	/* Its end of the socket is closed when it is gone; it never writes there. */
	struct pollfd input = { .fd = trace->end, .events = POLLIN };

	return poll(&input, 1, milliseconds) > 0;
}

/* False if it does not even end when it is killed: its disk holds it. */
static bool end_reader(const struct trace *trace)
{
	while (!child_is_hurried())
		if (wait_end(trace, 100))
			return true;
	kill(trace->reader, SIGUSR1);
	if (wait_end(trace, HURRY_MS))
		return true;
	kill(trace->reader, SIGKILL);
	return wait_end(trace, KILL_MS);
}

static void wait_for_reader(struct trace *trace)
{
	int status = 0;
	bool has_ended;

	/* Any byte: this is the regular end. It may know that already. */
	if (send(trace->end, "", 1, MSG_NOSIGNAL) < 0 && errno != EPIPE)
		complain("cannot notify the trace's reader of the end: %s", strerror(errno));
	has_ended = end_reader(trace);
	/* Later messages may have to wait, too. */
	child_leave_signals();
	close(trace->end);
	child_hurries(0);
	while (has_ended && waitpid(trace->reader, &status, 0) < 0 && errno == EINTR)
		;
	if (!has_ended)
		complain("the trace's reader, process %d, does not end; it is left behind",
			 trace->reader);
	if (!WIFSIGNALED(status))
		return;
	if (trace->record)
		complain(
			"the process that recorded was killed by signal %d: '%s' has only what was written up to then",
			WTERMSIG(status), trace->record);
	else
		complain(
			"the process that traced was killed by signal %d, and the trace with it",
			WTERMSIG(status));
}

void trace_stop(struct trace *trace)
{
	if (trace->reader > 0)
		wait_for_reader(trace);
	if (trace->memory >= 0)
		close(trace->memory);
	trace->memory = -1;
	trace->reader = 0;
}
