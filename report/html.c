/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A page with all events in it. The page is made at build time (report/html/); the
 * events go into it as blocks of columns, which report/html/src/data.js reads:
 * compressed, and in base64. Only one block is in memory.
 */
#include "json_text.h"
#include "writer.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#define BLOCK_EVENTS 32768u

/* Largest bytes of a number of seven bits a byte, of a word, and of all words. */
#define NUMBER 10
#define WORD 8
#define WORDS (2 * NUMBER + WORD * (EVENT_MAX_ARGUMENTS + EVENT_MAX_OUTPUTS))

/* Program counters that get symbols; the others stay numbers. A power of two. */
#define PLACES 65536u

/* The browser's numbers are exact up to there. */
#define LARGEST (UINT64_C(1) << 53)
#define LARGEST_CPU 0x7ffe

enum column {
	COLUMN_TIME,
	COLUMN_CPU,
	COLUMN_CLASS,
	COLUMN_FLAGS,
	COLUMN_DURATION,
	COLUMN_PEER,
	COLUMN_SPAN,
	COLUMN_PC,
	COLUMN_RESULT,
	COLUMN_WORDS,
	COLUMNS
};

static const size_t column_width[COLUMNS] = {
	[COLUMN_TIME] = NUMBER, [COLUMN_CPU] = NUMBER,	    [COLUMN_CLASS] = NUMBER,
	[COLUMN_FLAGS] = 1,	[COLUMN_DURATION] = NUMBER, [COLUMN_PEER] = NUMBER,
	[COLUMN_SPAN] = NUMBER, [COLUMN_PC] = WORD,	    [COLUMN_RESULT] = WORD,
	[COLUMN_WORDS] = WORDS,
};

enum flag {
	FLAG_FAILED = 1,
	FLAG_CALL = 2,
	FLAG_ACCESS = 4,
	FLAG_YIELDS = 8,
	/* Above, of a call whether its result is unknown, of a wake what ended the halt. */
	FLAG_NO_RESULT = 16,
	FLAG_CAUSE_SHIFT = 4,
};

struct html {
	struct writer_target target;
	const struct event_classes *classes;
	uint64_t time;
	uint64_t events;
	/* Program counters whose symbols are printed at the end, by their hash. */
	uint64_t *places;
	size_t place_count;
	unsigned int blocks;
	/* The block's numbers of events and of bytes of each column come first. */
	uint32_t block_events;
	size_t length[COLUMNS];
	unsigned char *column[COLUMNS];
	unsigned char *block;
	size_t block_room;
	unsigned char *packed;
	size_t packed_room;
};

static void add_number(struct html *html, enum column column, uint64_t number)
{
	unsigned char *bytes = html->column[column];
	size_t *length = &html->length[column];

	for (; number > 0x7f; number >>= 7)
		bytes[(*length)++] = 0x80 | (number & 0x7f);
	bytes[(*length)++] = number;
}

static void add_word(struct html *html, enum column column, uint64_t word)
{
	for (int shift = 0; shift < 64; shift += 8)
		html->column[column][html->length[column]++] = word >> shift;
}

static void print_base64(FILE *output, const unsigned char *bytes, size_t count)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

	for (size_t i = 0; i < count; i += 3) {
		size_t left = count - i;
		uint32_t group = bytes[i] << 16 | (left > 1 ? bytes[i + 1] << 8 : 0) |
				 (left > 2 ? bytes[i + 2] : 0);
		char text[4] = {
			digits[group >> 18],
			digits[group >> 12 & 63],
			left > 1 ? digits[group >> 6 & 63] : '=',
			left > 2 ? digits[group & 63] : '=',
		};

		fwrite(text, 1, sizeof(text), output);
	}
}

static size_t copy_word32(unsigned char *to, uint32_t word)
{
	for (int i = 0; i < 4; i++)
		to[i] = word >> 8 * i;
	return 4;
}

/* All columns one after the other, in @block; returns their size. */
static size_t join_columns(struct html *html)
{
	size_t size = copy_word32(html->block, html->block_events);

	for (int i = 0; i < COLUMNS; i++)
		size += copy_word32(html->block + size, html->length[i]);
	for (int i = 0; i < COLUMNS; i++) {
		memcpy(html->block + size, html->column[i], html->length[i]);
		size += html->length[i];
		html->length[i] = 0;
	}
	return size;
}

static void write_block(struct html *html)
{
	FILE *output = html->target.output;
	size_t size;
	uLongf packed;

	if (!html->block_events)
		return;
	size = join_columns(html);
	packed = html->packed_room;
	/* It cannot fail: memory was allocated before. */
	if (compress2(html->packed, &packed, html->block, size, 6) != Z_OK)
		packed = 0;
	fprintf(output, "<script type=\"text/plain\" id=\"block%u\">", html->blocks++);
	print_base64(output, html->packed, packed);
	fputs("</script>\n", output);
	html->events += html->block_events;
	html->block_events = 0;
}

/* Calls by which a vCPU that waits for another yields. */
static bool yields(const struct event *event)
{
	static const char *const parts[] = { "YIELD", "TIME_SLICE_END", "CONFER" };

	if (event->kind == PARACALL_EVENT_YIELD || event->kind == PARACALL_EVENT_SPIN)
		return true;
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		if (event_is_call(event) && strstr(event->class->name, parts[i]))
			return true;
	return false;
}

static unsigned int flags_of(const struct event *event)
{
	unsigned int flags = event_has_failed(event) ? FLAG_FAILED : 0;

	if (event_is_call(event))
		flags |= FLAG_CALL;
	if (event_is_call(event) && !event_has_result(event))
		flags |= FLAG_NO_RESULT;
	if (event_is_access(event))
		flags |= FLAG_ACCESS;
	if (yields(event))
		flags |= FLAG_YIELDS;
	if (event->kind == PARACALL_EVENT_WAKE && event->words[0] <= PARACALL_WAKE_UNKNOWN)
		flags |= event->words[0] << FLAG_CAUSE_SHIFT;
	return flags;
}

/* The other vCPU's number plus 1, or 0. */
static uint64_t peer_of(const struct event *event)
{
	uint64_t peer = PARACALL_EVENT_NOBODY;

	if (event->kind == PARACALL_EVENT_WAKE)
		peer = event->words[1];
	else if (event->kind == PARACALL_EVENT_KICK ||
		 event->kind == PARACALL_EVENT_INTERRUPT || event->kind == PARACALL_EVENT_YIELD)
		peer = event->words[0];
	return peer > LARGEST_CPU ? 0 : peer + 1;
}

static uint64_t limited(uint64_t number)
{
	return number < LARGEST ? number : LARGEST;
}

static void add_words(struct html *html, const struct event *event)
{
	add_number(html, COLUMN_WORDS, event->argument_count);
	add_number(html, COLUMN_WORDS, event->output_count);
	for (unsigned int i = 0; i < event->argument_count; i++)
		add_word(html, COLUMN_WORDS, event->arguments[i].value);
	for (unsigned int i = 0; i < event->output_count; i++)
		add_word(html, COLUMN_WORDS, event->outputs[i].value);
}

/* Remember it, unless there are too many. */
static void note_place(struct html *html, uint64_t pc)
{
	size_t at = (pc * UINT64_C(0x9e3779b97f4a7c15)) >> 48;

	if (!html->target.symbols || !pc)
		return;
	while (html->places[at] && html->places[at] != pc)
		at = (at + 1) % PLACES;
	if (html->places[at] || html->place_count >= PLACES / 2)
		return;
	html->places[at] = pc;
	html->place_count++;
}

static void print_places(struct html *html)
{
	FILE *output = html->target.output;
	const char *before = "";

	for (size_t i = 0; i < PLACES; i++) {
		uint64_t offset;
		const char *name = html->places[i] ? symbols_find(html->target.symbols,
								  html->places[i], &offset)
						   : NULL;

		if (!name)
			continue;
		fprintf(output, "%s\"%" PRIx64 "\":[", before, html->places[i]);
		json_print_string(output, name);
		fprintf(output, ",%" PRIu64 "]", offset);
		before = ",\n";
	}
}

static void add(void *writer, const struct event *event)
{
	struct html *html = writer;
	/* A damaged recording's times can be anything. */
	uint64_t time = limited(event->time) > html->time ? limited(event->time) : html->time;

	add_number(html, COLUMN_TIME, time - html->time);
	html->time = time;
	add_number(html, COLUMN_CPU, event->cpu);
	add_number(html, COLUMN_CLASS, event->class - html->classes->items);
	html->column[COLUMN_FLAGS][html->length[COLUMN_FLAGS]++] = flags_of(event);
	add_number(html, COLUMN_DURATION, event->duration);
	add_number(html, COLUMN_PEER, peer_of(event));
	add_number(html, COLUMN_SPAN,
		   event->kind == PARACALL_EVENT_WAKE ? limited(event->words[2]) : 0);
	add_word(html, COLUMN_PC, event->pc);
	note_place(html, event->pc);
	add_word(html, COLUMN_RESULT, event->result);
	add_words(html, event);
	if (++html->block_events == BLOCK_EVENTS)
		write_block(html);
}

/* The page up to where the events go, or the rest; false if it is not there. */
static bool copy_page(const struct html *html, const char *until)
{
	char *line = NULL;
	size_t room = 0;
	bool is_there = !until;

	while (getline(&line, &room, html->target.page) > 0) {
		if (until && !strcmp(line, until)) {
			is_there = true;
			break;
		}
		fputs(line, html->target.output);
	}
	free(line);
	return is_there;
}

static void print_fields(FILE *output, const struct event_class *class, const char **before)
{
	for (unsigned int i = 0; class && i < class->field_count; i++) {
		fprintf(output, "%s[", *before);
		json_print_string(output, class->fields[i].name);
		fprintf(output, ",\"%s\"]", event_format_name(class->fields[i].format));
		*before = ",";
	}
}

static void print_class(struct html *html, const struct event_class *class)
{
	FILE *output = html->target.output;
	const char *before = "";

	fputs("{\"name\":", output);
	json_print_string(output, class->name);
	fprintf(output, ",\"id\":%" PRIu32 ",\"kind\":%u,\"fields\":[", class->id,
		paracall_event_kind(class->id));
	print_fields(output, class, &before);
	print_fields(output,
		     event_class_continuation(html->classes, class, PARACALL_EVENT_MORE),
		     &before);
	fputs("],\"outputs\":[", output);
	before = "";
	print_fields(output,
		     event_class_continuation(html->classes, class, PARACALL_EVENT_OUTPUT),
		     &before);
	fputs("]}", output);
}

static void print_recording(struct html *html)
{
	const struct recording_info *info = recording_info(html->target.recording);
	FILE *output = html->target.output;

	fputs("<script type=\"application/json\" id=\"recording\">{\"version\":", output);
	json_print_string(output, info->version);
	fprintf(output,
		",\"architecture\":\"%s\",\"began\":%" PRIu64 ",\"cpus\":%u,\"command\":",
		info->architecture ? paracall_architecture_name(info->architecture) : "unknown",
		info->began, info->cpus);
	json_print_string(output, info->command);
	fputs(",\"classes\":[", output);
	for (size_t i = 0; i < html->classes->count; i++) {
		if (i)
			fputs(",\n", output);
		print_class(html, &html->classes->items[i]);
	}
	fputs("],\"registers\":{", output);
	for (size_t i = 0; i < paracall_msr_count(); i++)
		fprintf(output, "%s\"%" PRIx32 "\":\"%s\"", i ? "," : "",
			paracall_msr_info(i)->number, paracall_msr_info(i)->name);
	fputs("}}</script>\n", output);
}

static void free_html(struct html *html)
{
	for (int i = 0; i < COLUMNS; i++)
		free(html->column[i]);
	free(html->places);
	free(html->block);
	free(html->packed);
	free(html);
}

static bool allocate(struct html *html)
{
	bool is_good = true;

	html->block_room = sizeof(uint32_t) * (1 + COLUMNS);
	for (int i = 0; i < COLUMNS; i++) {
		html->column[i] = malloc(column_width[i] * BLOCK_EVENTS);
		html->block_room += column_width[i] * BLOCK_EVENTS;
		is_good = is_good && html->column[i];
	}
	html->packed_room = compressBound(html->block_room);
	html->block = malloc(html->block_room);
	html->packed = malloc(html->packed_room);
	html->places = calloc(PLACES, sizeof(*html->places));
	return is_good && html->places && html->block && html->packed;
}

static void *begin(const struct writer_target *target)
{
	struct html *html = calloc(1, sizeof(*html));

	if (!html)
		return NULL;
	html->target = *target;
	html->classes = recording_classes(target->recording);
	if (!allocate(html) || !copy_page(html, "<!--events-->\n")) {
		free_html(html);
		return NULL;
	}
	print_recording(html);
	return html;
}

static void end(void *writer)
{
	struct html *html = writer;
	FILE *output = html->target.output;
	const char *problem = recording_problem(html->target.recording);

	write_block(html);
	fprintf(output,
		"<script type=\"application/json\" id=\"end\">{\"events\":%" PRIu64
		",\"blocks\":%u,\"lost\":%" PRIu64 ",\"problem\":",
		html->events, html->blocks, recording_lost(html->target.recording));
	json_print_string(output, problem ? problem : "");
	fputs(",\"symbols\":{", output);
	print_places(html);
	fputs("}}</script>\n", output);
	copy_page(html, NULL);
	free_html(html);
}

const struct writer_format writer_html = { .name = "html", begin, add, end };
