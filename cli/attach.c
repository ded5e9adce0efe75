/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * 'paracall run' and its QEMU keep the file with the counters open. It has no
 * name in any folder, but its users are found in /proc, which the kernel opens
 * for processes of the same user only.
 */
#include "attach.h"

#include "cli.h"
#include "counters.h"
#include "run/watch.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <paracall/paracall.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/stat.h>
#include <unistd.h>

/* What the kernel makes of memfd_create("paracall-report"). */
static const char report_link[] = "/memfd:paracall-report (deleted)";

/* A guest that has just been started gets this long to load the plugin. */
#define START_MILLISECONDS 5000

static bool is_report_link(int folder, const char *name)
{
	char link[sizeof(report_link) + 1];
	ssize_t length = readlinkat(folder, name, link, sizeof(link));

	return length == sizeof(report_link) - 1 && !memcmp(link, report_link, length);
}

/* It may be another file by now: nothing that opening could wait for or change. */
static int open_report_at(int folder, const char *name, struct stat *status)
{
	int file = openat(folder, name, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);

	if (file < 0)
		return -1;
	if (!fstat(file, status) && S_ISREG(status->st_mode))
		return file;
	close(file);
	return -1;
}

/* The process's file with the counters; -1 with errno, ENOENT if it has none. */
static int open_report(pid_t pid, struct stat *status)
{
	char *path = format_string("/proc/%d/fd", pid);
	DIR *files = opendir(path);
	int error = files ? ENOENT : errno;
	struct dirent *entry;
	int file = -1;

	free(path);
	while (files && file < 0 && (entry = readdir(files)))
		if (is_report_link(dirfd(files), entry->d_name))
			file = open_report_at(dirfd(files), entry->d_name, status);
	if (files)
		closedir(files);
	errno = error;
	return file;
}

/* The field after the name, which is in brackets and may be anything. */
static pid_t parent_of(pid_t pid)
{
	/* Between the name, which may have anything in it, and the number. */
	static const char state[] = ") S ";
	char *path = format_string("/proc/%d/stat", pid);
	FILE *input = fopen(path, "re");
	char line[512];
	size_t length = 0;
	char *name_end;

	free(path);
	if (input) {
		length = fread(line, 1, sizeof(line) - 1, input);
		fclose(input);
	}
	line[length] = '\0';
	name_end = strrchr(line, ')');
	if (!name_end || strlen(name_end) < strlen(state))
		return 0;
	return strtol(name_end + strlen(state), NULL, 10);
}

/* Of the processes that have the same file, the one that started the others. */
static void add_guest(struct guests *guests, const struct guest *guest)
{
	for (size_t i = 0; i < guests->count; i++) {
		if (guests->items[i].inode != guest->inode)
			continue;
		if (guests->items[i].parent == guest->pid)
			guests->items[i] = *guest;
		return;
	}
	guests->items =
		must(realloc(guests->items, (guests->count + 1) * sizeof(*guests->items)));
	guests->items[guests->count++] = *guest;
}

/* It has the file, too, for when QEMU has ended. */
static bool is_watch(pid_t pid)
{
	char *path = format_string("/proc/%d/comm", pid);
	size_t size;
	char *name = read_file(path, &size);
	bool is_one = name && !strcmp(name, WATCH_NAME "\n");

	free(path);
	free(name);
	return is_one;
}

static bool is_own_process(int processes, const char *name)
{
	struct stat status;

	return isdigit((unsigned char)*name) && !fstatat(processes, name, &status, 0) &&
	       status.st_uid == geteuid();
}

void guests_find(struct guests *guests)
{
	DIR *processes = opendir("/proc");
	struct dirent *entry;

	*guests = (struct guests){ .items = NULL };
	while (processes && (entry = readdir(processes))) {
		struct stat status;
		struct guest guest;
		int file;

		if (!is_own_process(dirfd(processes), entry->d_name))
			continue;
		guest.pid = strtol(entry->d_name, NULL, 10);
		file = open_report(guest.pid, &status);
		if (file < 0)
			continue;
		close(file);
		if (is_watch(guest.pid))
			continue;
		guest.inode = status.st_ino;
		guest.parent = parent_of(guest.pid);
		add_guest(guests, &guest);
	}
	if (processes)
		closedir(processes);
}

void guests_free(struct guests *guests)
{
	free(guests->items);
}

char *guest_command(pid_t pid)
{
	char *path = format_string("/proc/%d/cmdline", pid);
	FILE *input = fopen(path, "re");
	char line[256];
	size_t length = 0;

	free(path);
	if (input) {
		length = fread(line, 1, sizeof(line) - 1, input);
		fclose(input);
	}
	while (length && !line[length - 1])
		length--;
	for (size_t i = 0; i < length; i++) {
		if (!line[i])
			line[i] = ' ';
		else if (line[i] < ' ' || line[i] > '~')
			line[i] = '?';
	}
	return format_string("%.*s", (int)length, line);
}

static void complain_of(int error, pid_t pid)
{
	switch (error) {
	case ESRCH:
		complain("there is no process %d", pid);
		break;
	case EAGAIN:
		complain("the guest of process %d has not started; try again later", pid);
		break;
	case EPROTO:
		complain(
			"process %d runs a guest with another version of Paracall: use that version's 'paracall top'",
			pid);
		break;
	case EACCES:
	case EPERM:
		complain(
			"process %d belongs to another user: only that user can read its counters",
			pid);
		break;
	case ENOENT:
		complain(
			"process %d is not a guest of 'paracall run'; 'paracall top' finds them",
			pid);
		break;
	default:
		complain("the counters of process %d can't be read: %s", pid, strerror(error));
	}
}

static int try_attach(struct attachment *attachment, pid_t pid)
{
	struct stat status;
	int waited = 0;
	int error;

	attachment->process = pidfd_open(pid, 0);
	/* No process has such a number; or it is that of a thread. */
	if (attachment->process < 0)
		return errno == EINVAL ? ESRCH : errno;
	attachment->file = open_report(pid, &status);
	if (attachment->file < 0)
		return errno;
	/* If it has ended, the file may belong to another process with the same number. */
	if (attachment_wait_end(attachment, 0))
		return ESRCH;
	while ((error = counters_check(attachment->file, &attachment->max_cpus)) == EAGAIN &&
	       waited < START_MILLISECONDS && !attachment_wait_end(attachment, 50))
		waited += 50;
	return error;
}

bool attach(struct attachment *attachment, pid_t pid)
{
	int error;

	*attachment = (struct attachment){ .pid = pid, .file = -1, .process = -1 };
	error = try_attach(attachment, pid);
	if (!error)
		return true;
	detach(attachment);
	complain_of(error, pid);
	return false;
}

void detach(struct attachment *attachment)
{
	if (attachment->file >= 0)
		close(attachment->file);
	if (attachment->process >= 0)
		close(attachment->process);
}

struct paracall_statistics *attachment_buffer(const struct attachment *attachment)
{
	return counters_new(attachment->max_cpus);
}

bool attachment_read(const struct attachment *attachment,
		     struct paracall_statistics *statistics)
{
	return counters_read(attachment->file, attachment->max_cpus, statistics);
}

bool attachment_wait_end(const struct attachment *attachment, int milliseconds)
{
	struct pollfd process = { .fd = attachment->process, .events = POLLIN };

	return poll(&process, 1, milliseconds) > 0;
}
