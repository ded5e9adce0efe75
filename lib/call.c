/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A call's layers, from the inside: do it; disturb that; observe the result. Each
 * calls the one before, and is left out if it is not used.
 */
#include "call.h"

#include "architecture.h"

#include <string.h>

/* ---- do --------------------------------------------------------------------- */

/*
 * A call with the feature switched off is unknown, if the machine says so. One that is
 * served has a row.
 */
static bool is_answered(const struct paracall_cpu *cpu, const struct call *call)
{
	return call->is_served && !row_lacks_feature(cpu->machine, call->row);
}

/* An observer of the call has read them before. */
static void need_arguments(struct paracall_cpu *cpu, struct call *call,
			   const struct convention *convention)
{
	if (!call->is_read)
		call_read_arguments(cpu, call, convention);
	call->is_read = true;
}

static int64_t do_call(struct paracall_cpu *cpu, struct call *call,
		       const struct convention *convention)
{
	if (!is_answered(cpu, call))
		return call->is_permitted ? convention->unknown : convention->forbidden;
	/* NOLINTNEXTLINE(clang-analyzer-core.NullDereference) */
	if (call->row->info.server == PARACALL_SERVED_BY_LIBRARY)
		need_arguments(cpu, call, convention);
	call->is_done = true;
	return call->row->handler(cpu, call);
}

/* ---- disturb ---------------------------------------------------------------- */

/* It is answered now. */
static int64_t do_later(struct paracall_cpu *cpu, struct call *call,
			const struct convention *convention, const struct paracall_rule *rule)
{
	if (!is_answered(cpu, call))
		return convention->unknown;
	/* It may be saved with the machine, and then all of it. */
	if (!call->is_read)
		memset(call->arguments, 0, sizeof(call->arguments));
	need_arguments(cpu, call, convention);
	injection_keep_call(cpu, rule, call);
	return convention->good;
}

static int64_t disturb(struct paracall_cpu *cpu, struct call *call,
		       const struct convention *convention)
{
	const struct paracall_rule *rule;

	injection_do_late_calls(cpu, false);
	rule = call->row ? injection_find_call(cpu, call->row) : NULL;
	if (!rule)
		return do_call(cpu, call, convention);
	switch (rule->fault) {
	case PARACALL_FAULT_RESULT:
		return rule->value;
	case PARACALL_FAULT_UNKNOWN:
		return convention->unknown;
	case PARACALL_FAULT_DROP:
		return convention->good;
	case PARACALL_FAULT_LATE:
		return do_later(cpu, call, convention, rule);
	default:
		injection_delay(cpu, rule);
		return do_call(cpu, call, convention);
	}
}

static int64_t disturb_or_do(struct paracall_cpu *cpu, struct call *call,
			     const struct convention *convention)
{
	return has_rules(cpu) && call->is_permitted ? disturb(cpu, call, convention)
						    : do_call(cpu, call, convention);
}

/* ---- observe ---------------------------------------------------------------- */

static unsigned int argument_count(const struct call *call, const struct convention *convention)
{
	const struct paracall_field *fields;
	unsigned int count = 0;

	if (!call->row)
		return convention->place_count;
	fields = call->row->info.fields;
	while (count < PARACALL_MAX_ARGUMENTS && fields[count].direction == PARACALL_IN)
		count++;
	return count;
}

static unsigned int output_count(const struct call *call)
{
	unsigned int count = 0;

	for (unsigned int i = 0; i < PARACALL_MAX_FIELDS && call->row->info.fields[i].name; i++)
		count += call->row->info.fields[i].direction == PARACALL_OUT;
	return count;
}

/* Including those that only the observer uses. */
static void read_declared(struct paracall_cpu *cpu, struct call *call,
			  const struct convention *convention, unsigned int count)
{
	const struct paracall_field *fields = call->row->info.fields;

	for (unsigned int i = 0; i < count; i++)
		call->arguments[i] = convention->read(cpu, call, fields[i].place);
	call->is_read = true;
}

/* Arguments before the call, since results come where they were; returns how many. */
static unsigned int read_all(struct paracall_cpu *cpu, struct call *call,
			     const struct convention *convention)
{
	unsigned int declared = argument_count(call, convention);
	unsigned int wanted = declared;
	/* Another architecture's call has its arguments where this one does. */
	bool is_own =
		call->row && call->row->info.architecture == cpu->machine->architecture->bit;
	bool is_whole = cpu->trace && cpu->trace->flags & PARACALL_TRACE_WHOLE_CALLS;

	for (unsigned int i = 0; i < PARACALL_MAX_ARGUMENTS; i++)
		call->arguments[i] = 0;
	if (is_own)
		read_declared(cpu, call, convention, declared);
	if (is_whole && wanted < convention->place_count)
		wanted = convention->place_count;
	for (unsigned int i = is_own ? declared : 0; i < wanted; i++)
		call->arguments[i] = convention->read(cpu, call, convention->places[i]);
	return wanted;
}

static void observe(struct paracall_cpu *cpu, const struct call *call,
		    const struct convention *convention, unsigned int count, uint64_t began,
		    int64_t result)
{
	unsigned int outputs;

	if (call->is_left)
		result = PARACALL_EVENT_NO_RESULT;
	if (!call->row) {
		trace_unknown_call(cpu, convention->event, call->number, call->arguments, count,
				   began, result);
		return;
	}
	if (!trace_call(cpu, paracall_event_id(convention->event, call->row->info.id), began,
			result, call->arguments, count))
		return;
	outputs = output_count(call);
	if (outputs && call->is_done && call->row->info.server == PARACALL_SERVED_BY_LIBRARY &&
	    !convention->is_error(result))
		trace_output(cpu, call->row->info.id, call->outputs, outputs);
}

static int64_t observe_and_do(struct paracall_cpu *cpu, struct call *call,
			      const struct convention *convention, const struct count *count)
{
	unsigned int arguments = read_all(cpu, call, convention);
	uint64_t began = trace_begin_call(cpu, count->slot, count->is_sampled);
	int64_t result = disturb_or_do(cpu, call, convention);

	observe(cpu, call, convention, arguments, began, result);
	return result;
}

/* ---- all of it -------------------------------------------------------------- */

int64_t call_run_layers(struct paracall_cpu *cpu, struct call *call,
			const struct convention *convention)
{
	struct count count = count_begin(cpu, call->row);
	int64_t result;

	call->is_read = false;
	call->is_done = false;
	result = trace_wants(cpu, convention->event)
			 ? observe_and_do(cpu, call, convention, &count)
			 : disturb_or_do(cpu, call, convention);
	count_end(cpu, &count, convention->is_error(result));
	return result;
}

void call_see(struct paracall_cpu *cpu, struct call *call, const struct convention *convention)
{
	count_only(cpu, call->row);
	call->is_done = false;
	call->is_left = true;
	if (trace_wants(cpu, convention->event))
		observe(cpu, call, convention, read_all(cpu, call, convention), 0,
			convention->good);
}
