/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Events as JSON: what was recorded, and a list of objects. */
#include "json_text.h"
#include "writer.h"

#include <inttypes.h>
#include <stdlib.h>

struct json {
	struct writer_target target;
	const char *before;
};

static void *begin(const struct writer_target *target)
{
	const struct recording_info *info = recording_info(target->recording);
	struct json *json = malloc(sizeof(*json));

	if (!json)
		return NULL;
	*json = (struct json){ .target = *target, .before = "\n" };
	fputs("{\"paracall\": ", target->output);
	json_print_string(target->output, info->version);
	fprintf(target->output,
		", \"architecture\": \"%s\", \"cpus\": %u, \"began\": %" PRIu64
		", \"command\": ",
		info->architecture ? paracall_architecture_name(info->architecture) : "unknown",
		info->cpus, info->began);
	json_print_string(target->output, info->command);
	fputs(",\n\"events\": [", target->output);
	return json;
}

static void add(void *writer, const struct event *event)
{
	struct json *json = writer;
	FILE *output = json->target.output;

	fprintf(output, "%s{\"time\": %" PRIu64 ", \"cpu\": %u, \"event\": ", json->before,
		event->time, event->cpu);
	json_print_string(output, event->class->name);
	fputs(", ", output);
	json_print_pc(output, event->pc, json->target.symbols);
	fprintf(output, ", \"duration\": %u, \"result\": ", event->duration);
	json_print_result(output, event);
	fprintf(output, ", \"failed\": %s, \"arguments\": ",
		event_has_failed(event) ? "true" : "false");
	json_print_values(output, event->arguments, event->argument_count);
	if (event->output_count) {
		fputs(", \"outputs\": ", output);
		json_print_values(output, event->outputs, event->output_count);
	}
	putc('}', output);
	json->before = ",\n";
}

static void end(void *writer)
{
	struct json *json = writer;

	fprintf(json->target.output, "\n],\n\"lost\": %" PRIu64 "}\n",
		recording_lost(json->target.recording));
	free(json);
}

const struct writer_format writer_json = { .name = "json", begin, add, end };
