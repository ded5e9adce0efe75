/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A target without libFuzzer: runs the inputs in these files, and those in these folders.
 * So targets are built and their seeds run wherever Paracall is tested.
 */
#include "fuzz.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* In memory of just that size, so that a sanitizer sees what is read beyond. */
static bool run_file(const char *path)
{
	FILE *file = fopen(path, "re");
	uint8_t *data = NULL;
	size_t size = 0;
	struct stat status;

	if (file && !fstat(fileno(file), &status) && S_ISREG(status.st_mode)) {
		data = malloc(status.st_size ? status.st_size : 1);
		size = data ? fread(data, 1, status.st_size, file) : 0;
	}
	if (file)
		fclose(file);
	if (!data) {
		fprintf(stderr, "%s: can't be read\n", path);
		return false;
	}
	LLVMFuzzerTestOneInput(data, size);
	free(data);
	return true;
}

/* How many there were; -1: one could not be read. */
static int run_folder(const char *path, DIR *folder)
{
	struct dirent *entry;
	char *name;
	int count = 0;

	while (count >= 0 && (entry = readdir(folder))) {
		if (*entry->d_name == '.')
			continue;
		if (asprintf(&name, "%s/%s", path, entry->d_name) < 0)
			return -1;
		count = run_file(name) ? count + 1 : -1;
		free(name);
	}
	return count;
}

static int run_path(const char *path)
{
	DIR *folder = opendir(path);
	int count;

	if (!folder)
		return run_file(path) ? 1 : -1;
	count = run_folder(path, folder);
	closedir(folder);
	return count;
}

int main(int argc, char **argv)
{
	int sum = 0;

	for (int i = 1; i < argc; i++) {
		int count = run_path(argv[i]);

		if (count < 0)
			return 1;
		sum += count;
	}
	printf("%d inputs\n", sum);
	return sum ? 0 : 1;
}
