/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Guests' ELF files, in which paracall check looks for tests. */
#include "../cli/check/cases.h"
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

static void visit(const struct check_case *item, void *argument)
{
	size_t *length = argument;

	*length += strlen(item->name) + strlen(item->covers) + strlen(item->rule);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t length = 0;
	char path[320];
	char *wrong;

	fuzz_count_execution();
	fuzz_write_file("program", (struct fuzz_bytes){ data, size });
	snprintf(path, sizeof(path), "%s/program", fuzz_folder());
	wrong = cases_read(path, visit, &length);
	if (wrong)
		FUZZ_CHECK(strstr(wrong, path) &&
			   (!length || strstr(wrong, "has no end of tests")));
	free(wrong);
	return 0;
}
