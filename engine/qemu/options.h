/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The plugin's arguments, as QEMU passes them: key=value. */
#ifndef PARACALL_QEMU_OPTIONS_H
#define PARACALL_QEMU_OPTIONS_H

#include "engine.h"

struct plugin_options {
	/* As given to options_parse(). */
	enum paracall_architecture architecture;
	uint32_t capabilities;
	uint32_t features;
	uint32_t hints;
	struct paracall_injection injection;
	bool enforce_features;
	/* Spinning vCPUs yield. */
	bool spin_yields;
	/* Where the counters go, a file to be mapped; or NULL. */
	const char *report;
	/* The trace's memory, likewise; or NULL. */
	const char *trace;
	/* Where a summary is added at the end, and whether that is JSON; or NULL. */
	const char *summary;
	bool is_json;
};

struct plugin_option {
	const char *key;
	/* On a mistake prints a message to standard error and returns false. */
	bool (*take)(struct plugin_options *options, char *value);
};

/* For those that take one of two words: whether @value is the first; false on a mistake. */
bool option_choose(const char *key, const char *value, const char *first, const char *second,
		   bool *is_first);

/*
 * For the lists of targets that have them; format=, inject=, report=, summary= and trace=
 * have all.
 */
extern const struct plugin_option option_enforce;
extern const struct plugin_option option_features;
extern const struct plugin_option option_hints;
extern const struct plugin_option option_spin;

/*
 * Fills @options, with defaults for an engine of these capabilities; @own is the list of
 * those that the target has besides, up to NULL. On a mistake says so on standard error
 * and returns false.
 */
bool options_parse(struct plugin_options *options, const struct plugin_option *const *own,
		   enum paracall_architecture architecture, uint32_t capabilities, int argc,
		   char **argv);

#endif /* PARACALL_QEMU_OPTIONS_H */
