/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "child.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

#define ASK_SECONDS 10

static pid_t spawn_asked(char *const argv[], int output)
{
	posix_spawn_file_actions_t actions;
	pid_t child;
	int error;

	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
	posix_spawn_file_actions_adddup2(&actions, output, STDERR_FILENO);
	error = posix_spawnp(&child, argv[0], &actions, NULL, argv, environ);
	posix_spawn_file_actions_destroy(&actions);
	return error ? -1 : child;
}

/* Read until the end, @size - 1 bytes, or the time is over; true at the end. */
static bool read_answer(int input, char *answer, size_t size)
{
	struct pollfd poll_input = { .fd = input, .events = POLLIN };
	time_t end = time(NULL) + ASK_SECONDS;
	size_t length = 0;
	ssize_t count = 1;

	while (count > 0 && length < size - 1 && time(NULL) <= end) {
		if (poll(&poll_input, 1, 1000) <= 0)
			continue;
		count = read(input, answer + length, size - 1 - length);
		if (count > 0)
			length += count;
	}
	answer[length] = '\0';
	return count <= 0 || length == size - 1;
}

int child_ask(char *const argv[], char *answer, size_t size)
{
	int ends[2];
	bool complete = false;
	pid_t child;

	if (pipe2(ends, O_CLOEXEC))
		return -1;
	child = spawn_asked(argv, ends[1]);
	close(ends[1]);
	if (child > 0) {
		complete = read_answer(ends[0], answer, size);
		kill(child, SIGKILL);
		waitpid(child, NULL, 0);
	}
	close(ends[0]);
	return complete ? 0 : -1;
}

static volatile pid_t running_child;

static void pass_on(int signal)
{
	if (running_child > 0)
		kill(running_child, signal);
}

static void exec_child(char *const argv[], int report, const sigset_t *mask)
{
	signal(SIGINT, SIG_DFL);
	signal(SIGQUIT, SIG_DFL);
	sigprocmask(SIG_SETMASK, mask, NULL);
	/* A machine nobody waits for any more should not go on. */
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	execv(argv[0], argv);
	if (write(report, &errno, sizeof(errno)) < 0)
		_exit(126);
	_exit(127);
}

/* The child's errno if its program couldn't be started, else 0. */
static int exec_error(int input)
{
	int error = 0;
	ssize_t count;

	do {
		count = read(input, &error, sizeof(error));
	} while (count < 0 && errno == EINTR);
	return count == sizeof(error) ? error : 0;
}

static int wait_for(pid_t child)
{
	int status;

	while (waitpid(child, &status, 0) < 0)
		if (errno != EINTR)
			return -1;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static void take_signals(sigset_t *mask)
{
	struct sigaction pass = { .sa_handler = pass_on };
	sigset_t blocked;

	/* The terminal sends these two to the child as well. */
	signal(SIGINT, SIG_IGN);
	signal(SIGQUIT, SIG_IGN);
	sigaction(SIGTERM, &pass, NULL);
	sigaction(SIGHUP, &pass, NULL);
	/* Held back until there is somebody to pass them on to. */
	sigemptyset(&blocked);
	sigaddset(&blocked, SIGTERM);
	sigaddset(&blocked, SIGHUP);
	sigprocmask(SIG_BLOCK, &blocked, mask);
}

int child_run(char *const argv[])
{
	sigset_t mask;
	int ends[2];
	int status;
	int error;

	if (pipe2(ends, O_CLOEXEC))
		return -1;
	take_signals(&mask);
	running_child = fork();
	if (!running_child)
		exec_child(argv, ends[1], &mask);
	error = running_child < 0 ? errno : 0;
	sigprocmask(SIG_SETMASK, &mask, NULL);
	close(ends[1]);
	if (!error)
		error = exec_error(ends[0]);
	close(ends[0]);
	status = running_child > 0 ? wait_for(running_child) : -1;
	if (!error)
		return status;
	errno = error;
	return -1;
}
