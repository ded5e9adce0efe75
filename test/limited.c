/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Runs a test, or a part of one, so that it ends for sure and leaves nothing behind:
 *
 * limited [--cpu=SECONDS] [--idle=SECONDS] [--folder] COMMAND [ARGUMENT]...
 *
 * The command has all the time it needs while it makes progress. It is ended when it and
 * its descendants have used this much CPU time, or when for this long they have neither
 * used a noticeable amount nor written anything to standard output. Only time in which all of
 * its threads sleep is counted, not that in which one waits for a processor that others have,
 * or for a disk, so a busy machine ends no test, nor does it keep one that stands still from
 * being ended.
 * With --folder it has a folder for temporary files of its own, which is $TMPDIR.
 *
 * All processes of the command are gone when this ends, even in a session of their
 * own; and so is the folder. SIGINT, SIGTERM and SIGHUP end everything at once, and
 * SIGKILL nearly so. The exit status is the command's, 128 and the number of the signal by
 * which it was ended, or 124 if it was ended here.
 */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <getopt.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define DEFAULT_CPU 600.0
#define DEFAULT_IDLE 120.0
/* In any case. */
#define MOST_SECONDS (2 * 3600.0)

/* Each look reads much of /proc. Where the limit is short there are more. */
#define LOOK_SECONDS 1.0
#define LOOKS 8
/* Of one processor: a machine that waits only for its timers uses less. */
#define IDLE_SHARE 0.3
/* Time of use and sleep that is judged as one, as a part of the limit. */
#define SPAN_SHARE 0.125
/* For a command that was asked to end. */
#define GRACE_SECONDS 10.0

#define STATUS_ENDED 124
#define STATUS_USAGE 125

struct process {
	pid_t id, parent;
	bool is_ours;
};

/* All processes of the machine, of which those below this one are ours. */
struct tree {
	struct process *items;
	size_t count;
	/* Seconds of processors, of ours that are still there. */
	double used;
};

struct watch {
	double cpu_limit, idle_limit;
	pid_t child;
	int status;
	bool has_ended;
	/* What the child writes to, if it is passed on here; or -1. */
	int output;
	/* Bytes, until now and at the last check. */
	off_t written, last_written;
	double begin, last_look, pause;
	/* Seconds asleep since it last did something. */
	double used, idle;
	/* Of the last looks, without the time in which it waited for a processor. */
	double span_used, span_slept;
};

static volatile sig_atomic_t is_interrupted;

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec + time.tv_nsec / 1e9;
}

static void fail(const char *what)
{
	fprintf(stderr, "limited: %s: %s\n", what, strerror(errno));
	exit(STATUS_USAGE);
}

/* One line of a file in /proc; false if the process is gone. */
static bool read_line(const char *path, char *line, size_t size)
{
	FILE *file = fopen(path, "re");
	bool is_read = file && fgets(line, (int)size, file);

	if (file)
		fclose(file);
	return is_read;
}

/* proc_pid_stat(5): the name, which may have anything in it, ends with the last ")". */
static bool read_process(const char *name, struct process *process, double *used)
{
	unsigned long user, system;
	long child_user, child_system;
	char path[300], line[1024];
	const char *rest;
	int parent;

	snprintf(path, sizeof(path), "/proc/%s/stat", name);
	if (!read_line(path, line, sizeof(line)) || !(rest = strrchr(line, ')')))
		return false;
	if (sscanf(rest, ") %*c %d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu %ld %ld",
		   &parent, &user, &system, &child_user, &child_system) != 5)
		return false;
	*process = (struct process){ .id = atoi(name), .parent = parent };
	*used = (double)(user + system + child_user + child_system) / sysconf(_SC_CLK_TCK);
	return true;
}

static bool has_ours(const struct tree *tree, pid_t id)
{
	for (size_t i = 0; i < tree->count; i++)
		if (tree->items[i].id == id)
			return tree->items[i].is_ours;
	return false;
}

static void find_ours(struct tree *tree, const double *used)
{
	bool has_more = true;

	while (has_more) {
		has_more = false;
		for (size_t i = 0; i < tree->count; i++) {
			struct process *process = &tree->items[i];

			if (process->is_ours ||
			    (process->parent != getpid() && !has_ours(tree, process->parent)))
				continue;
			process->is_ours = has_more = true;
			tree->used += used[i];
		}
	}
}

static void read_tree(struct tree *tree)
{
	size_t size = 0;
	double *used = NULL;
	struct dirent *entry;
	DIR *folder = opendir("/proc");

	*tree = (struct tree){ .items = NULL };
	while (folder && (entry = readdir(folder))) {
		if (!isdigit((unsigned char)entry->d_name[0]))
			continue;
		if (tree->count == size) {
			size = size ? 2 * size : 256;
			tree->items = realloc(tree->items, size * sizeof(*tree->items));
			used = realloc(used, size * sizeof(*used));
			if (!tree->items || !used)
				abort();
		}
		tree->count += read_process(entry->d_name, &tree->items[tree->count],
					    &used[tree->count]);
	}
	if (folder)
		closedir(folder);
	find_ours(tree, used);
	free(used);
}

/*
 * True if one of the process's threads runs, or would if it had a processor (R), or what it
 * reads from a disk or has to write there (D).
 */
static bool is_awake(pid_t id)
{
	struct dirent *entry;
	char path[300], line[1024];
	bool is_found = false;
	DIR *folder;

	snprintf(path, sizeof(path), "/proc/%d/task", id);
	folder = opendir(path);
	while (folder && !is_found && (entry = readdir(folder))) {
		const char *rest;

		snprintf(path, sizeof(path), "/proc/%d/task/%.20s/stat", id, entry->d_name);
		if (entry->d_name[0] != '.' && read_line(path, line, sizeof(line)) &&
		    (rest = strrchr(line, ')')))
			is_found = !strncmp(rest, ") R", 3) || !strncmp(rest, ") D", 3);
	}
	if (folder)
		closedir(folder);
	return is_found;
}

static double used_by_ended(void)
{
	struct rusage usage;

	getrusage(RUSAGE_CHILDREN, &usage);
	return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
	       (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

static bool has_written(struct watch *watch)
{
	off_t before = watch->last_written;
	struct stat status;

	if (!fstat(STDOUT_FILENO, &status) && S_ISREG(status.st_mode))
		watch->written = status.st_size;
	watch->last_written = watch->written;
	return watch->written != before;
}

/*
 * Where others have the processors, it may use less of them than it would: then its use is
 * compared with the time that it slept.
 */
static void note_use(struct watch *watch, double passed, double used, bool has_awake)
{
	/* Between two looks this may have waited for a processor itself. */
	double slept = has_awake ? 0 : watch->pause, span;
	bool does_something = used >= IDLE_SHARE * passed;

	watch->idle += slept;
	watch->span_used += used;
	watch->span_slept += slept;
	span = watch->span_used + watch->span_slept;
	if (span >= SPAN_SHARE * watch->idle_limit) {
		does_something |= watch->span_used >= IDLE_SHARE * span;
		watch->span_used = watch->span_slept = 0;
	}
	if (has_written(watch) || does_something)
		watch->idle = watch->span_used = watch->span_slept = 0;
}

/* True if the command is to be ended. */
static bool is_over(struct watch *watch)
{
	double time = now(), passed = time - watch->last_look;
	double used;
	bool has_awake = false;
	struct tree tree;

	if (passed < watch->pause)
		return false;
	used = used_by_ended();
	read_tree(&tree);
	used += tree.used;
	for (size_t i = 0; i < tree.count && !has_awake; i++)
		has_awake = tree.items[i].is_ours && is_awake(tree.items[i].id);
	free(tree.items);
	note_use(watch, passed, used - watch->used, has_awake);
	watch->last_look = time;
	watch->used = used;
	return used >= watch->cpu_limit || watch->idle >= watch->idle_limit ||
	       time - watch->begin >= MOST_SECONDS;
}

static void reap(struct watch *watch)
{
	int status;
	pid_t id;

	while ((id = waitpid(-1, &status, WNOHANG)) > 0) {
		if (id != watch->child)
			continue;
		watch->has_ended = true;
		watch->status =
			WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
	}
}

static void close_output(struct watch *watch)
{
	close(watch->output);
	watch->output = -1;
}

/* Passes on what the child has written, and waits for more as long as @milliseconds. */
static bool pass_on(struct watch *watch, int milliseconds)
{
	struct pollfd input = { .fd = watch->output, .events = POLLIN };
	char buffer[65536];
	ssize_t count = 0;

	if (poll(&input, 1, milliseconds) > 0)
		count = read(watch->output, buffer, sizeof(buffer));
	if (input.revents && count <= 0)
		close_output(watch);
	for (ssize_t done = 0, part; done < count; done += part) {
		part = write(STDOUT_FILENO, buffer + done, (size_t)(count - done));
		if (part > 0)
			continue;
		/* Nobody reads it any more, and the child is to notice that. */
		close_output(watch);
		break;
	}
	watch->written += count > 0 ? count : 0;
	return count > 0;
}

static void say_why(const struct watch *watch)
{
	char reason[200];

	if (watch->idle >= watch->idle_limit)
		snprintf(reason, sizeof(reason), "nothing was done or written for %.0f s",
			 watch->idle);
	else
		snprintf(reason, sizeof(reason),
			 "not done after %.0f s of processor time, %.0f s", watch->used,
			 watch->last_look - watch->begin);
	/* TAP has a line for that. */
	if (watch->output >= 0)
		dprintf(STDOUT_FILENO, "Bail out! %s\n", reason);
	else
		dprintf(STDERR_FILENO, "# limited: %s\n", reason);
}

/* The command may write what it has. */
static void ask_to_end(struct watch *watch)
{
	double end = now() + GRACE_SECONDS;

	kill(watch->child, SIGTERM);
	while (!watch->has_ended && !is_interrupted && now() < end) {
		pass_on(watch, 20);
		reap(watch);
	}
}

static void run(struct watch *watch)
{
	bool is_ended = false;

	watch->begin = watch->last_look = now();
	watch->pause = watch->idle_limit / LOOKS;
	if (watch->pause > LOOK_SECONDS)
		watch->pause = LOOK_SECONDS;
	while (!watch->has_ended && !is_interrupted && !is_ended) {
		pass_on(watch, 20);
		reap(watch);
		is_ended = is_over(watch);
	}
	if (is_ended && !watch->has_ended) {
		say_why(watch);
		ask_to_end(watch);
		watch->status = STATUS_ENDED;
	}
	if (is_interrupted)
		watch->status = 128 + SIGTERM;
	/* All later output. */
	watch->child = 0;
}

/* Processes that start meanwhile are found the next time. */
static void end_all(struct watch *watch)
{
	while (true) {
		struct tree tree;
		size_t ended = 0;

		reap(watch);
		read_tree(&tree);
		for (size_t i = 0; i < tree.count; i++)
			if (tree.items[i].is_ours)
				ended += !kill(tree.items[i].id, SIGKILL);
		free(tree.items);
		if (!ended)
			return;
		usleep(2000);
	}
}

static int remove_entry(const char *path, const struct stat *status, int type,
			struct FTW *place)
{
	(void)status;
	(void)type;
	(void)place;
	remove(path);
	return 0;
}

static char *make_folder(void)
{
	const char *parent = getenv("TMPDIR");
	char *path;

	if (asprintf(&path, "%s/paracall-test-XXXXXX", parent && *parent ? parent : "/tmp") <
		    0 ||
	    !mkdtemp(path))
		fail("a temporary folder");
	setenv("TMPDIR", path, 1);
	return path;
}

/* Standard output is passed on where it can't be seen to grow, and has no errors of its own. */
static void start(struct watch *watch, char **command)
{
	struct stat status;
	int ends[2] = { -1, -1 };
	sigset_t none;

	if ((isatty(STDOUT_FILENO) ||
	     (!fstat(STDOUT_FILENO, &status) &&
	      (S_ISFIFO(status.st_mode) || S_ISSOCK(status.st_mode)))) &&
	    pipe2(ends, O_CLOEXEC))
		fail("a pipe");
	watch->output = ends[0];
	watch->child = fork();
	if (watch->child < 0)
		fail("fork");
	if (watch->child == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (ends[1] >= 0)
			dup2(ends[1], STDOUT_FILENO);
		signal(SIGPIPE, SIG_DFL);
		signal(SIGTERM, SIG_DFL);
		signal(SIGCHLD, SIG_DFL);
		sigemptyset(&none);
		sigprocmask(SIG_SETMASK, &none, NULL);
		execvp(command[0], command);
		fprintf(stderr, "limited: '%s' can't be run: %s\n", command[0],
			strerror(errno));
		_exit(errno == ENOENT ? 127 : 126);
	}
	close(ends[1]);
}

/* It ends a poll(). */
static void notice_child(int number)
{
	(void)number;
}

static void interrupt(int number)
{
	(void)number;
	is_interrupted = 1;
}

/* In a session of its own, which no SIGKILL to a process group reaches. */
static int keep(struct watch *watch, bool has_folder, char **command)
{
	struct sigaction action = { .sa_handler = notice_child };
	char *folder = NULL;

	setsid();
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	signal(SIGPIPE, SIG_IGN);
	sigaction(SIGCHLD, &action, NULL);
	if (has_folder)
		folder = make_folder();
	start(watch, command);
	run(watch);
	end_all(watch);
	while (watch->output >= 0 && pass_on(watch, 0))
		;
	if (folder)
		nftw(folder, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
	free(folder);
	return watch->status;
}

/* Passes signals on to the keeper, and ends as it does. */
static int wait_for(pid_t keeper, const sigset_t *signals)
{
	int number, status;

	while (true) {
		if (sigwait(signals, &number))
			continue;
		if (number != SIGCHLD)
			kill(keeper, SIGTERM);
		else if (waitpid(keeper, &status, WNOHANG) == keeper)
			return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
	}
}

static double seconds(const char *text)
{
	char *end;
	double value = strtod(text, &end);

	if (*end || !(value > 0)) {
		fprintf(stderr, "limited: '%s' is not a number of seconds\n", text);
		exit(STATUS_USAGE);
	}
	return value;
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "cpu", required_argument, NULL, 'c' },
		{ "idle", required_argument, NULL, 'i' },
		{ "folder", no_argument, NULL, 'f' },
		{ .name = NULL },
	};
	struct watch watch = { .cpu_limit = DEFAULT_CPU, .idle_limit = DEFAULT_IDLE };
	struct sigaction action = { .sa_handler = interrupt };
	bool has_folder = false;
	sigset_t signals, before;
	pid_t keeper;
	int code;

	while ((code = getopt_long(argc, argv, "+", options, NULL)) != -1) {
		if (code == 'c')
			watch.cpu_limit = seconds(optarg);
		else if (code == 'i')
			watch.idle_limit = seconds(optarg);
		else if (code == 'f')
			has_folder = true;
		else
			return STATUS_USAGE;
	}
	if (optind == argc) {
		fprintf(stderr, "limited: run what?\n");
		return STATUS_USAGE;
	}
	sigemptyset(&signals);
	for (const int *number = (const int[]){ SIGINT, SIGTERM, SIGHUP, SIGCHLD, 0 }; *number;
	     number++)
		sigaddset(&signals, *number);
	sigprocmask(SIG_BLOCK, &signals, &before);
	keeper = fork();
	if (keeper < 0)
		fail("fork");
	if (keeper == 0) {
		sigaction(SIGTERM, &action, NULL);
		sigprocmask(SIG_SETMASK, &before, NULL);
		_exit(keep(&watch, has_folder, argv + optind));
	}
	return wait_for(keeper, &signals);
}
