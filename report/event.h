/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Events with their names: those of this version, or of the recording that they
 * come from. All code that shows events works with struct event.
 */
#ifndef PARACALL_REPORT_EVENT_H
#define PARACALL_REPORT_EVENT_H

#include <paracall/event.h>
#include <paracall/paracall.h>
#include <stdbool.h>
#include <stddef.h>

#define EVENT_NAME_SIZE 48
#define EVENT_FIELD_NAME_SIZE 32

struct event_field {
	char name[EVENT_FIELD_NAME_SIZE];
	enum paracall_format format;
};

/* What events of one id are. */
struct event_class {
	uint32_t id;
	/* The table's name of a call; of other kinds a word like "halt". */
	char name[EVENT_NAME_SIZE];
	unsigned int field_count;
	/* Of the arguments; the result has none. */
	struct event_field fields[PARACALL_EVENT_ARGUMENTS];
};

/* In order of id. */
struct event_classes {
	struct event_class *items;
	size_t count;
};

/* Those of this version; false if memory is short. The caller's to free. */
bool event_classes_make(struct event_classes *classes);
void event_classes_free(struct event_classes *classes);
/* Adds one; false if memory is short, or the id is there already. */
bool event_classes_add(struct event_classes *classes, const struct event_class *class);
/* NULL if there is none. */
const struct event_class *event_class_find(const struct event_classes *classes, uint32_t id);

/*
 * What PARACALL_EVENT_MORE or PARACALL_EVENT_OUTPUT adds to events of that class; NULL if
 * that is nothing.
 */
const struct event_class *event_class_continuation(const struct event_classes *classes,
						   const struct event_class *class,
						   enum paracall_event_kind kind);

/* "hex" and so on, and the other way round; an unknown name is hex. */
const char *event_format_name(enum paracall_format format);
enum paracall_format event_format_by_name(const char *name);

/* A fault's word in the grammar of rules; NULL if there is none of that number. */
const char *event_fault_name(uint64_t fault);

struct event_value {
	const struct event_field *field;
	uint64_t value;
};

#define EVENT_MAX_ARGUMENTS 12
#define EVENT_MAX_OUTPUTS 8

/* One event, complete. */
struct event {
	/* When it ended, in nanoseconds since the recording began. */
	uint64_t time;
	/* Nanoseconds; UINT32_MAX: that or more. */
	uint32_t duration;
	uint32_t cpu;
	/* 0 if it is not known. */
	uint64_t pc;
	int64_t result;
	/* A call whose result is not known. */
	bool lacks_result;
	enum paracall_event_kind kind;
	/* The name, among others; never NULL. */
	const struct event_class *class;
	/* All that there are, where an argument names another. */
	const struct event_classes *classes;
	/* The first words as they came, named or not. */
	uint64_t words[PARACALL_EVENT_ARGUMENTS];
	unsigned int argument_count;
	struct event_value arguments[EVENT_MAX_ARGUMENTS];
	/* What it returned besides the result. */
	unsigned int output_count;
	struct event_value outputs[EVENT_MAX_OUTPUTS];
};

/* Whether it only adds to the event before it. */
static inline bool event_is_continuation(uint32_t id)
{
	return paracall_event_kind(id) == PARACALL_EVENT_MORE ||
	       paracall_event_kind(id) == PARACALL_EVENT_OUTPUT;
}

/* An event of which only @raw is known so far; its class is one of @classes. */
void event_begin(struct event *event, uint32_t cpu, const struct paracall_event *raw,
		 const struct event_class *class, const struct event_classes *classes);
/* A continuation; what does not fit is left out. */
void event_continue(struct event *event, const struct paracall_event *raw,
		    const struct event_class *class);

/* Whether a continuation of it may be to come, if none of its vCPU came after it. */
bool event_may_continue(const struct event *event);

/* The value of the argument of that name; false if there is none. */
bool event_argument(const struct event *event, const char *name, uint64_t *value);

/* A call of the guest's, of whatever architecture. */
bool event_kind_is_call(enum paracall_event_kind kind);
bool event_is_call(const struct event *event);
/* Of a register of KVM's, or of what CPUID or CPUCFG give. */
bool event_is_access(const struct event *event);
/*
 * Whether .result is known: not that of a call which QEMU or the firmware answers, nor in a
 * host's trace, whose trace point comes before the call.
 */
bool event_has_result(const struct event *event);
/* A call that was refused, or an access that ended in an exception. */
bool event_has_failed(const struct event *event);

#endif /* PARACALL_REPORT_EVENT_H */
