/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What writer and reader share: the layout of a stream's packets, and
 * the text that describes it (CTF 1.8, its language TSDL).
 *
 * An event is 64 bytes, and begins at a multiple of that; so is the packet's
 * header. The description says so by an alignment, and declares of the
 * arguments only those that there are.
 */
#ifndef PARACALL_REPORT_CTF_H
#define PARACALL_REPORT_CTF_H

#include "recorder.h"
#include "recording.h"

#include <stdio.h>

#define CTF_MAGIC 0xc1fc1fc1u
/* A line of metadata that identifies a recording as ours. */
#define CTF_DOMAIN "\tdomain = \"paracall\";\n"
/* 1, of Paracall 0.1, had rows in place of ids. */
#define CTF_FORMAT_VERSION 2
#define CTF_METADATA "metadata"
#define CTF_STREAM "cpu"

struct ctf_packet {
	uint32_t magic;
	uint32_t stream_id;
	uint64_t timestamp_begin;
	uint64_t timestamp_end;
	/* Both in bits; the first ends with the last declared argument. */
	uint64_t content_size;
	uint64_t packet_size;
	/* Since the stream began. */
	uint64_t events_discarded;
	uint64_t packet_number;
	uint64_t cpu;
};

/* Bytes of an event that are declared. */
static inline size_t ctf_event_size(const struct event_class *class)
{
	return offsetof(struct paracall_event, arguments) +
	       class->field_count * sizeof(uint64_t);
}

void ctf_print_metadata(FILE *output, const struct event_classes *classes,
			const struct recorder_options *options);

struct ctf_description {
	struct recording_info info;
	struct event_classes classes;
	/* Not this machine's byte order. */
	bool is_swapped;
	/* 0: the metadata says none. */
	unsigned long format_version;
};

/*
 * Understands what ctf_print_metadata() of any version of this format wrote; false
 * if it is something else, of another format, or memory is short. The classes are
 * the caller's to free then, too.
 */
bool ctf_parse_metadata(FILE *input, struct ctf_description *description);

#endif /* PARACALL_REPORT_CTF_H */
