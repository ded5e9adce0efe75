/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The events of this version. */
#include "event.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* clang-format off */
static const char *const format_names[PARACALL_FORMATS] = {
	[PARACALL_FORMAT_NONE] = "none",
	[PARACALL_FORMAT_HEX] = "hex",
	[PARACALL_FORMAT_DECIMAL] = "decimal",
	[PARACALL_FORMAT_APIC_ID] = "apic_id",
	[PARACALL_FORMAT_GPA] = "gpa",
	[PARACALL_FORMAT_CPU_SET] = "cpu_set",
	[PARACALL_FORMAT_ICR] = "icr",
	[PARACALL_FORMAT_CLOCK_TYPE] = "clock_type",
	[PARACALL_FORMAT_PAGE_ATTRIBUTES] = "page_attributes",
	[PARACALL_FORMAT_CPU] = "cpu",
	[PARACALL_FORMAT_DELIVERY_MODE] = "delivery_mode",
	[PARACALL_FORMAT_NANOSECONDS] = "nanoseconds",
	[PARACALL_FORMAT_MSR] = "msr",
	[PARACALL_FORMAT_WAKE_CAUSE] = "wake_cause",
	[PARACALL_FORMAT_BOOLEAN] = "boolean",
	[PARACALL_FORMAT_FEATURES] = "features",
	[PARACALL_FORMAT_MAGIC_PAGE_ADDRESS] = "magic_page_address",
	[PARACALL_FORMAT_MAGIC_PAGE_FEATURES] = "magic_page_features",
	[PARACALL_FORMAT_FAULT] = "fault",
	[PARACALL_FORMAT_PLACE] = "place",
	[PARACALL_FORMAT_PROCESSOR] = "processor",
	[PARACALL_FORMAT_CLOCK_SCALE] = "clock_scale",
	[PARACALL_FORMAT_CLOCK_FLAGS] = "clock_flags",
	[PARACALL_FORMAT_SMCCC_FUNCTION] = "smccc_function",
	[PARACALL_FORMAT_SBI_EXTENSION] = "sbi_extension",
};

#define FIELD(field_name, field_format) \
	{ .name = field_name, .format = PARACALL_FORMAT_##field_format }
#define CLASS(kind, class_name, count, ...) \
	{ .id = PARACALL_EVENT_##kind << 16, .name = class_name, .field_count = count, \
	  .fields = { __VA_ARGS__ } }

/* Calls that are not in the table. */
#define UNKNOWN(kind, class_name, count, ...) \
	{ .id = PARACALL_EVENT_##kind << 16 | PARACALL_EVENT_UNKNOWN_ROW, .name = class_name, \
	  .field_count = count, .fields = { __VA_ARGS__ } }

/* Names of other calls are in the table. */
static const struct event_class other_classes[] = {
	CLASS(CPUID, "cpuid", 4, FIELD("leaf", HEX), FIELD("ebx", HEX), FIELD("ecx", HEX),
	      FIELD("edx", HEX)),
	CLASS(CPUCFG, "cpucfg", 1, FIELD("index", HEX)),
	CLASS(RDMSR, "rdmsr", 2, FIELD("register", MSR), FIELD("value", HEX)),
	CLASS(WRMSR, "wrmsr", 2, FIELD("register", MSR), FIELD("value", HEX)),
	CLASS(HALT, "halt", 0),
	CLASS(WAKE, "wake", 3, FIELD("cause", WAKE_CAUSE), FIELD("by", CPU),
	      FIELD("halted", NANOSECONDS)),
	CLASS(KICK, "kick", 2, FIELD("target", CPU), FIELD("ended_halt", BOOLEAN)),
	CLASS(INTERRUPT, "interrupt", 4, FIELD("target", CPU), FIELD("vector", HEX),
	      FIELD("mode", DELIVERY_MODE), FIELD("taken", BOOLEAN)),
	CLASS(YIELD, "yield", 1, FIELD("target", CPU)),
	CLASS(CLOCK, "clock", 4, FIELD("counter", DECIMAL), FIELD("system_time", NANOSECONDS),
	      FIELD("scale", CLOCK_SCALE), FIELD("flags", CLOCK_FLAGS)),
	CLASS(STEAL, "steal", 2, FIELD("stolen", NANOSECONDS), FIELD("address", GPA)),
	CLASS(ASYNC_PF, "async_pf", 1, FIELD("token", HEX)),
	CLASS(ASYNC_PF_READY, "async_pf_ready", 1, FIELD("token", HEX)),
	CLASS(INJECTED, "injected", 4, FIELD("fault", FAULT), FIELD("place", PLACE),
	      FIELD("value", HEX), FIELD("number", DECIMAL)),
	CLASS(RESET, "reset", 0),
	CLASS(KERNEL_ENTRY, "kernel_entry", 2, FIELD("register", MSR), FIELD("address", HEX)),
	CLASS(LOST, "lost", 1, FIELD("events", DECIMAL)),
	CLASS(LOADED, "loaded", 0),
	CLASS(SPIN, "spin", 2, FIELD("hints", DECIMAL), FIELD("yielded", NANOSECONDS)),
	UNKNOWN(CALL, "unknown_call", 4, FIELD("number", HEX), FIELD("a0", HEX),
		FIELD("a1", HEX), FIELD("a2", HEX)),
	UNKNOWN(DIAG, "unknown_diag", 1, FIELD("number", HEX)),
	UNKNOWN(PAPR, "unknown_papr", 4, FIELD("number", HEX), FIELD("a0", HEX),
		FIELD("a1", HEX), FIELD("a2", HEX)),
	UNKNOWN(EPAPR, "unknown_epapr", 4, FIELD("number", HEX), FIELD("a0", HEX),
		FIELD("a1", HEX), FIELD("a2", HEX)),
	UNKNOWN(SMCCC, "unknown_smccc", 4, FIELD("number", HEX), FIELD("x1", HEX),
		FIELD("x2", HEX), FIELD("x3", HEX)),
	UNKNOWN(SBI, "unknown_sbi", 4, FIELD("extension", SBI_EXTENSION),
		FIELD("function", HEX), FIELD("a0", HEX), FIELD("a1", HEX)),
	UNKNOWN(HVCL, "unknown_hvcl", 4, FIELD("number", HEX), FIELD("a0", HEX),
		FIELD("a1", HEX), FIELD("a2", HEX)),
	UNKNOWN(MORE, "unknown_more", 1, FIELD("a3", HEX)),
};
/* clang-format on */

static int compare_ids(const void *a, const void *b)
{
	const struct event_class *first = a;
	const struct event_class *second = b;

	return (first->id > second->id) - (first->id < second->id);
}

const struct event_class *event_class_find(const struct event_classes *classes, uint32_t id)
{
	struct event_class key = { .id = id };

	return classes->count
		       ? bsearch(&key, classes->items, classes->count, sizeof(key), compare_ids)
		       : NULL;
}

bool event_classes_add(struct event_classes *classes, const struct event_class *class)
{
	size_t size = (classes->count + 1) * sizeof(*class);
	struct event_class *items;
	size_t at = classes->count;

	if (event_class_find(classes, class->id))
		return false;
	items = realloc(classes->items, size);
	if (!items)
		return false;
	classes->items = items;
	while (at && items[at - 1].id > class->id)
		at--;
	memmove(items + at + 1, items + at, (classes->count - at) * sizeof(*items));
	items[at] = *class;
	classes->count++;
	return true;
}

void event_classes_free(struct event_classes *classes)
{
	free(classes->items);
	*classes = (struct event_classes){ .items = NULL };
}

/* Those fields of a row that go one way, from the one of number @first on. */
static void add_fields(struct event_class *class, const struct paracall_call_info *info,
		       enum paracall_direction direction, unsigned int first)
{
	unsigned int number = 0;

	for (unsigned int i = 0; i < PARACALL_MAX_FIELDS && info->fields[i].name; i++) {
		struct event_field *field;

		if (info->fields[i].direction != direction || number++ < first ||
		    class->field_count == PARACALL_EVENT_ARGUMENTS)
			continue;
		field = &class->fields[class->field_count++];
		snprintf(field->name, sizeof(field->name), "%s", info->fields[i].name);
		field->format = info->fields[i].format;
	}
}

static bool add_call(struct event_classes *classes, const struct paracall_call_info *info,
		     enum paracall_event_kind kind)
{
	struct event_class class = { .id = paracall_event_id(kind, info->id) };

	snprintf(class.name, sizeof(class.name), "%s", info->name);
	add_fields(&class, info, PARACALL_IN, 0);
	return event_classes_add(classes, &class);
}

/* What calls return besides their result, if that is reported. */
static bool add_output(struct event_classes *classes, const struct paracall_call_info *info)
{
	struct event_class class = { .id = paracall_event_id(PARACALL_EVENT_OUTPUT, info->id) };

	if (info->server != PARACALL_SERVED_BY_LIBRARY)
		return true;
	snprintf(class.name, sizeof(class.name), "%s_output", info->name);
	add_fields(&class, info, PARACALL_OUT, 0);
	return !class.field_count || event_classes_add(classes, &class);
}

/* KVM's own numbers are the same on all architectures, and come as their calls do. */
static bool add_row(struct event_classes *classes, const struct paracall_call_info *info)
{
	const struct paracall_call_info *other;

	if (!add_call(classes, info, info->event) || !add_output(classes, info))
		return false;
	if (info->kind != PARACALL_CALL_HYPERCALL)
		return true;
	for (size_t i = 0; (other = paracall_call_info(i)); i++)
		if (other->kind == PARACALL_CALL_HYPERCALL &&
		    !event_class_find(classes, paracall_event_id(other->event, info->id)) &&
		    !add_call(classes, info, other->event))
			return false;
	return true;
}

bool event_classes_make(struct event_classes *classes)
{
	const struct paracall_call_info *info;
	bool is_good = true;

	*classes = (struct event_classes){ .items = NULL };
	for (size_t i = 0; is_good && (info = paracall_call_info(i)); i++)
		is_good = add_row(classes, info);
	for (size_t i = 0; i < sizeof(other_classes) / sizeof(other_classes[0]); i++)
		is_good = is_good && event_classes_add(classes, &other_classes[i]);
	if (!is_good)
		event_classes_free(classes);
	return is_good;
}

/* clang-format off */
static const char *const fault_names[] = {
	[PARACALL_FAULT_RESULT] = "retval",
	[PARACALL_FAULT_UNKNOWN] = "enosys",
	[PARACALL_FAULT_DROP] = "drop",
	[PARACALL_FAULT_DELAY] = "delay",
	[PARACALL_FAULT_LATE] = "late",
	[PARACALL_FAULT_EXCEPTION] = "fault",
	[PARACALL_FAULT_WITHDRAW] = "withdraw",
	[PARACALL_FAULT_JUMP] = "jump",
	[PARACALL_FAULT_BURST] = "burst",
};
/* clang-format on */

const char *event_fault_name(uint64_t fault)
{
	return fault < sizeof(fault_names) / sizeof(fault_names[0]) ? fault_names[fault] : NULL;
}

const struct event_class *event_class_continuation(const struct event_classes *classes,
						   const struct event_class *class,
						   enum paracall_event_kind kind)
{
	/* Rows of other kinds do not belong to calls. */
	if (!event_kind_is_call(paracall_event_kind(class->id)))
		return NULL;
	return event_class_find(classes,
				paracall_event_id(kind, paracall_event_row(class->id)));
}

const char *event_format_name(enum paracall_format format)
{
	return format < PARACALL_FORMATS ? format_names[format] : "hex";
}

enum paracall_format event_format_by_name(const char *name)
{
	for (size_t i = 0; i < PARACALL_FORMATS; i++)
		if (!strcmp(format_names[i], name))
			return i;
	return PARACALL_FORMAT_HEX;
}
