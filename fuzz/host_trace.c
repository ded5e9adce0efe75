/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A host's trace as text, and it as text for people. */
#include "../report/recording.h"
#include "../report/writer.h"
#include "fuzz.h"

#define TRACE "trace"

static size_t show(struct recording *recording, const struct writer_format *format)
{
	struct writer_target target = { .output = fuzz_null(), .recording = recording };
	void *writer = format->begin(&target);
	struct event event;
	size_t count = 0;

	FUZZ_CHECK(writer);
	for (; recording_next(recording, &event); count++) {
		FUZZ_CHECK(event.cpu < recording_info(recording)->cpus);
		FUZZ_CHECK(!event_is_call(&event) || !event_has_result(&event));
		format->add(writer, &event);
	}
	format->end(writer);
	return count;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char error[512] = "";
	char path[320];
	struct recording *recording;
	size_t count;

	fuzz_count_execution();
	snprintf(path, sizeof(path), "%s/" TRACE, fuzz_folder());
	fuzz_write_file(TRACE, (struct fuzz_bytes){ data, size });
	recording = recording_open(path, error, sizeof(error));
	if (!recording) {
		FUZZ_CHECK(*error);
		return 0;
	}
	count = show(recording, &writer_text);
	/* There is one in each line at most. */
	FUZZ_CHECK(count && count <= size);
	recording_rewind(recording);
	FUZZ_CHECK(show(recording, &writer_json) == count);
	FUZZ_CHECK(!recording_problem(recording));
	recording_close(recording);
	return 0;
}
