/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ctf.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

/* Of one packet, with its header. */
#define PACKET_BYTES 65536
#define PACKET_EVENTS (PACKET_BYTES / sizeof(struct paracall_event) - 1)

struct packet {
	struct ctf_packet header;
	struct paracall_event events[PACKET_EVENTS];
};

/* One vCPU's. */
struct stream {
	int file;
	/* Length of the file: whole packets. */
	off_t size;
	uint64_t packets;
	uint64_t last_time;
	uint64_t lost;
	size_t count;
	struct packet *packet;
};

struct recorder {
	int folder;
	struct event_classes classes;
	/* The last one that was searched. */
	const struct event_class *last_class;
	struct stream *streams;
	uint32_t stream_count;
};

_Static_assert(sizeof(struct ctf_packet) == sizeof(struct paracall_event), "see ctf.h");
_Static_assert(sizeof(struct paracall_event) == 64, "as described");

/* Only what a recorder made. */
static bool is_ours(const char *name)
{
	const char *digits = name + strlen(CTF_STREAM);

	if (!strcmp(name, CTF_METADATA))
		return true;
	return !strncmp(name, CTF_STREAM, strlen(CTF_STREAM)) && *digits &&
	       strspn(digits, "0123456789") == strlen(digits);
}

static bool is_dot(const char *name)
{
	return !strcmp(name, ".") || !strcmp(name, "..");
}

/* Whether its metadata are a recorder's, or were never written. */
static bool is_recording(int folder)
{
	char text[1024];
	int file = openat(folder, CTF_METADATA, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	ssize_t size = file < 0 ? -1 : read(file, text, sizeof(text) - 1);

	if (file >= 0)
		close(file);
	if (size <= 0)
		return !size;
	text[size] = '\0';
	return strstr(text, CTF_DOMAIN);
}

/* Removes the files of a recording, if there are no others. */
static const char *empty_folder(DIR *folder)
{
	struct dirent *entry;
	bool has_files = false;

	while ((entry = readdir(folder))) {
		if (is_dot(entry->d_name))
			continue;
		if (!is_ours(entry->d_name))
			return "it exists and has other files; name a new folder, or a recording to replace";
		has_files = true;
	}
	if (has_files && !is_recording(dirfd(folder)))
		return "it exists and has files that are not a recording; name a new folder";
	rewinddir(folder);
	while ((entry = readdir(folder)))
		if (!is_dot(entry->d_name) && unlinkat(dirfd(folder), entry->d_name, 0))
			return strerror(errno);
	return NULL;
}

/* As much of it as is needed to write there. */
static const char *take_folder(int folder)
{
	const char *wrong;
	DIR *listing;
	int copy;

	if (flock(folder, LOCK_EX | LOCK_NB) && errno == EWOULDBLOCK)
		return "another run records there; name another folder";
	copy = fcntl(folder, F_DUPFD_CLOEXEC, 0);
	listing = copy < 0 ? NULL : fdopendir(copy);
	if (!listing) {
		wrong = strerror(errno);
		if (copy >= 0)
			close(copy);
		return wrong;
	}
	wrong = empty_folder(listing);
	closedir(listing);
	return wrong;
}

int recorder_prepare(const char *path, const char **wrong)
{
	int folder;

	if (mkdir(path, 0777) && errno != EEXIST) {
		*wrong = strerror(errno);
		return -1;
	}
	folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (folder < 0) {
		*wrong =
			errno == ENOTDIR
				? "it exists and is not a folder, as a recording is; name a new one"
				: strerror(errno);
		return -1;
	}
	*wrong = take_folder(folder);
	if (!*wrong)
		return folder;
	close(folder);
	return -1;
}

static bool write_metadata(struct recorder *recorder, const struct recorder_options *options)
{
	int file = openat(recorder->folder, CTF_METADATA,
			  O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	FILE *output = file >= 0 ? fdopen(file, "w") : NULL;
	bool is_good;

	if (!output) {
		if (file >= 0)
			close(file);
		return false;
	}
	ctf_print_metadata(output, &recorder->classes, options);
	is_good = !fflush(output) && !ferror(output);
	return !fclose(output) && is_good;
}

static void recorder_free(struct recorder *recorder)
{
	for (uint32_t i = 0; i < recorder->stream_count; i++) {
		if (recorder->streams[i].file >= 0)
			close(recorder->streams[i].file);
		free(recorder->streams[i].packet);
	}
	if (recorder->folder >= 0)
		close(recorder->folder);
	event_classes_free(&recorder->classes);
	free(recorder->streams);
	free(recorder);
}

struct recorder *recorder_new(int folder, const struct recorder_options *options)
{
	struct recorder *recorder = calloc(1, sizeof(*recorder));
	int error;

	if (!recorder) {
		close(folder);
		errno = ENOMEM;
		return NULL;
	}
	recorder->folder = folder;
	if (event_classes_make(&recorder->classes) && write_metadata(recorder, options))
		return recorder;
	error = errno;
	recorder_free(recorder);
	errno = error;
	return NULL;
}

/* Makes room for a stream of that number. */
static bool grow(struct recorder *recorder, uint32_t cpu)
{
	struct stream *streams;

	if (cpu < recorder->stream_count)
		return true;
	streams = realloc(recorder->streams, (cpu + 1) * sizeof(*streams));
	if (!streams)
		return false;
	recorder->streams = streams;
	while (recorder->stream_count <= cpu)
		streams[recorder->stream_count++] = (struct stream){ .file = -1 };
	return true;
}

static struct stream *open_stream(struct recorder *recorder, uint32_t cpu)
{
	struct stream *stream;
	char name[32];

	if (!grow(recorder, cpu))
		return NULL;
	stream = &recorder->streams[cpu];
	if (!stream->packet)
		stream->packet = malloc(sizeof(*stream->packet));
	if (stream->file >= 0 || !stream->packet)
		return stream->packet ? stream : NULL;
	snprintf(name, sizeof(name), CTF_STREAM "%u", cpu);
	stream->file =
		openat(recorder->folder, name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	return stream->file >= 0 ? stream : NULL;
}

static bool write_whole(int file, const void *data, size_t size)
{
	while (size) {
		ssize_t count = write(file, data, size);

		if (count < 0 && errno == EINTR)
			continue;
		if (count <= 0) {
			errno = count ? errno : ENOSPC;
			return false;
		}
		data = (const char *)data + count;
		size -= count;
	}
	return true;
}

static bool write_packet(struct recorder *recorder, uint32_t cpu)
{
	struct stream *stream = &recorder->streams[cpu];
	struct paracall_event *events = stream->packet->events;
	size_t size = (1 + stream->count) * sizeof(*events);
	const struct event_class *last;
	int error;

	last = event_class_find(&recorder->classes, events[stream->count - 1].id);
	stream->packet->header = (struct ctf_packet){
		.magic = CTF_MAGIC,
		.timestamp_begin = events[0].time,
		.timestamp_end = stream->last_time,
		.content_size = 8 * (size - sizeof(*events) + ctf_event_size(last)),
		.packet_size = 8 * size,
		.events_discarded = stream->lost,
		.packet_number = stream->packets,
		.cpu = cpu,
	};
	stream->count = 0;
	if (write_whole(stream->file, stream->packet, size)) {
		stream->size += size;
		stream->packets++;
		return true;
	}
	error = errno;
	/* Half a packet is worse than none. If even that fails, nothing helps. */
	(void)!ftruncate(stream->file, stream->size);
	errno = error;
	return false;
}

static bool has_class(struct recorder *recorder, uint32_t id)
{
	if (!recorder->last_class || recorder->last_class->id != id)
		recorder->last_class = event_class_find(&recorder->classes, id);
	return recorder->last_class;
}

bool recorder_add(struct recorder *recorder, uint32_t cpu, const struct paracall_event *event)
{
	struct stream *stream = open_stream(recorder, cpu);
	struct paracall_event *added;

	if (!stream)
		return false;
	/* Nobody could read it back. */
	if (!has_class(recorder, event->id))
		return true;
	added = &stream->packet->events[stream->count++];
	*added = *event;
	if (added->time < stream->last_time)
		added->time = stream->last_time;
	stream->last_time = added->time;
	if (paracall_event_kind(event->id) == PARACALL_EVENT_LOST)
		stream->lost += event->arguments[0];
	return stream->count < PACKET_EVENTS || write_packet(recorder, cpu);
}

bool recorder_flush(struct recorder *recorder)
{
	for (uint32_t i = 0; i < recorder->stream_count; i++)
		if (recorder->streams[i].count && !write_packet(recorder, i))
			return false;
	return true;
}

bool recorder_finish(struct recorder *recorder)
{
	bool is_good = !recorder || recorder_flush(recorder);
	int error = errno;

	if (recorder)
		recorder_free(recorder);
	errno = error;
	return is_good;
}
