/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Nothing in a file is trusted: a packet's length may be wrong; a
 * file may end anywhere, or shrink while it is read. So files are read, not
 * mapped.
 */
#include "recording.h"

#include "ctf.h"
#include "host_trace.h"

#include <byteswap.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define UNIT sizeof(struct paracall_event)

/* Events that are read from a file at once. */
#define CHUNK 512

/* One vCPU's. */
struct stream {
	uint32_t cpu;
	/* -1: all of its events are in .chunk, so many. */
	int file;
	size_t kept;
	/* Where the next thing that is not in .chunk begins. */
	off_t offset;
	/* Events of this packet that are still to come, with those in .chunk. */
	uint64_t events_left;
	size_t at;
	size_t count;
	struct paracall_event *chunk;
	/* The next event; its class is NULL at the end. */
	struct paracall_event raw;
	const struct event_class *class;
};

struct recording {
	char *path;
	struct ctf_description description;
	struct stream *streams;
	uint32_t stream_count;
	/* Those that are not at their end; a heap with the earliest event first. */
	struct stream **heap;
	uint32_t heap_count;
	uint64_t lost;
	/* Of which nothing says when. */
	uint64_t lost_by_host;
	char problem[512];
};

/* Only the first one is reported. */
__attribute__((format(printf, 2, 3))) static void note_problem(struct recording *recording,
							       const char *format, ...)
{
	va_list arguments;

	if (*recording->problem)
		return;
	va_start(arguments, format);
	vsnprintf(recording->problem, sizeof(recording->problem), format, arguments);
	va_end(arguments);
}

/* How many of the next @size bytes of the stream there are. */
static size_t read_stream(struct recording *recording, const struct stream *stream, void *data,
			  size_t size)
{
	size_t length = 0;
	ssize_t count = 1;

	while (length < size && count) {
		count = pread(stream->file, (char *)data + length, size - length,
			      stream->offset + length);
		if (count < 0 && errno == EINTR)
			continue;
		if (count < 0) {
			note_problem(recording, "'%s/" CTF_STREAM "%u' can't be read: %s",
				     recording->path, stream->cpu, strerror(errno));
			break;
		}
		length += count;
	}
	return length;
}

static void swap_event(struct paracall_event *event)
{
	event->time = bswap_64(event->time);
	event->id = bswap_32(event->id);
	event->duration = bswap_32(event->duration);
	event->pc = bswap_64(event->pc);
	event->result = bswap_64(event->result);
	for (size_t i = 0; i < PARACALL_EVENT_ARGUMENTS; i++)
		event->arguments[i] = bswap_64(event->arguments[i]);
}

static void swap_packet(struct ctf_packet *packet)
{
	packet->magic = bswap_32(packet->magic);
	packet->content_size = bswap_64(packet->content_size);
	packet->packet_size = bswap_64(packet->packet_size);
}

/* Whole events, and all of the content in the packet. */
static bool packet_is_sound(const struct ctf_packet *packet)
{
	uint64_t size = packet->packet_size / 8;

	return packet->magic == CTF_MAGIC && packet->packet_size % (8 * UNIT) == 0 &&
	       size >= UNIT && size <= INT64_MAX / 8 &&
	       packet->content_size <= packet->packet_size && packet->content_size >= 8 * UNIT;
}

/* The beginning of the next packet; false at the end. */
static bool enter_packet(struct recording *recording, struct stream *stream)
{
	struct ctf_packet packet;
	size_t length = read_stream(recording, stream, &packet, sizeof(packet));

	if (!length)
		return false;
	if (length < sizeof(packet)) {
		note_problem(recording, "'%s/" CTF_STREAM "%u' is cut off after %jd bytes",
			     recording->path, stream->cpu, (intmax_t)(stream->offset + length));
		return false;
	}
	if (recording->description.is_swapped)
		swap_packet(&packet);
	if (!packet_is_sound(&packet)) {
		note_problem(recording,
			     "'%s/" CTF_STREAM
			     "%u' is damaged: there is no packet of events at byte %jd",
			     recording->path, stream->cpu, (intmax_t)stream->offset);
		return false;
	}
	stream->offset += UNIT;
	stream->events_left = (packet.content_size / 8 - 1) / UNIT;
	return true;
}

/* The next events of this packet; false if the file ends before. */
static bool fill_chunk(struct recording *recording, struct stream *stream)
{
	size_t wanted = stream->events_left < CHUNK ? stream->events_left : CHUNK;
	size_t length = read_stream(recording, stream, stream->chunk, wanted * UNIT);

	stream->at = 0;
	stream->count = length / UNIT;
	if (length < wanted * UNIT)
		note_problem(recording, "'%s/" CTF_STREAM "%u' is cut off after %jd bytes",
			     recording->path, stream->cpu, (intmax_t)(stream->offset + length));
	stream->offset += length;
	return stream->count;
}

static bool next_raw(struct recording *recording, struct stream *stream)
{
	while (!stream->events_left)
		if (stream->file < 0 || !enter_packet(recording, stream))
			return false;
	if (stream->at == stream->count && !fill_chunk(recording, stream))
		return false;
	stream->events_left--;
	stream->raw = stream->chunk[stream->at++];
	if (recording->description.is_swapped)
		swap_event(&stream->raw);
	return true;
}

/* To the stream's next event that can be understood. */
static void advance(struct recording *recording, struct stream *stream)
{
	stream->class = NULL;
	while (!stream->class && next_raw(recording, stream)) {
		stream->class =
			event_class_find(&recording->description.classes, stream->raw.id);
		if (!stream->class)
			note_problem(
				recording,
				"'%s/" CTF_STREAM
				"%u' is damaged: it has an event that its description lacks",
				recording->path, stream->cpu);
	}
}

static bool is_before(const struct stream *a, const struct stream *b)
{
	return a->raw.time < b->raw.time || (a->raw.time == b->raw.time && a->cpu < b->cpu);
}

/* Let the stream at @at sink to its place. */
static void sift_down(struct recording *recording, uint32_t at)
{
	struct stream **heap = recording->heap;

	for (;;) {
		uint32_t least = at;
		struct stream *moved = heap[at];

		for (uint32_t child = 2 * at + 1; child <= 2 * at + 2; child++)
			if (child < recording->heap_count &&
			    is_before(heap[child], heap[least]))
				least = child;
		if (least == at)
			return;
		heap[at] = heap[least];
		heap[least] = moved;
		at = least;
	}
}

void recording_rewind(struct recording *recording)
{
	recording->heap_count = 0;
	recording->lost = recording->lost_by_host;
	recording->problem[0] = '\0';
	for (uint32_t i = 0; i < recording->stream_count; i++) {
		struct stream *stream = &recording->streams[i];

		stream->offset = 0;
		stream->events_left = stream->kept;
		stream->at = 0;
		stream->count = stream->kept;
		advance(recording, stream);
		if (stream->class)
			recording->heap[recording->heap_count++] = stream;
	}
	for (uint32_t i = recording->heap_count / 2; i-- > 0;)
		sift_down(recording, i);
}

bool recording_next(struct recording *recording, struct event *event)
{
	struct stream *stream;

	if (!recording->heap_count)
		return false;
	stream = recording->heap[0];
	event_begin(event, stream->cpu, &stream->raw, stream->class,
		    &recording->description.classes);
	if (recording->description.info.is_host_trace && event_is_call(event))
		event->lacks_result = true;
	if (event->kind == PARACALL_EVENT_LOST)
		recording->lost += stream->raw.arguments[0];
	advance(recording, stream);
	while (stream->class && event_is_continuation(stream->raw.id)) {
		event_continue(event, &stream->raw, stream->class);
		advance(recording, stream);
	}
	if (!stream->class)
		recording->heap[0] = recording->heap[--recording->heap_count];
	if (recording->heap_count)
		sift_down(recording, 0);
	return true;
}

static bool add_stream(struct recording *recording, uint32_t cpu, int file)
{
	size_t count = recording->stream_count + 1;
	struct stream *streams = realloc(recording->streams, count * sizeof(*streams));
	struct stream *stream;

	if (!streams) {
		close(file);
		return false;
	}
	recording->streams = streams;
	stream = &streams[recording->stream_count++];
	*stream = (struct stream){
		.cpu = cpu,
		.file = file,
		.chunk = malloc(CHUNK * UNIT),
	};
	return stream->chunk;
}

/* The vCPU of a stream's file; false if it is another file. */
static bool parse_stream_name(const char *name, uint32_t *cpu)
{
	char again[32];
	unsigned int number;

	/* One that is too large is not the same again. NOLINTNEXTLINE(cert-err34-c) */
	if (sscanf(name, CTF_STREAM "%u", &number) != 1 || number >= PARACALL_MAX_CPUS)
		return false;
	snprintf(again, sizeof(again), CTF_STREAM "%u", number);
	*cpu = number;
	return !strcmp(name, again);
}

static int compare_cpus(const void *a, const void *b)
{
	const struct stream *first = a;
	const struct stream *second = b;

	return (first->cpu > second->cpu) - (first->cpu < second->cpu);
}

/* Opens all streams; what can't be opened is @name, with errno set. */
static bool open_streams(struct recording *recording, DIR *folder, char *name, size_t size)
{
	struct dirent *entry;
	uint32_t cpu;
	int file;

	while ((entry = readdir(folder))) {
		if (!parse_stream_name(entry->d_name, &cpu))
			continue;
		snprintf(name, size, "/" CTF_STREAM "%u", cpu);
		file = openat(dirfd(folder), entry->d_name, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
		if (file < 0 || !add_stream(recording, cpu, file))
			return false;
	}
	if (recording->stream_count)
		qsort(recording->streams, recording->stream_count, sizeof(*recording->streams),
		      compare_cpus);
	recording->heap = calloc(recording->stream_count + 1, sizeof(*recording->heap));
	return recording->heap;
}

/* Like the function for users; the path in messages is @path. */
static bool open_folder(struct recording *recording, DIR *folder, char *error,
			size_t error_size)
{
	struct recording_info *info = &recording->description.info;
	int file = openat(dirfd(folder), CTF_METADATA, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	FILE *input = file >= 0 ? fdopen(file, "r") : NULL;
	char name[32] = "";
	bool is_good;

	if (!input) {
		snprintf(error, error_size, "'%s/" CTF_METADATA "' can't be read: %s",
			 recording->path, strerror(errno));
		if (file >= 0)
			close(file);
		return false;
	}
	is_good = ctf_parse_metadata(input, &recording->description);
	fclose(input);
	if (!is_good && recording->description.format_version &&
	    recording->description.format_version != CTF_FORMAT_VERSION) {
		snprintf(
			error, error_size,
			"'%s' is a recording by another version of Paracall (format %lu, not %d): read it with that one",
			recording->path, recording->description.format_version,
			CTF_FORMAT_VERSION);
		return false;
	}
	if (!is_good) {
		snprintf(error, error_size,
			 "'%s/" CTF_METADATA
			 "' is damaged, or not of a recording by 'paracall run --record'",
			 recording->path);
		return false;
	}
	if (!open_streams(recording, folder, name, sizeof(name))) {
		snprintf(error, error_size, "'%s%s' can't be read: %s", recording->path, name,
			 strerror(errno));
		return false;
	}
	info->streams = recording->stream_count;
	info->cpus = info->streams ? recording->streams[info->streams - 1].cpu + 1 : 0;
	return true;
}

/* The vCPUs' events become the streams'. */
static bool take_trace(struct recording *recording, struct host_trace *trace)
{
	struct recording_info *info = &recording->description.info;

	recording->streams = calloc(trace->count, sizeof(*recording->streams));
	recording->heap = calloc(trace->count + 1, sizeof(*recording->heap));
	if (!recording->streams || !recording->heap)
		return false;
	for (size_t i = 0; i < trace->count; i++) {
		struct host_vcpu *vcpu = &trace->vcpus[i];

		recording->streams[recording->stream_count++] = (struct stream){
			.cpu = vcpu->cpu,
			.file = -1,
			.kept = vcpu->count,
			.chunk = vcpu->events,
		};
		vcpu->events = NULL;
	}
	recording->lost_by_host = trace->lost;
	info->architecture = trace->architecture;
	info->is_host_trace = true;
	info->streams = recording->stream_count;
	info->cpus = recording->streams[info->streams - 1].cpu + 1;
	snprintf(info->command, sizeof(info->command), "(a host's trace)");
	return true;
}

static bool open_trace(struct recording *recording, FILE *input, char *error, size_t size)
{
	struct event_classes *classes = &recording->description.classes;
	struct host_trace trace = { .vcpus = NULL };
	const char *reason = NULL;

	errno = 0;
	if (!event_classes_make(classes) || !host_trace_read(&trace, input, classes))
		reason = trace.wrong ? trace.wrong : strerror(errno);
	else if (!take_trace(recording, &trace))
		reason = "out of memory";
	host_trace_free(&trace);
	if (reason)
		snprintf(error, size, "'%s' can't be opened: %s", recording->path, reason);
	return !reason;
}

/* A folder, or else a text. */
static bool open_path(struct recording *recording, char *error, size_t size)
{
	const char *path = recording->path;
	bool is_input = !strcmp(path, "-");
	DIR *folder = is_input ? NULL : opendir(path);
	FILE *input = NULL;
	bool is_good = false;

	if (folder)
		is_good = open_folder(recording, folder, error, size);
	else if (is_input)
		input = stdin;
	else if (errno == ENOTDIR)
		input = fopen(path, "re");
	if (input)
		is_good = open_trace(recording, input, error, size);
	else if (!folder)
		snprintf(error, size, "'%s' can't be opened: %s", path, strerror(errno));
	if (folder)
		closedir(folder);
	if (input && !is_input)
		fclose(input);
	return is_good;
}

struct recording *recording_open(const char *path, char *error, size_t error_size)
{
	struct recording *recording = calloc(1, sizeof(*recording));
	bool is_good = false;

	if (!recording || !(recording->path = strdup(path)))
		snprintf(error, error_size, "'%s': out of memory", path);
	else
		is_good = open_path(recording, error, error_size);
	if (is_good) {
		recording_rewind(recording);
		return recording;
	}
	recording_close(recording);
	return NULL;
}

void recording_close(struct recording *recording)
{
	if (!recording)
		return;
	for (uint32_t i = 0; i < recording->stream_count; i++) {
		if (recording->streams[i].file >= 0)
			close(recording->streams[i].file);
		free(recording->streams[i].chunk);
	}
	event_classes_free(&recording->description.classes);
	free(recording->streams);
	free(recording->heap);
	free(recording->path);
	free(recording);
}

const struct recording_info *recording_info(const struct recording *recording)
{
	return &recording->description.info;
}

const struct event_classes *recording_classes(const struct recording *recording)
{
	return &recording->description.classes;
}

uint64_t recording_lost(const struct recording *recording)
{
	return recording->lost;
}

const char *recording_problem(const struct recording *recording)
{
	return *recording->problem ? recording->problem : NULL;
}
