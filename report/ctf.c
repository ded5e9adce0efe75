/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Each line of the description can be understood by itself, so that reading it
 * back needs no parser of the whole language.
 */
#include "ctf.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define NANOSECONDS UINT64_C(1000000000)

#define EVENT_LINE "event { id = "

/* More than any version could have; a recording has no longer list. */
#define MAX_CLASSES 65536

/* With the newline and a NUL; so that a file without lines is not taken into memory. */
#define LINE_ROOM (64u << 10)

/* Where faults can be: calls of that architecture, and others by the words of rules. */
static bool is_place(const struct event_class *class, enum paracall_architecture architecture)
{
	const struct paracall_call_info *info =
		paracall_call_by_id(paracall_event_row(class->id));
	enum paracall_event_kind kind = paracall_event_kind(class->id);

	switch (kind) {
	case PARACALL_EVENT_CPUID:
	case PARACALL_EVENT_CLOCK:
	case PARACALL_EVENT_STEAL:
		return true;
	default:
		return info && info->event == kind && info->architecture == architecture;
	}
}

static void print_fault_words(FILE *output, const struct event_classes *classes,
			      enum paracall_architecture architecture)
{
	fputs("typealias enum : decimal_t {", output);
	for (uint64_t fault = 0; event_fault_name(fault); fault++)
		fprintf(output, " \"%s\" = %" PRIu64 ",", event_fault_name(fault), fault);
	fputs(" \"other\" = 0xffffffff } := fault_t;\n"
	      "typealias enum : hex_t {",
	      output);
	for (size_t i = 0; i < classes->count; i++)
		if (is_place(&classes->items[i], architecture))
			fprintf(output, " \"%s\" = 0x%" PRIx32 ",", classes->items[i].name,
				classes->items[i].id);
	for (size_t i = 0; i < paracall_msr_count(); i++)
		fprintf(output, " \"MSR_%s\" = 0x%" PRIx32 ",", paracall_msr_info(i)->name,
			paracall_msr_info(i)->number);
	fputs(" \"other\" = 0xffffffff } := place_t;\n", output);
}

/* Others see these words in place of numbers. */
static void print_words(FILE *output)
{
	fputs("typealias enum : hex_t {", output);
	for (size_t i = 0; i < paracall_msr_count(); i++) {
		const struct paracall_msr_info *info = paracall_msr_info(i);

		fprintf(output, " \"%s\" = 0x%" PRIx32 ",", info->name, info->number);
	}
	fputs(" \"other\" = 0xffffffff } := msr_t;\n", output);
	fprintf(output,
		"typealias enum : decimal_t { \"interrupt\" = %d, \"kick\" = %d, \"kick before\" = %d, \"reset\" = %d, \"unknown\" = %d } := wake_cause_t;\n",
		PARACALL_WAKE_INTERRUPT, PARACALL_WAKE_KICK, PARACALL_WAKE_KICK_BEFORE,
		PARACALL_WAKE_RESET, PARACALL_WAKE_UNKNOWN);
}

static bool is_decimal(enum paracall_format format)
{
	switch (format) {
	case PARACALL_FORMAT_DECIMAL:
	case PARACALL_FORMAT_APIC_ID:
	case PARACALL_FORMAT_CLOCK_TYPE:
	case PARACALL_FORMAT_CPU:
	case PARACALL_FORMAT_DELIVERY_MODE:
	case PARACALL_FORMAT_NANOSECONDS:
	case PARACALL_FORMAT_BOOLEAN:
	case PARACALL_FORMAT_PROCESSOR:
		return true;
	default:
		return false;
	}
}

static bool has_words(enum paracall_format format)
{
	return format == PARACALL_FORMAT_MSR || format == PARACALL_FORMAT_WAKE_CAUSE ||
	       format == PARACALL_FORMAT_FAULT || format == PARACALL_FORMAT_PLACE;
}

static void print_types(FILE *output)
{
	fputs("typealias integer { size = 32; align = 8; signed = false; } := uint32_t;\n"
	      "typealias integer { size = 64; align = 8; signed = false; } := uint64_t;\n"
	      "typealias integer { size = 64; align = 8; signed = true; } := int64_t;\n"
	      "typealias integer { size = 64; align = 8; signed = false; map = clock.steady.value; } := timestamp_t;\n",
	      output);
	for (enum paracall_format format = 0; format < PARACALL_FORMATS; format++)
		if (!has_words(format))
			fprintf(output,
				"typealias integer { size = 64; align = 8; signed = false; base = %d; } := %s_t;\n",
				is_decimal(format) ? 10 : 16, event_format_name(format));
	print_words(output);
}

static void print_layout(FILE *output)
{
	fputs("stream {\n"
	      "\tid = 0;\n"
	      "\tpacket.context := struct { timestamp_t timestamp_begin; timestamp_t timestamp_end; uint64_t content_size; uint64_t packet_size; uint64_t events_discarded; uint64_t packet_seq_num; uint64_t cpu_id; };\n"
	      "\tevent.header := struct { timestamp_t timestamp; uint32_t id; } align(512);\n"
	      "\tevent.context := struct { uint32_t _duration; hex_t _pc; int64_t _result; };\n"
	      "};\n",
	      output);
}

/* As a TSDL string. Bytes that are not ASCII's are left out. */
static void print_string(FILE *output, const char *string)
{
	putc('"', output);
	for (; string && *string; string++) {
		if (*string == '"' || *string == '\\')
			putc('\\', output);
		if (*string >= ' ' && *string <= '~')
			putc(*string, output);
	}
	putc('"', output);
}

static void print_environment(FILE *output, const struct recorder_options *options)
{
	fprintf(output, "env {\n" CTF_DOMAIN "\tformat_version = %d;\n", CTF_FORMAT_VERSION);
	fprintf(output, "\tparacall_version = \"%s\";\n", paracall_version());
	fprintf(output, "\tarchitecture = \"%s\";\n",
		paracall_architecture_name(options->architecture));
	fprintf(output, "\tbegan = %" PRIu64 ";\n", options->began);
	fputs("\tcommand = ", output);
	print_string(output, options->command);
	fputs(";\n};\n", output);
}

static void print_class(FILE *output, const struct event_class *class)
{
	fprintf(output,
		EVENT_LINE "%" PRIu32 "; name = \"%s\"; stream_id = 0; fields := struct {",
		class->id, class->name);
	for (unsigned int i = 0; i < class->field_count; i++)
		fprintf(output, " %s_t _%s;", event_format_name(class->fields[i].format),
			class->fields[i].name);
	fputs(" }; };\n", output);
}

void ctf_print_metadata(FILE *output, const struct event_classes *classes,
			const struct recorder_options *options)
{
	fputs("/* CTF 1.8 */\n"
	      "typealias integer { size = 32; align = 8; signed = false; } := unsigned32_t;\n",
	      output);
	fprintf(output,
		"trace {\n\tmajor = 1;\n\tminor = 8;\n\tbyte_order = %s;\n"
		"\tpacket.header := struct { unsigned32_t magic; unsigned32_t stream_id; };\n};\n",
		__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? "le" : "be");
	print_environment(output, options);
	fprintf(output,
		"clock {\n\tname = \"steady\";\n\tdescription = \"nanoseconds since the recording began\";\n"
		"\tfreq = 1000000000;\n\toffset_s = %" PRIu64 ";\n\toffset = %" PRIu64
		";\n};\n",
		options->began / NANOSECONDS, options->began % NANOSECONDS);
	print_types(output);
	print_fault_words(output, classes, options->architecture);
	print_layout(output);
	for (size_t i = 0; i < classes->count; i++)
		print_class(output, &classes->items[i]);
}

/* A printable word that needs no quoting; false if @size is too small. */
static bool copy_word(char *word, size_t size, const char *text, size_t length)
{
	if (!length || length >= size)
		return false;
	for (size_t i = 0; i < length; i++)
		if (text[i] <= ' ' || text[i] > '~' || strchr("\"\\<>&'", text[i]))
			return false;
	memcpy(word, text, length);
	word[length] = '\0';
	return true;
}

/* " hex_t _flags;" and so on until the brace. */
static bool parse_fields(const char *text, struct event_class *class)
{
	while (*text == ' ' && text[1] != '}') {
		struct event_field *field = &class->fields[class->field_count];
		const char *name = strstr(text, "_t _");
		const char *end = strchr(text, ';');
		char format[32];

		if (!name || !end || end < name + 4 ||
		    class->field_count == PARACALL_EVENT_ARGUMENTS ||
		    !copy_word(format, sizeof(format), text + 1, name - text - 1) ||
		    !copy_word(field->name, sizeof(field->name), name + 4, end - name - 4))
			return false;
		field->format = event_format_by_name(format);
		class->field_count++;
		text = end + 1;
	}
	return *text == ' ';
}

static bool parse_class(const char *line, struct event_class *class)
{
	static const char name_text[] = "; name = \"";
	static const char fields_text[] = "; stream_id = 0; fields := struct {";
	char *end;
	const char *quote;

	*class = (struct event_class){ .id = strtoul(line + strlen(EVENT_LINE), &end, 10) };
	if (strncmp(end, name_text, strlen(name_text)))
		return false;
	end += strlen(name_text);
	quote = strchr(end, '"');
	return quote && copy_word(class->name, sizeof(class->name), end, quote - end) &&
	       !strncmp(quote + 1, fields_text, strlen(fields_text)) &&
	       parse_fields(quote + 1 + strlen(fields_text), class);
}

/* What stands between quotes after @key, without the backslashes. */
static void parse_string(const char *line, const char *key, char *value, size_t size)
{
	size_t length = 0;

	if (strncmp(line, key, strlen(key)))
		return;
	for (line += strlen(key); *line && *line != '"' && length < size - 1; line++) {
		if (*line == '\\' && line[1])
			line++;
		value[length++] = *line;
	}
	value[length] = '\0';
}

/* All that there are have calls. */
static enum paracall_architecture architecture_by_name(const char *name)
{
	const struct paracall_call_info *info;

	for (size_t i = 0; (info = paracall_call_info(i)); i++)
		if (!strcmp(paracall_architecture_name(info->architecture), name))
			return info->architecture;
	return 0;
}

/* Other lines are for other readers. False if memory is short, or the line is broken. */
static bool parse_line(const char *line, struct ctf_description *description)
{
	struct recording_info *info = &description->info;
	struct event_class class;
	char name[32] = "";

	if (!strncmp(line, EVENT_LINE, strlen(EVENT_LINE)))
		return description->classes.count < MAX_CLASSES && parse_class(line, &class) &&
		       event_classes_add(&description->classes, &class);
	if (!strncmp(line, "\tbyte_order = ", 14))
		description->is_swapped = (__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__) !=
					  !strncmp(line + 14, "le;", 3);
	parse_string(line, "\tarchitecture = \"", name, sizeof(name));
	if (*name)
		info->architecture = architecture_by_name(name);
	parse_string(line, "\tparacall_version = \"", info->version, sizeof(info->version));
	parse_string(line, "\tcommand = \"", info->command, sizeof(info->command));
	if (!strncmp(line, "\tformat_version = ", 18))
		description->format_version = strtoul(line + 18, NULL, 10);
	if (!strncmp(line, "\tbegan = ", 9))
		info->began = strtoull(line + 9, NULL, 10);
	return true;
}

bool ctf_parse_metadata(FILE *input, struct ctf_description *description)
{
	char *line = malloc(LINE_ROOM);
	bool is_good = line;

	*description = (struct ctf_description){ .is_swapped = false };
	while (is_good && fgets(line, LINE_ROOM, input))
		is_good = (strchr(line, '\n') || feof(input)) && parse_line(line, description);
	free(line);
	is_good = is_good && !ferror(input) && *description->info.version &&
		  description->format_version == CTF_FORMAT_VERSION &&
		  description->classes.count;
	if (!is_good)
		event_classes_free(&description->classes);
	return is_good;
}
