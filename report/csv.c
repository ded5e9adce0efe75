/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Events as lines of comma-separated values (RFC 4180). */
#include "writer.h"

#include <inttypes.h>
#include <stdlib.h>

static void *begin(const struct writer_target *target)
{
	struct writer_target *copy = malloc(sizeof(*copy));

	if (!copy)
		return NULL;
	*copy = *target;
	fputs("time,cpu,event,pc,symbol,duration,result,failed,arguments\r\n", target->output);
	return copy;
}

/* Within quotes. A damaged recording can have any names. */
static void print_quoted(FILE *output, const char *text)
{
	for (; *text; text++)
		if (*text == '"')
			fputs("\"\"", output);
		else
			putc((unsigned char)*text < ' ' ? ' ' : *text, output);
}

static void print_values(FILE *output, const struct event_value *values, unsigned int count,
			 const char *before)
{
	for (unsigned int i = 0; i < count; i++) {
		fputs(i ? " " : before, output);
		print_quoted(output, values[i].field->name);
		if (values[i].field->format == PARACALL_FORMAT_DECIMAL ||
		    values[i].field->format == PARACALL_FORMAT_NANOSECONDS)
			fprintf(output, "=%" PRIu64, values[i].value);
		else if (values[i].field->format == PARACALL_FORMAT_CPU ||
			 values[i].field->format == PARACALL_FORMAT_PROCESSOR)
			fprintf(output, "=%" PRId64, (int64_t)values[i].value);
		else
			fprintf(output, "=0x%" PRIx64, values[i].value);
	}
}

static void print_symbol(FILE *output, uint64_t pc, const struct symbols *symbols)
{
	uint64_t offset;
	const char *name = pc ? symbols_find(symbols, pc, &offset) : NULL;

	if (!name)
		return;
	print_quoted(output, name);
	fprintf(output, "+0x%" PRIx64, offset);
}

static void add(void *writer, const struct event *event)
{
	const struct writer_target *target = writer;
	FILE *output = target->output;

	fprintf(output, "%" PRIu64 ",%u,\"", event->time, event->cpu);
	print_quoted(output, event->class->name);
	fprintf(output, "\",0x%" PRIx64 ",\"", event->pc);
	print_symbol(output, event->pc, target->symbols);
	fprintf(output, "\",%u,", event->duration);
	if (event_has_result(event))
		fprintf(output, "%" PRId64, event->result);
	fprintf(output, ",%d,\"", event_has_failed(event));
	print_values(output, event->arguments, event->argument_count, "");
	print_values(output, event->outputs, event->output_count, " ");
	fputs("\"\r\n", output);
}

const struct writer_format writer_csv = { .name = "csv", begin, add, .end = free };
