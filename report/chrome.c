/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Events in the Trace Event Format of Chrome, which Perfetto opens: a track for
 * each vCPU with its calls and halts, arrows from kicks to those who woke by
 * them, and all other events as moments.
 */
#include "json_text.h"
#include "writer.h"

#include <inttypes.h>
#include <stdlib.h>

struct chrome {
	struct writer_target target;
	const char *before;
	uint32_t cpus;
	uint64_t arrows;
};

/* Microseconds, as the format has them. */
static void print_time(FILE *output, const char *name, uint64_t nanoseconds)
{
	fprintf(output, ",\"%s\":%" PRIu64 ".%03u", name, nanoseconds / 1000,
		(unsigned int)(nanoseconds % 1000));
}

static void open_item(struct chrome *chrome, const char *phase, uint32_t cpu)
{
	fprintf(chrome->target.output, "%s{\"ph\":\"%s\",\"pid\":1,\"tid\":%u", chrome->before,
		phase, cpu);
	chrome->before = ",\n";
}

static void print_names(struct chrome *chrome)
{
	FILE *output = chrome->target.output;

	open_item(chrome, "M", 0);
	fputs(",\"name\":\"process_name\",\"args\":{\"name\":", output);
	json_print_string(output, recording_info(chrome->target.recording)->command);
	fputs("}}", output);
	for (uint32_t cpu = 0; cpu < chrome->cpus; cpu++) {
		open_item(chrome, "M", cpu);
		fprintf(output, ",\"name\":\"thread_name\",\"args\":{\"name\":\"vCPU %u\"}}",
			cpu);
	}
}

static void *begin(const struct writer_target *target)
{
	struct chrome *chrome = calloc(1, sizeof(*chrome));

	if (!chrome)
		return NULL;
	chrome->target = *target;
	chrome->before = "\n";
	chrome->cpus = recording_info(target->recording)->cpus;
	fputs("{\"displayTimeUnit\":\"ns\",\"traceEvents\":[", target->output);
	print_names(chrome);
	return chrome;
}

static void print_details(struct chrome *chrome, const struct event *event)
{
	FILE *output = chrome->target.output;

	fputs(",\"args\":{", output);
	json_print_pc(output, event->pc, chrome->target.symbols);
	fputs(",\"result\":", output);
	json_print_result(output, event);
	fputs(",\"arguments\":", output);
	json_print_values(output, event->arguments, event->argument_count);
	if (event->output_count) {
		fputs(",\"outputs\":", output);
		json_print_values(output, event->outputs, event->output_count);
	}
	fputs("}}", output);
}

/* What lasts: it ends at the event's time. */
static void print_stretch(struct chrome *chrome, const struct event *event, const char *name,
			  uint64_t duration)
{
	FILE *output = chrome->target.output;

	if (duration > event->time)
		duration = event->time;
	open_item(chrome, "X", event->cpu);
	fputs(",\"name\":", output);
	json_print_string(output, name);
	print_time(output, "ts", event->time - duration);
	print_time(output, "dur", duration);
	print_details(chrome, event);
}

static void print_moment(struct chrome *chrome, const struct event *event)
{
	FILE *output = chrome->target.output;

	open_item(chrome, "i", event->cpu);
	fputs(",\"s\":\"t\",\"name\":", output);
	json_print_string(output, event->class->name);
	print_time(output, "ts", event->time);
	print_details(chrome, event);
}

static void print_arrow(struct chrome *chrome, const char *phase, uint32_t cpu, uint64_t time)
{
	FILE *output = chrome->target.output;

	open_item(chrome, phase, cpu);
	fprintf(output, ",\"bp\":\"e\",\"cat\":\"kick\",\"name\":\"kick\",\"id\":%" PRIu64,
		chrome->arrows);
	print_time(output, "ts", time);
	putc('}', output);
}

/*
 * The arrow begins at the vCPU that kicked: in its call, which lasts
 * until after the wake-up. At its very end the halt would not have it any more.
 */
static void add_wake(struct chrome *chrome, const struct event *event)
{
	uint64_t moment = event->time ? event->time - 1 : 0;

	print_stretch(chrome, event, "halted", event->words[2]);
	if (event->words[0] != PARACALL_WAKE_KICK || event->words[1] >= chrome->cpus)
		return;
	chrome->arrows++;
	print_arrow(chrome, "s", event->words[1], moment);
	print_arrow(chrome, "f", event->cpu, moment);
}

static void add(void *writer, const struct event *event)
{
	struct chrome *chrome = writer;

	if (event->kind == PARACALL_EVENT_WAKE)
		add_wake(chrome, event);
	else if (event_is_call(event) || event_is_access(event))
		print_stretch(chrome, event, event->class->name, event->duration);
	else if (event->kind != PARACALL_EVENT_HALT)
		print_moment(chrome, event);
}

static void end(void *writer)
{
	struct chrome *chrome = writer;

	fputs("\n]}\n", chrome->target.output);
	free(chrome);
}

const struct writer_format writer_chrome = { .name = "chrome", begin, add, end };
