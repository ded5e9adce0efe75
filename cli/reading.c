/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "reading.h"

#include <inttypes.h>

static void note_entry(struct reading *reading, const struct event *event)
{
	if (event->kind == PARACALL_EVENT_KERNEL_ENTRY)
		symbols_note_entry(reading->symbols, event->words[0], event->words[1]);
}

/* Events before the one that shows where the kernel is have names, too. */
static void place_symbols(struct reading *reading, const char *path)
{
	struct event event;

	while (!symbols_are_placed(reading->symbols) &&
	       recording_next(reading->recording, &event))
		note_entry(reading, &event);
	if (!symbols_are_placed(reading->symbols))
		complain(
			"the recording does not show where the kernel is: it is assumed to be where '%s' says",
			path);
	symbols_place(reading->symbols);
	recording_rewind(reading->recording);
}

/* Like reading_open(), but what is wrong goes to @error. */
static enum exit_status try_open(struct reading *reading, const char *path,
				 const struct reading_options *options, char *error,
				 size_t size)
{
	reading->filter = must(filter_new());
	if (options->failed_only)
		filter_set_failed(reading->filter);
	if (options->cpus && !filter_set_cpus(reading->filter, options->cpus, error, size))
		return EXIT_USAGE;
	reading->recording = recording_open(path, error, size);
	if (!reading->recording)
		return EXIT_NOTHING;
	/* It determines which names exist. */
	if (options->expression &&
	    !filter_set_expression(reading->filter, options->expression,
				   recording_classes(reading->recording), error, size))
		return EXIT_USAGE;
	if (options->symbols)
		reading->symbols = symbols_open(options->symbols, error, size);
	if (options->symbols && !reading->symbols)
		return EXIT_NOTHING;
	if (!symbols_are_placed(reading->symbols))
		place_symbols(reading, options->symbols);
	return EXIT_OK;
}

enum exit_status reading_open(struct reading *reading, const char *path,
			      const struct reading_options *options)
{
	char error[512];
	enum exit_status status;

	*reading = (struct reading){ .recording = NULL };
	status = try_open(reading, path, options, error, sizeof(error));
	if (status != EXIT_OK) {
		complain("%s", error);
		reading_close(reading);
	}
	return status;
}

void reading_close(struct reading *reading)
{
	symbols_close(reading->symbols);
	filter_free(reading->filter);
	recording_close(reading->recording);
}

bool reading_next(struct reading *reading, struct event *event)
{
	while (recording_next(reading->recording, event)) {
		reading->events++;
		note_entry(reading, event);
		if (filter_accepts(reading->filter, event))
			return true;
	}
	return false;
}

bool reading_complain(const struct reading *reading)
{
	const char *problem = recording_problem(reading->recording);
	uint64_t lost = recording_lost(reading->recording);

	if (lost)
		complain("%" PRIu64 " events were lost while it was recorded", lost);
	if (problem)
		complain("%s", problem);
	return !problem;
}
