/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A file for each QEMU, named after a hash of its path. It says which files they
 * were; it counts only if that is, byte for byte, what would be written now.
 */
#include "probe_cache.h"

#include "../engine/qemu/command_line/plugin_files.h"
#include "cli.h"

#include <inttypes.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

char *cache_folder(void)
{
	const char *paracall = getenv("PARACALL_CACHE");
	const char *xdg = getenv("XDG_CACHE_HOME");
	const char *home = getenv("HOME");

	if (paracall && *paracall)
		return format_string("%s", paracall);
	if (xdg && *xdg)
		return format_string("%s/paracall", xdg);
	return home && *home ? format_string("%s/.cache/paracall", home) : NULL;
}

/* FNV-1a. */
static uint64_t hash(const char *text)
{
	uint64_t value = UINT64_C(0xcbf29ce484222325);

	for (; *text; text++)
		value = (value ^ (uint8_t)*text) * UINT64_C(0x100000001b3);
	return value;
}

static char *entry_path(const char *qemu)
{
	char *folder = cache_folder();
	char *path = folder ? format_string("%s/probe/%016" PRIx64, folder, hash(qemu)) : NULL;

	free(folder);
	return path;
}

/* A line that differs if the file is another one or was written to; or NULL. */
static char *identity(const char *path)
{
	struct stat status;

	if (stat(path, &status))
		return NULL;
	return format_string("%ju %ju %jd %jd.%09ld %jd.%09ld %s\n", (uintmax_t)status.st_dev,
			     (uintmax_t)status.st_ino, (intmax_t)status.st_size,
			     (intmax_t)status.st_mtim.tv_sec, status.st_mtim.tv_nsec,
			     (intmax_t)status.st_ctim.tv_sec, status.st_ctim.tv_nsec, path);
}

static char *entry_text(const char *qemu, const char *probe, int plugin_api)
{
	char *first = identity(qemu);
	char *second = identity(probe);
	char *text = NULL;

	if (first && second)
		text = format_string("plugin API %d\n%s%s", plugin_api, first, second);
	free(first);
	free(second);
	return text;
}

static bool file_is(const char *path, const char *text)
{
	size_t size = strlen(text) + 1;
	char *found = must(malloc(size));
	FILE *file = fopen(path, "re");
	/* One more than there should be. */
	size_t length = file ? fread(found, 1, size, file) : 0;
	bool is_equal = length == size - 1 && !memcmp(found, text, length);

	if (file)
		fclose(file);
	free(found);
	return is_equal;
}

int probe_cache_find(const char *qemu, const char *probe)
{
	char *path = entry_path(qemu);
	int found = 0;

	for (int api = PLUGIN_API_FIRST; path && !found && api <= PLUGIN_API_LAST; api++) {
		char *text = entry_text(qemu, probe, api);

		if (text && file_is(path, text))
			found = api;
		free(text);
	}
	free(path);
	return found;
}

/* The folders of a path's last @count names, as far as they aren't there. */
static void make_folders(const char *path, int count)
{
	char *outer = must(strdup(path));

	if (count > 1)
		make_folders(dirname(outer), count - 1);
	mkdir(path, 0700);
	free(outer);
}

/* Completely or not at all, also for concurrent readers. */
static void write_file(const char *path, const char *text)
{
	char *new = format_string("%s.XXXXXX", path);
	int descriptor = mkstemp(new);
	FILE *file = descriptor >= 0 ? fdopen(descriptor, "w") : NULL;
	bool is_written;

	if (file) {
		is_written = fputs(text, file) >= 0;
		is_written &= !fclose(file);
		if (!is_written || rename(new, path))
			unlink(new);
	} else if (descriptor >= 0) {
		close(descriptor);
		unlink(new);
	}
	free(new);
}

void probe_cache_add(const char *qemu, const char *probe, int plugin_api)
{
	char *path = entry_path(qemu);
	char *text = entry_text(qemu, probe, plugin_api);
	char *folder;

	if (path && text) {
		folder = must(strdup(path));
		/* That for all caches, Paracall's, and this one. */
		make_folders(dirname(folder), 3);
		free(folder);
		write_file(path, text);
	}
	free(path);
	free(text);
}
