/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "seen.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define VARIABLE "PARACALL_SEEN"
#define SELF "/proc/self/exe"
/* " DEVICE:INODE" in hexadecimal, and a 0. */
#define MARK_SIZE 40

/* Blanks on both sides, so that no mark is part of another. */
static bool make_mark(const char *path, char mark[MARK_SIZE])
{
	struct stat status;

	if (stat(path, &status))
		return false;
	snprintf(mark, MARK_SIZE, " %jx:%jx ", (uintmax_t)status.st_dev,
		 (uintmax_t)status.st_ino);
	return true;
}

bool seen_is_self(const char *path)
{
	char mark[MARK_SIZE];
	char self[MARK_SIZE];

	return make_mark(path, mark) && make_mark(SELF, self) && !strcmp(mark, self);
}

bool seen_is(const char *path)
{
	const char *seen = getenv(VARIABLE);
	char mark[MARK_SIZE];

	return (seen && make_mark(path, mark) && strstr(seen, mark)) || seen_is_self(path);
}

/* What is noted already, with what is not. */
static char *make_variable(const char *program)
{
	const char *seen = getenv(VARIABLE);
	char mark[MARK_SIZE] = "";
	char self[MARK_SIZE] = "";
	char *variable = NULL;

	make_mark(program, mark);
	make_mark(SELF, self);
	if (!seen)
		seen = "";
	if (asprintf(&variable, VARIABLE "=%s%s%s", seen, strstr(seen, self) ? "" : self,
		     strstr(seen, mark) || !strcmp(self, mark) ? "" : mark) < 0)
		return NULL;
	return variable;
}

char **seen_environment(const char *program)
{
	char *variable = make_variable(program);
	size_t count = 0;
	char **result;
	char **end;

	while (environ[count])
		count++;
	result = end = calloc(count + 2, sizeof(*result));
	if (!variable || !result) {
		free(variable);
		free(result);
		return NULL;
	}
	for (size_t i = 0; i < count; i++)
		if (strncmp(environ[i], VARIABLE "=", strlen(VARIABLE "=")))
			*end++ = environ[i];
	*end = variable;
	return result;
}
