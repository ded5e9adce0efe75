/* SPDX-License-Identifier: GPL-2.0-or-later */
/* paracall check: the conformance suite, on one engine or several. */
#include "../cli.h"
#include "comparisons.h"
#include "list.h"
#include "options.h"
#include "runs.h"
#include "suites.h"

#include <stdlib.h>

static int check_suites(const struct check_options *options,
			struct suite *suites[MOST_MACHINES])
{
	if (options->lists)
		return check_list(options, suites);
	return options->compares ? check_compare(options, suites) : check_run(options, suites);
}

static int check(const struct check_options *options)
{
	struct suite *suites[MOST_MACHINES] = { NULL };
	int status = EXIT_REFUSED;

	if (suites_read(options, suites))
		status = check_suites(options, suites);
	else
		complain(
			"there are no guests%s%s in '%s': build them with a compiler for that machine, or name their folder with --guests",
			options->architecture ? " for " : "",
			options->architecture ? options->architecture : "", options->folder);
	suites_free(suites);
	return status;
}

int check_main(int argc, char **argv)
{
	struct check_options options;
	int status = check_options_parse(&options, argc, argv);

	if (status < 0)
		status = check(&options);
	free(options.folder);
	return status;
}
