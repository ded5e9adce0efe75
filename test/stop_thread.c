/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Runs a command that ends in a QEMU, passes on its output, and does what the guest
 * requests (guest/x86/stopped.c): "# host: stop CPU n" stops the thread of that vCPU alone,
 * "# host: go on" lets it run again. Each is answered by a character on standard input.
 *
 * The exit status is the command's; 77 if threads of its children can't be stopped here.
 * QEMU needs -name x,debug-threads=on, by which its threads have names.
 */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#define STATUS_USAGE 125
#define STATUS_SKIPPED 77

static _Noreturn void fail(const char *what)
{
	fprintf(stderr, "stop_thread: %s: %s\n", what, strerror(errno));
	exit(STATUS_USAGE);
}

static bool read_first_line(const char *path, char *line, size_t size)
{
	FILE *file = fopen(path, "r");
	bool good = file && fgets(line, (int)size, file);

	if (file)
		fclose(file);
	return good;
}

/* The session of a process, or -1: the sixth field, after a name in brackets. */
static pid_t session_of(const char *process)
{
	char path[300], line[1024];
	const char *rest;
	int session;

	snprintf(path, sizeof(path), "/proc/%.20s/stat", process);
	if (!read_first_line(path, line, sizeof(line)))
		return -1;
	rest = strrchr(line, ')');
	return rest && sscanf(rest + 1, " %*c %*d %*d %d", &session) == 1 ? session : -1;
}

/* The thread of that name in the process, or 0. */
static pid_t thread_in(const char *process, const char *name)
{
	char path[300], line[64];
	struct dirent *entry;
	pid_t found = 0;
	DIR *folder;

	snprintf(path, sizeof(path), "/proc/%.20s/task", process);
	folder = opendir(path);
	while (folder && !found && (entry = readdir(folder))) {
		snprintf(path, sizeof(path), "/proc/%.20s/task/%.20s/comm", process,
			 entry->d_name);
		if (entry->d_name[0] != '.' && read_first_line(path, line, sizeof(line)) &&
		    !strncmp(line, name, strlen(name)))
			found = atoi(entry->d_name);
	}
	if (folder)
		closedir(folder);
	return found;
}

/* Among all that the command has started: they are of its session. */
static pid_t find_thread(pid_t session, const char *name)
{
	struct dirent *entry;
	pid_t found = 0;
	DIR *folder = opendir("/proc");

	while (folder && !found && (entry = readdir(folder)))
		if (isdigit((unsigned char)entry->d_name[0]) &&
		    session_of(entry->d_name) == session)
			found = thread_in(entry->d_name, name);
	if (folder)
		closedir(folder);
	return found;
}

/* If a thread is traced, only that one stops. */
static void stop(pid_t thread)
{
	int status;

	if (ptrace(PTRACE_SEIZE, thread, NULL, NULL)) {
		if (errno != EPERM)
			fail("the thread");
		fprintf(stderr, "stop_thread: threads of children can't be traced here\n");
		exit(STATUS_SKIPPED);
	}
	if (ptrace(PTRACE_INTERRUPT, thread, NULL, NULL) ||
	    waitpid(thread, &status, __WALL) != thread || !WIFSTOPPED(status))
		fail("stopping the thread");
}

/* The thread that is stopped, or 0. */
static pid_t stopped;

static void obey(const char *line, pid_t session, int answers)
{
	unsigned int number;
	char name[32];

	if (sscanf(line, "# host: stop CPU %u", &number) == 1) {
		snprintf(name, sizeof(name), "CPU %u/", number);
		stopped = find_thread(session, name);
		errno = ESRCH;
		if (!stopped)
			fail(name);
		stop(stopped);
	} else if (!strncmp(line, "# host: go on", 13)) {
		if (ptrace(PTRACE_DETACH, stopped, NULL, NULL))
			fail("letting the thread go on");
		stopped = 0;
	} else {
		return;
	}
	if (write(answers, "y", 1) != 1)
		fail("answering");
}

/* With its own two ends. */
static pid_t start(char **command, int input, int output)
{
	pid_t child = fork();

	if (child < 0)
		fail("fork");
	if (child)
		return child;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	setsid();
	dup2(input, STDIN_FILENO);
	dup2(output, STDOUT_FILENO);
	execvp(command[0], command);
	fail(command[0]);
}

int main(int argc, char **argv)
{
	int questions[2], answers[2], status;
	char line[1024];
	pid_t child;
	FILE *file;

	if (argc < 2) {
		fprintf(stderr, "stop_thread: run what?\n");
		return STATUS_USAGE;
	}
	if (pipe2(questions, O_CLOEXEC) || pipe2(answers, O_CLOEXEC))
		fail("a pipe");
	child = start(argv + 1, answers[0], questions[1]);
	close(questions[1]);
	close(answers[0]);
	file = fdopen(questions[0], "r");
	if (!file)
		fail("a pipe");
	while (fgets(line, sizeof(line), file)) {
		fputs(line, stdout);
		fflush(stdout);
		obey(line, child, answers[1]);
	}
	if (waitpid(child, &status, 0) != child)
		fail("waiting");
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
