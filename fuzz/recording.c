/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Recordings, and all that is made of them. The parts are the description and the streams of
 * vCPUs 0 to 3. An empty description stands for the one that Paracall writes.
 */
#include "../report/recording.h"
#include "../report/compare.h"
#include "../report/ctf.h"
#include "../report/filter.h"
#include "../report/writer.h"
#include "fuzz.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define STREAMS 4

/* Made once. */
static struct fuzz_bytes own_description(void)
{
	static char *text;
	static size_t size;
	struct recorder_options options = { .architecture = paracall_call_info(0)->architecture,
					    .command = "qemu" };
	struct event_classes classes;
	FILE *output;

	if (!text) {
		output = open_memstream(&text, &size);
		FUZZ_CHECK(output && event_classes_make(&classes));
		ctf_print_metadata(output, &classes, &options);
		event_classes_free(&classes);
		fclose(output);
	}
	return (struct fuzz_bytes){ (const uint8_t *)text, size };
}

/* Returns the bytes in all streams. */
static size_t write_recording(const uint8_t *data, size_t size)
{
	struct fuzz_bytes rest = { data, size };
	struct fuzz_bytes part = { .size = 0 };
	size_t sum = 0;
	char name[16];

	fuzz_next_part(&rest, &part);
	fuzz_write_file(CTF_METADATA, part.size ? part : own_description());
	for (unsigned int i = 0; i < STREAMS; i++) {
		snprintf(name, sizeof(name), CTF_STREAM "%u", i);
		if (fuzz_next_part(&rest, &part)) {
			fuzz_write_file(name, part);
			sum += part.size;
		} else {
			fuzz_remove_file(name);
		}
	}
	return sum;
}

static void check_event(const struct recording *recording, const struct event *event)
{
	const struct event_classes *classes = recording_classes(recording);

	FUZZ_CHECK(event->cpu < recording_info(recording)->cpus);
	FUZZ_CHECK(event->class >= classes->items &&
		   event->class < classes->items + classes->count);
	FUZZ_CHECK(event->argument_count <= EVENT_MAX_ARGUMENTS);
	FUZZ_CHECK(event->output_count <= EVENT_MAX_OUTPUTS);
}

/* How many events there are; @profile gets them. */
static size_t count_events(struct recording *recording, struct profile *profile)
{
	struct event event;
	size_t count = 0;

	while (recording_next(recording, &event)) {
		check_event(recording, &event);
		FUZZ_CHECK(profile_add(profile, &event));
		count++;
	}
	FUZZ_CHECK(!recording_next(recording, &event));
	return count;
}

static void write_all(struct recording *recording, const struct writer_format *format,
		      const struct filter *filter)
{
	static char page[] = "<html>\n<!--events-->\n</html>\n";
	struct writer_target target = {
		.output = fuzz_null(),
		.recording = recording,
		.page = fmemopen(page, strlen(page), "r"),
	};
	struct event event;
	void *writer;

	FUZZ_CHECK(target.page);
	recording_rewind(recording);
	writer = format->begin(&target);
	FUZZ_CHECK(writer);
	while (recording_next(recording, &event))
		if (filter_accepts(filter, &event))
			format->add(writer, &event);
	format->end(writer);
	fclose(target.page);
}

static const struct writer_format *const formats[] = {
	&writer_text, &writer_json, &writer_csv, &writer_chrome, &writer_html, &writer_summary,
};

/* @choice: which of the formats, since some take long. */
static void use(struct recording *recording, size_t size, uint8_t choice)
{
	struct profile profiles[2];
	struct compare_options options = { .count_percent = 0, .latency_percent = 10 };
	struct filter *filter = filter_new();
	char error[512];
	size_t count;

	FUZZ_CHECK(filter);
	filter_set_expression(filter, "%all,!halt", recording_classes(recording), error,
			      sizeof(error));
	filter_kinds(filter, recording_classes(recording));
	profile_init(&profiles[0]);
	profile_init(&profiles[1]);
	count = count_events(recording, &profiles[0]);
	FUZZ_CHECK(count <= size / sizeof(struct paracall_event));
	/* It is the same each time. */
	recording_rewind(recording);
	FUZZ_CHECK(count_events(recording, &profiles[1]) == count);
	FUZZ_CHECK(compare_profiles(fuzz_null(), &profiles[0], &profiles[1], &options) ==
		   COMPARE_SAME);
	write_all(recording, formats[choice % (sizeof(formats) / sizeof(formats[0]))], filter);
	profile_destroy(&profiles[0]);
	profile_destroy(&profiles[1]);
	filter_free(filter);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t streams = write_recording(data, size);
	char error[512] = "";
	struct recording *recording;

	fuzz_count_execution();
	recording = recording_open(fuzz_folder(), error, sizeof(error));
	if (recording)
		use(recording, streams, size ? data[size - 1] : 0);
	else
		FUZZ_CHECK(strstr(error, fuzz_folder()));
	recording_close(recording);
	return 0;
}
