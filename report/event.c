/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "event.h"

#include <string.h>

static void add_values(struct event_value *values, unsigned int *count, unsigned int room,
		       const struct paracall_event *raw, const struct event_class *class)
{
	for (unsigned int i = 0; i < class->field_count && *count < room; i++)
		values[(*count)++] = (struct event_value){
			.field = &class->fields[i],
			.value = raw->arguments[i],
		};
}

void event_begin(struct event *event, uint32_t cpu, const struct paracall_event *raw,
		 const struct event_class *class, const struct event_classes *classes)
{
	event->time = raw->time;
	event->duration = raw->duration;
	event->cpu = cpu;
	event->pc = raw->pc;
	event->lacks_result = raw->result == PARACALL_EVENT_NO_RESULT;
	event->result = event->lacks_result ? 0 : raw->result;
	event->kind = paracall_event_kind(raw->id);
	event->class = class;
	event->classes = classes;
	memcpy(event->words, raw->arguments, sizeof(event->words));
	event->argument_count = 0;
	event->output_count = 0;
	add_values(event->arguments, &event->argument_count, EVENT_MAX_ARGUMENTS, raw, class);
}

void event_continue(struct event *event, const struct paracall_event *raw,
		    const struct event_class *class)
{
	if (paracall_event_kind(raw->id) == PARACALL_EVENT_MORE)
		add_values(event->arguments, &event->argument_count, EVENT_MAX_ARGUMENTS, raw,
			   class);
	else
		add_values(event->outputs, &event->output_count, EVENT_MAX_OUTPUTS, raw, class);
}

bool event_may_continue(const struct event *event)
{
	const struct event_class *class = event->class;

	if (event_class_continuation(event->classes, class, PARACALL_EVENT_MORE) &&
	    event->argument_count == class->field_count)
		return true;
	return !event_has_failed(event) &&
	       event_class_continuation(event->classes, class, PARACALL_EVENT_OUTPUT);
}

bool event_argument(const struct event *event, const char *name, uint64_t *value)
{
	for (unsigned int i = 0; i < event->argument_count; i++) {
		if (strcmp(event->arguments[i].field->name, name))
			continue;
		*value = event->arguments[i].value;
		return true;
	}
	return false;
}

bool event_kind_is_call(enum paracall_event_kind kind)
{
	return (kind >= PARACALL_EVENT_CALL && kind <= PARACALL_EVENT_EPAPR) ||
	       kind == PARACALL_EVENT_SMCCC || kind == PARACALL_EVENT_SBI ||
	       kind == PARACALL_EVENT_HVCL;
}

bool event_is_call(const struct event *event)
{
	return event_kind_is_call(event->kind);
}

bool event_is_access(const struct event *event)
{
	return (event->kind >= PARACALL_EVENT_CPUID && event->kind <= PARACALL_EVENT_WRMSR) ||
	       event->kind == PARACALL_EVENT_CPUCFG;
}

bool event_has_result(const struct event *event)
{
	return !event->lacks_result;
}

bool event_has_failed(const struct event *event)
{
	switch (event->kind) {
	case PARACALL_EVENT_CALL:
	case PARACALL_EVENT_SMCCC:
	case PARACALL_EVENT_SBI:
	case PARACALL_EVENT_HVCL:
	case PARACALL_EVENT_RDMSR:
	case PARACALL_EVENT_WRMSR:
		return event->result < 0;
	case PARACALL_EVENT_EPAPR:
		return event->result != 0;
	case PARACALL_EVENT_DIAG:
		return event->result != PARACALL_DIAG_DONE &&
		       event->result != PARACALL_DIAG_NOT_OURS;
	default:
		return false;
	}
}
