/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <libgen.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void complain(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	fputs("paracall: ", stderr);
	vfprintf(stderr, format, arguments);
	fputc('\n', stderr);
	va_end(arguments);
}

const char *unknown_option(char *const argv[])
{
	static char letter[] = "-?";

	/* A long option with a value that it does not take has a letter, too. */
	if (!optopt || (!strncmp(argv[optind - 1], "--", 2) && strchr(argv[optind - 1], '=')))
		return argv[optind - 1];
	letter[1] = (char)optopt;
	return letter;
}

enum output_state flush_output(void)
{
	errno = 0;
	if (!fflush(stdout) && !ferror(stdout))
		return OUTPUT_WRITTEN;
	/* So that it is reported once. */
	clearerr(stdout);
	if (errno == EPIPE)
		return OUTPUT_UNWANTED;
	complain("standard output could not be written%s%s", errno ? ": " : "",
		 errno ? strerror(errno) : "");
	return OUTPUT_FAILED;
}

void *must(void *memory)
{
	if (!memory) {
		complain("out of memory");
		exit(EXIT_REFUSED);
	}
	return memory;
}

char *format_string(const char *format, ...)
{
	va_list arguments;
	char *string = NULL;

	va_start(arguments, format);
	if (vasprintf(&string, format, arguments) < 0)
		string = NULL;
	va_end(arguments);
	return must(string);
}

char *join_words(const char *const *words, size_t count, const char *last)
{
	char *list = format_string("%s", "");
	size_t left = 0;

	for (size_t i = 0; i < count; i++)
		left += words[i] != NULL;
	for (size_t i = 0; i < count; i++) {
		char *longer;

		if (!words[i])
			continue;
		left--;
		longer = format_string("%s%s%s", list, words[i],
				       left > 1 ? ", "
				       : left	? last
						: "");
		free(list);
		list = longer;
	}
	return list;
}

char *read_file(const char *path, size_t *size)
{
	FILE *file = fopen(path, "re");
	char *text = NULL;
	size_t count = 1;

	*size = 0;
	while (file && count) {
		text = must(realloc(text, *size + BUFSIZ + 1));
		count = fread(text + *size, 1, BUFSIZ, file);
		*size += count;
	}
	if (file && ferror(file)) {
		free(text);
		text = NULL;
	}
	if (text)
		text[*size] = '\0';
	if (file)
		fclose(file);
	return text;
}

char *own_file(const char *built, const char *installed, const char *file)
{
	char self[PATH_MAX];
	ssize_t length = readlink("/proc/self/exe", self, sizeof(self) - 1);
	char *path;

	if (length > 0) {
		self[length] = '\0';
		path = format_string("%s/%s/%s", dirname(self), built, file);
		if (!access(path, R_OK))
			return path;
		free(path);
	}
	return format_string("%s/%s", installed, file);
}

void open_missing_standard_files(void)
{
	for (int file = 0; file <= STDERR_FILENO; file++)
		if (fcntl(file, F_GETFD) < 0 && open("/dev/null", O_RDWR) < 0)
			return;
}

void leave_standard_file(int file)
{
	int nothing = open("/dev/null", O_RDWR | O_CLOEXEC);

	if (nothing >= 0 && nothing != file) {
		dup2(nothing, file);
		close(nothing);
	}
}

bool wait_for_byte(int file)
{
	char byte;
	ssize_t count;

	do {
		count = read(file, &byte, 1);
	} while (count < 0 && errno == EINTR);
	return count == 1;
}

void strings_add(struct strings *strings, const char *string)
{
	size_t size = (strings->count + 2) * sizeof(*strings->items);

	strings->items = must(realloc(strings->items, size));
	strings->items[strings->count++] = must(strdup(string));
	strings->items[strings->count] = NULL;
}

void strings_free(struct strings *strings)
{
	for (size_t i = 0; i < strings->count; i++)
		free(strings->items[i]);
	free(strings->items);
	*strings = (struct strings){ .items = NULL };
}
