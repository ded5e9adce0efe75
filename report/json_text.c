/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "json_text.h"

#include <inttypes.h>
#include <string.h>

/*
 * Bytes of the UTF-8 character that begins here, 0 if there is none. The second
 * byte's range keeps out what could be shorter, surrogates, and what is too large.
 */
static size_t character_length(const unsigned char *text)
{
	static const struct {
		unsigned char mask, lead, least, most;
		size_t length;
	} forms[] = {
		{ 0xff, 0xe0, 0xa0, 0xbf, 3 }, { 0xff, 0xed, 0x80, 0x9f, 3 },
		{ 0xf0, 0xe0, 0x80, 0xbf, 3 }, { 0xff, 0xf0, 0x90, 0xbf, 4 },
		{ 0xff, 0xf4, 0x80, 0x8f, 4 }, { 0xfc, 0xf0, 0x80, 0xbf, 4 },
		{ 0xe0, 0xc0, 0x80, 0xbf, 2 },
	};

	if (*text < 0x80)
		return 1;
	if (*text == 0xc0 || *text == 0xc1)
		return 0;
	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		if ((*text & forms[i].mask) != forms[i].lead)
			continue;
		if (text[1] < forms[i].least || text[1] > forms[i].most)
			return 0;
		for (size_t j = 2; j < forms[i].length; j++)
			if ((text[j] & 0xc0) != 0x80)
				return 0;
		return forms[i].length;
	}
	return 0;
}

void json_print_string(FILE *output, const char *text)
{
	putc('"', output);
	while (*text) {
		size_t length = character_length((const unsigned char *)text);

		if (!length)
			fputs("\\ufffd", output);
		else if (length == 1 &&
			 (*text < ' ' || *text == 0x7f || strchr("\"\\<>&", *text)))
			fprintf(output, "\\u%04x", *text);
		else
			fwrite(text, 1, length, output);
		text += length ? length : 1;
	}
	putc('"', output);
}

void json_print_values(FILE *output, const struct event_value *values, unsigned int count)
{
	putc('{', output);
	for (unsigned int i = 0; i < count; i++) {
		if (i)
			fputs(", ", output);
		json_print_string(output, values[i].field->name);
		switch (values[i].field->format) {
		case PARACALL_FORMAT_DECIMAL:
		case PARACALL_FORMAT_NANOSECONDS:
			fprintf(output, ": %" PRIu64, values[i].value);
			break;
		case PARACALL_FORMAT_CPU:
		case PARACALL_FORMAT_PROCESSOR:
			fprintf(output, ": %" PRId64, (int64_t)values[i].value);
			break;
		default:
			fprintf(output, ": \"0x%" PRIx64 "\"", values[i].value);
		}
	}
	putc('}', output);
}

void json_print_result(FILE *output, const struct event *event)
{
	if (event_has_result(event))
		fprintf(output, "%" PRId64, event->result);
	else
		fputs("null", output);
}

void json_print_pc(FILE *output, uint64_t pc, const struct symbols *symbols)
{
	uint64_t offset;
	const char *name = pc ? symbols_find(symbols, pc, &offset) : NULL;

	fprintf(output, "\"pc\": \"0x%" PRIx64 "\"", pc);
	if (!name)
		return;
	fputs(", \"symbol\": ", output);
	json_print_string(output, name);
	fprintf(output, ", \"offset\": %" PRIu64, offset);
}
