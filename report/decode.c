/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "decode.h"

#include "decode_part.h"
#include "words.h"

#include <inttypes.h>
#include <string.h>

/* clang-format off */
static const struct word wake_causes[] = {
	{ PARACALL_WAKE_INTERRUPT, "interrupt" },
	{ PARACALL_WAKE_KICK, "kick" },
	{ PARACALL_WAKE_KICK_BEFORE, "kick before" },
	{ PARACALL_WAKE_RESET, "reset" },
	{ PARACALL_WAKE_UNKNOWN, "unknown" },
	{ 0, NULL },
};
/* clang-format on */

static const struct paracall_msr_info *msr_by_number(uint64_t number)
{
	for (size_t i = 0; i < paracall_msr_count(); i++)
		if (paracall_msr_info(i)->number == number)
			return paracall_msr_info(i);
	return NULL;
}

static void print_msr(FILE *output, uint64_t number)
{
	const struct paracall_msr_info *info = msr_by_number(number);

	if (info)
		fputs(info->name, output);
	else
		fprintf(output, "0x%" PRIx64, number);
}

/* Which architecture's calls have events of that kind; NULL if none have names. */
static const struct decode_part *part_of(enum paracall_event_kind call)
{
	const struct decode_part *part;

	for (size_t i = 0; (part = decode_part_at(i)); i++)
		if (part->call == call)
			return part;
	return NULL;
}

/* Which architecture's guests find KVM by such events; NULL if none do. */
static const struct decode_part *part_detected_by(enum paracall_event_kind kind)
{
	const struct decode_part *part;

	for (size_t i = 0; (part = decode_part_at(i)); i++)
		if (part->print_detected && part->detection == kind)
			return part;
	return NULL;
}

/* The names of such a call's results; NULL if they have none. */
static const struct word *call_results(enum paracall_event_kind call)
{
	const struct decode_part *part = part_of(call);

	return part ? part->results : NULL;
}

static void print_register(FILE *output, uint64_t number, uint64_t value)
{
	const struct decode_part *part;

	for (size_t i = 0; (part = decode_part_at(i)); i++)
		if (part->print_register && part->print_register(output, number, value))
			return;
	fprintf(output, "0x%" PRIx64, value);
}

static const char *name_of_feature(const void *context, uint32_t bit)
{
	const enum paracall_architecture *architecture = context;

	return paracall_feature_name(*architecture, bit);
}

void decode_features(FILE *output, uint32_t features, const char *separator,
		     enum paracall_architecture architecture)
{
	print_set(output, features, separator, name_of_feature, &architecture);
}

/* The call's output says which features its architecture has. */
static void print_call_features(FILE *output, const struct event *event, uint32_t features)
{
	const struct paracall_call_info *info =
		paracall_call_by_id(paracall_event_row(event->class->id));

	decode_features(output, features, "|", info ? info->architecture : 0);
}

/* "180 us": a time as people write it. */
static void print_time(FILE *output, uint64_t nanoseconds)
{
	if (nanoseconds < 10000)
		fprintf(output, "%" PRIu64 " ns", nanoseconds);
	else if (nanoseconds < 10000000)
		fprintf(output, "%" PRIu64 " us", nanoseconds / 1000);
	else
		fprintf(output, "%" PRIu64 " ms", nanoseconds / 1000000);
}

static void print_cpu(FILE *output, uint64_t cpu)
{
	if (cpu == PARACALL_EVENT_NOBODY)
		fputs("any", output);
	else
		fprintf(output, "cpu %" PRIu64, cpu);
}

static void print_processor(FILE *output, uint64_t processor)
{
	if (processor == UINT64_MAX)
		fputs("all", output);
	else
		fprintf(output, "%" PRIu64, processor);
}

static void print_wake(FILE *output, const struct event *event)
{
	uint64_t cause = PARACALL_WAKE_INTERRUPT;
	uint64_t by = PARACALL_EVENT_NOBODY;
	uint64_t halted = 0;

	event_argument(event, "cause", &cause);
	event_argument(event, "by", &by);
	event_argument(event, "halted", &halted);
	switch (cause) {
	case PARACALL_WAKE_KICK:
		fprintf(output, "kick from cpu %" PRIu64, by);
		break;
	case PARACALL_WAKE_KICK_BEFORE:
		fprintf(output, "kick from cpu %" PRIu64 " before, did not wait", by);
		return;
	case PARACALL_WAKE_RESET:
		fputs("reset", output);
		break;
	case PARACALL_WAKE_UNKNOWN:
		fputs("unknown", output);
		break;
	default:
		fputs("interrupt", output);
	}
	fputs(", waited ", output);
	print_time(output, halted);
}

/* As the grammar of rules has it. */
static void print_exact_time(FILE *output, int64_t nanoseconds)
{
	if (nanoseconds % 1000000000 == 0)
		fprintf(output, "%" PRId64 "s", nanoseconds / 1000000000);
	else if (nanoseconds % 1000000 == 0)
		fprintf(output, "%" PRId64 "ms", nanoseconds / 1000000);
	else if (nanoseconds % 1000 == 0)
		fprintf(output, "%" PRId64 "us", nanoseconds / 1000);
	else
		fprintf(output, "%" PRId64 "ns", nanoseconds);
}

/* Where a fault was injected: the name of a call or of another event, or a register. */
static void print_place(FILE *output, const struct event *event, uint64_t place)
{
	const struct event_class *class =
		place <= UINT32_MAX ? event_class_find(event->classes, place) : NULL;

	if (class) {
		fputs(class->name, output);
		return;
	}
	fputs("MSR_", output);
	print_msr(output, place);
}

static void print_fault(FILE *output, uint64_t fault)
{
	const char *name = event_fault_name(fault);

	if (name)
		fputs(name, output);
	else
		fprintf(output, "%" PRIu64, fault);
}

/* The word that stands for a result; errors have names. */
static void print_injected_result(FILE *output, int64_t result)
{
	const char *name =
		result < 0 ? word_of(call_results(PARACALL_EVENT_CALL), result) : NULL;

	if (name)
		fprintf(output, "error=%s", name + 1);
	else
		fprintf(output, "retval=%" PRId64, result);
}

/* Features are withdrawn where the guest asks for them. */
static void print_withdrawn(FILE *output, uint64_t place, uint32_t features)
{
	const struct decode_part *part =
		place <= UINT32_MAX ? part_detected_by(paracall_event_kind(place)) : NULL;

	putc('=', output);
	decode_features(output, features, "+", part ? part->architecture : 0);
}

static void print_fault_value(FILE *output, uint64_t place, uint64_t fault, int64_t value)
{
	switch (fault) {
	case PARACALL_FAULT_JUMP:
		fputs(value < 0 ? "=" : "=+", output);
		print_exact_time(output, value);
		break;
	case PARACALL_FAULT_DELAY:
	case PARACALL_FAULT_LATE:
	case PARACALL_FAULT_BURST:
		putc('=', output);
		print_exact_time(output, value);
		break;
	case PARACALL_FAULT_WITHDRAW:
		print_withdrawn(output, place, value);
		break;
	}
}

/* The rule that would inject just this fault: "KICK_CPU:drop:when=5". */
static void print_injected(FILE *output, const struct event *event)
{
	uint64_t fault = 0;
	uint64_t place = 0;
	uint64_t value = 0;
	uint64_t number = 0;

	event_argument(event, "fault", &fault);
	event_argument(event, "place", &place);
	event_argument(event, "value", &value);
	event_argument(event, "number", &number);
	print_place(output, event, place);
	putc(':', output);
	if (fault == PARACALL_FAULT_RESULT) {
		print_injected_result(output, value);
	} else {
		print_fault(output, fault);
		print_fault_value(output, place, fault, value);
	}
	fprintf(output, ":when=%" PRIu64, number);
}

/* Formats that an architecture has for itself. */
static bool print_special(FILE *output, const struct event *event,
			  const struct event_value *value)
{
	const struct decode_part *part;

	for (size_t i = 0; (part = decode_part_at(i)); i++)
		if (part->print_value && part->print_value(output, event, value))
			return true;
	return false;
}

void decode_value(FILE *output, const struct event *event, const struct event_value *value)
{
	switch (value->field->format) {
	case PARACALL_FORMAT_APIC_ID:
		/* Whatever is above 32 bits does not count, and is a mistake. */
		if (value->value > UINT32_MAX) {
			fprintf(output, "0x%" PRIx64, value->value);
			break;
		}
		/* fallthrough */
	case PARACALL_FORMAT_DECIMAL:
		fprintf(output, "%" PRIu64, value->value);
		break;
	case PARACALL_FORMAT_CPU:
		print_cpu(output, value->value);
		break;
	case PARACALL_FORMAT_PROCESSOR:
		print_processor(output, value->value);
		break;
	case PARACALL_FORMAT_NANOSECONDS:
		print_time(output, value->value);
		break;
	case PARACALL_FORMAT_MSR:
		print_msr(output, value->value);
		break;
	case PARACALL_FORMAT_WAKE_CAUSE:
		print_word(output, wake_causes, value->value);
		break;
	case PARACALL_FORMAT_FAULT:
		print_fault(output, value->value);
		break;
	case PARACALL_FORMAT_PLACE:
		print_place(output, event, value->value);
		break;
	case PARACALL_FORMAT_FEATURES:
		print_call_features(output, event, value->value);
		break;
	case PARACALL_FORMAT_BOOLEAN:
		fputs(value->value ? "yes" : "no", output);
		break;
	default:
		if (print_special(output, event, value))
			break;
		fprintf(output, "%#" PRIx64, value->value);
	}
}

static void print_values(FILE *output, const struct event *event,
			 const struct event_value *values, unsigned int count)
{
	for (unsigned int i = 0; i < count; i++) {
		fprintf(output, "%s%s=", i ? ", " : "", values[i].field->name);
		decode_value(output, event, &values[i]);
	}
}

/* A register and its value need no names. */
static void print_access(FILE *output, const struct event *event)
{
	uint64_t number = 0;
	uint64_t value = 0;

	event_argument(event, "register", &number);
	event_argument(event, "value", &value);
	print_msr(output, number);
	if (event->kind != PARACALL_EVENT_WRMSR)
		return;
	fputs(", ", output);
	print_register(output, number, value);
}

void decode_arguments(FILE *output, const struct event *event)
{
	const struct decode_part *part = part_detected_by(event->kind);
	uint64_t asked = 0;

	if (part) {
		event_argument(event, part->detection_argument, &asked);
		fprintf(output, "0x%" PRIx64, asked);
		return;
	}
	switch (event->kind) {
	case PARACALL_EVENT_RDMSR:
	case PARACALL_EVENT_WRMSR:
		print_access(output, event);
		break;
	case PARACALL_EVENT_WAKE:
		print_wake(output, event);
		break;
	case PARACALL_EVENT_INJECTED:
		print_injected(output, event);
		break;
	default:
		print_values(output, event, event->arguments, event->argument_count);
	}
}

/* What rdmsr returned, or that there was an exception. */
static void print_msr_result(FILE *output, const struct event *event)
{
	uint64_t number = 0;
	uint64_t value = 0;

	if (event->result < 0) {
		fputs("general protection exception", output);
		return;
	}
	event_argument(event, "register", &number);
	event_argument(event, "value", &value);
	if (event->kind == PARACALL_EVENT_RDMSR)
		print_register(output, number, value);
	else
		putc('0', output);
}

static void print_call_result(FILE *output, const struct event *event)
{
	const struct decode_part *part = part_of(event->kind);
	const struct word *results = part ? part->results : NULL;

	if (part && part->results_of)
		results = part->results_of(event);
	if (!event_has_result(event))
		putc('?', output);
	else if (part && part->returns_values && event->result >= 0)
		fprintf(output, "%#" PRIx64, event->result);
	else if (results)
		print_signed_word(output, results, event->result);
	else
		fprintf(output, "%" PRId64, event->result);
}

static bool is_msr(const struct event *event)
{
	return event->kind == PARACALL_EVENT_RDMSR || event->kind == PARACALL_EVENT_WRMSR;
}

void decode_result(FILE *output, const struct event *event)
{
	const struct decode_part *part = part_detected_by(event->kind);

	if (part)
		part->print_detected(output, event);
	else if (is_msr(event))
		print_msr_result(output, event);
	else if (event_is_call(event))
		print_call_result(output, event);
	else
		return;
	if (!event->output_count)
		return;
	fputs(" {", output);
	print_values(output, event, event->outputs, event->output_count);
	putc('}', output);
}

void decode_pc(FILE *output, uint64_t pc, const struct symbols *symbols)
{
	uint64_t offset;
	const char *name = symbols && pc ? symbols_find(symbols, pc, &offset) : NULL;

	if (name)
		fprintf(output, "%s+0x%" PRIx64, name, offset);
	else if (pc)
		fprintf(output, "0x%" PRIx64, pc);
}

static bool has_result(const struct event *event)
{
	return event_is_access(event) || event_is_call(event);
}

void decode_line(FILE *output, const struct event *event, const struct symbols *symbols)
{
	bool is_call = has_result(event);

	fprintf(output, "%11.6f cpu %u ", event->time / 1e9, event->cpu);
	decode_pc(output, event->pc, symbols);
	fprintf(output, "%s%s", event->pc ? " " : "", event->class->name);
	if (is_call)
		putc('(', output);
	else if (event->argument_count)
		fputs(": ", output);
	decode_arguments(output, event);
	if (is_call) {
		fputs(") = ", output);
		decode_result(output, event);
	}
	if (is_call && event->duration)
		fprintf(output, " <%.9f>", event->duration / 1e9);
	putc('\n', output);
}

/* The number of a call in the table; false if this version lacks it. */
static bool number_of(const char *name, uint64_t *number)
{
	const struct paracall_call_info *info;

	for (size_t i = 0; (info = paracall_call_info(i)); i++) {
		if (strcmp(info->name, name))
			continue;
		*number = info->number;
		return true;
	}
	return false;
}

/* The number and four arguments; an unknown call has its number before them. */
static bool whole_call(const struct event *event, uint64_t *words)
{
	if (paracall_event_row(event->class->id) != PARACALL_EVENT_UNKNOWN_ROW) {
		memcpy(words + 1, event->words, sizeof(event->words));
		return number_of(event->class->name, words);
	}
	for (unsigned int i = 0; i < 1 + PARACALL_EVENT_ARGUMENTS; i++)
		words[i] = i < event->argument_count ? event->arguments[i].value : 0;
	return true;
}

/* KVM's trace.h, kvm_hypercall; kernel/trace/trace_output.c for what is before it. */
void decode_ftrace(FILE *output, const struct event *event)
{
	uint64_t words[1 + PARACALL_EVENT_ARGUMENTS];
	char task[32];

	if (event->kind != PARACALL_EVENT_CALL || !whole_call(event, words))
		return;
	snprintf(task, sizeof(task), "CPU %u/KVM", event->cpu);
	fprintf(output,
		"%16s-%-7u [%03u] ..... %5" PRIu64 ".%06" PRIu64
		": kvm_hypercall: nr 0x%" PRIx64 " a0 0x%" PRIx64 " a1 0x%" PRIx64
		" a2 0x%" PRIx64 "  a3 0x%" PRIx64 "\n",
		task, event->cpu, event->cpu, event->time / UINT64_C(1000000000),
		event->time % UINT64_C(1000000000) / 1000, words[0], words[1], words[2],
		words[3], words[4]);
}
