/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The plugin's arguments, as QEMU hands them over: key=value. */
#ifndef PARACALL_QEMU_OPTIONS_H
#define PARACALL_QEMU_OPTIONS_H

#include "engine.h"

struct plugin_options {
	/* The engine's, as given to options_parse(). */
	uint32_t capabilities;
	uint32_t features;
	uint32_t hints;
	struct paracall_injection injection;
	bool enforce_features;
	enum replacement replacement;
	/* vCPUs that spin give way. */
	bool spin_yields;
	/* Where the counters go, a file to be mapped; or NULL. */
	const char *report;
	/* The trace's memory, likewise; or NULL. */
	const char *trace;
};

/*
 * Fills @options, with defaults for an engine of these capabilities. On a
 * mistake says so on standard error and returns false.
 */
bool options_parse(struct plugin_options *options, enum paracall_architecture architecture,
		   uint32_t capabilities, int argc, char **argv);

#endif /* PARACALL_QEMU_OPTIONS_H */
