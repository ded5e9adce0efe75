/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Fault injection: which of a vCPU's actions a rule selects, and what is kept for
 * later. The callers do the rest: call.c, and architectures for places of their own.
 *
 * Nothing is drawn in advance: the number of a call decides, together
 * with the seed, the vCPU's number and the rule. So each vCPU meets the same
 * faults again, whatever the others do meanwhile.
 */
#include "inject.h"

#include "architecture.h"
#include "take.h"
#include "trace/trace.h"

#include <string.h>

#define MILLION 1000000u

/* Time does not go back, and a result is not the number that says that there is none. */
static bool has_good_value(const struct paracall_rule *rule)
{
	switch (rule->fault) {
	case PARACALL_FAULT_DELAY:
	case PARACALL_FAULT_LATE:
	case PARACALL_FAULT_BURST:
		return rule->value >= 0;
	case PARACALL_FAULT_RESULT:
		return rule->value != PARACALL_EVENT_NO_RESULT;
	default:
		return true;
	}
}

/* Only a call that acts on another vCPU, by its arguments alone, can be late. */
static bool fits_row(enum paracall_fault fault, const struct row *row)
{
	/* The library only sees these. */
	if (row->info.properties & PARACALL_CALL_SEEN_ONLY)
		return false;
	switch (fault) {
	case PARACALL_FAULT_RESULT:
		return !(row->info.properties & PARACALL_CALL_NO_RESULT);
	case PARACALL_FAULT_UNKNOWN:
		return row->info.server != PARACALL_SERVED_BY_ENGINE;
	case PARACALL_FAULT_DROP:
	case PARACALL_FAULT_DELAY:
		return true;
	case PARACALL_FAULT_LATE:
		return row->info.properties & PARACALL_CALL_MAY_BE_LATE;
	default:
		return false;
	}
}

/* Its guests make no calls of other architectures. */
static bool fits_index(const struct paracall_rule *rule,
		       const struct architecture *architecture)
{
	const struct row *row = row_by_id((uint32_t)rule->index);

	return row && row->info.architecture == architecture->bit && fits_row(rule->fault, row);
}

/* NULL if it is a call, or no place that guests of this architecture have. */
static const struct fault_place *find_place(const struct architecture *architecture,
					    enum paracall_place place)
{
	for (size_t i = 0; i < architecture->fault_place_count; i++)
		if (architecture->fault_places[i].place == place)
			return &architecture->fault_places[i];
	return NULL;
}

static bool fits_place(const struct paracall_rule *rule, const struct fault_place *place)
{
	size_t count = place->count ? place->count() : 0;

	return (unsigned int)rule->fault < 32 && place->faults >> rule->fault & 1 &&
	       (!count || rule->index == PARACALL_ALL_CALLS || (size_t)rule->index < count);
}

static bool fits(const struct paracall_rule *rule, const struct fault_place *place,
		 const struct architecture *architecture)
{
	if (!has_good_value(rule))
		return false;
	if (place)
		return fits_place(rule, place);
	return rule->place == PARACALL_AT_CALL &&
	       (rule->index == PARACALL_ALL_CALLS || fits_index(rule, architecture));
}

bool paracall_rule_fits(const struct paracall_rule *rule,
			enum paracall_architecture architecture)
{
	const struct architecture *described = architecture_of(architecture);
	struct paracall_rule own;

	return described && !take_rule(&own, rule) &&
	       fits(&own, find_place(described, own.place), described);
}

static bool happens_by_itself(const struct fault_place *place)
{
	return place && place->happen;
}

bool injection_is_possible(const struct paracall_injection *injection,
			   const struct paracall_engine *engine,
			   const struct architecture *architecture)
{
	if (injection->rule_count > PARACALL_MAX_RULES)
		return false;
	for (uint32_t i = 0; i < injection->rule_count; i++) {
		const struct paracall_rule *rule = &injection->rules[i];
		const struct fault_place *place = find_place(architecture, rule->place);
		bool is_event = happens_by_itself(place);
		bool needs_clock = is_event || rule->fault == PARACALL_FAULT_LATE;

		if (!fits(rule, place, architecture) || !rule->step ||
		    (is_event && !rule->every) || (needs_clock && !engine->clock) ||
		    (rule->fault == PARACALL_FAULT_DELAY && !engine->delay))
			return false;
	}
	return true;
}

static uint64_t now(const struct paracall_machine *machine)
{
	return machine->engine.clock ? clock_now(machine) : 0;
}

void injection_begin(struct paracall_machine *machine,
		     const struct paracall_injection *injection)
{
	struct paracall_statistics *statistics = machine->statistics;

	machine->created_nanoseconds = now(machine);
	if (!injection)
		return;
	machine->injection = *injection;
	machine->has_rules = injection->rule_count;
	statistics->seed = injection->seed;
	statistics->rule_count = injection->rule_count;
	for (uint32_t i = 0; i < injection->rule_count; i++) {
		machine->fault_places[i] =
			find_place(machine->architecture, injection->rules[i].place);
		memcpy(statistics->rules[i], injection->rules[i].text, PARACALL_RULE_TEXT - 1);
	}
}

/* The output function of Steele, Lea and Flood's SplitMix64, which mixes all bits. */
static uint64_t mix(uint64_t value)
{
	value += UINT64_C(0x9e3779b97f4a7c15);
	value = (value ^ value >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	value = (value ^ value >> 27) * UINT64_C(0x94d049bb133111eb);
	return value ^ value >> 31;
}

/* One in @rule's so many of a million. */
static bool is_drawn(const struct paracall_cpu *cpu, const struct paracall_rule *rule,
		     size_t index, uint64_t number)
{
	const struct paracall_injection *injection = &cpu->machine->injection;
	uint64_t stream =
		(uint64_t)(rule - injection->rules) << 48 | (uint64_t)index << 32 | cpu->index;
	uint64_t drawn = mix(mix(injection->seed ^ mix(stream)) + number);

	return (drawn >> 32) * MILLION >> 32 < rule->per_million;
}

static bool fits_call(const struct paracall_cpu *cpu, const struct paracall_rule *rule,
		      const struct row *row)
{
	return row->info.architecture == cpu->machine->architecture->bit &&
	       fits_row(rule->fault, row);
}

static bool meets(const struct paracall_cpu *cpu, const struct paracall_rule *rule,
		  enum paracall_place place, size_t index, uint64_t number)
{
	size_t rule_number = (size_t)(rule - cpu->machine->injection.rules);
	int64_t index_wanted = rule->index;

	if (rule->place != place || number < rule->first || number > rule->last ||
	    (number - rule->first) % rule->step)
		return false;
	if (happens_by_itself(cpu->machine->fault_places[rule_number]))
		index_wanted = (int64_t)rule_number;
	if (index_wanted != PARACALL_ALL_CALLS && (size_t)index_wanted != index)
		return false;
	if (place == PARACALL_AT_CALL && !fits_call(cpu, rule, row_by_id((uint32_t)index)))
		return false;
	return rule->per_million >= MILLION || is_drawn(cpu, rule, index, number);
}

/* The entry for it in the vCPU's table, perhaps a new one; all of its own thread. */
static struct paracall_injected *find_entry(struct paracall_cpu *cpu,
					    const struct paracall_injected *key)
{
	struct paracall_injected *entry = cpu->statistics->injected;
	struct paracall_injected *last = entry + PARACALL_STATISTICS_INJECTED - 1;

	while (entry < last && entry->times &&
	       (entry->rule != key->rule || entry->place != key->place ||
		entry->index != key->index))
		entry++;
	if (!entry->times)
		*entry = *key;
	if (entry == last)
		entry->rule = PARACALL_STATISTICS_OTHER_RULES;
	return entry;
}

/* How events name the target of a rule. */
static uint64_t event_place(const struct fault_place *place, size_t index)
{
	if (!place)
		return paracall_event_id(row_by_id((uint32_t)index)->info.event,
					 (uint32_t)index);
	return place->event_place ? place->event_place(index)
				  : paracall_event_id(place->event, 0);
}

static void note(struct paracall_cpu *cpu, const struct paracall_rule *rule, size_t index,
		 uint64_t number)
{
	struct paracall_machine *machine = cpu->machine;
	uint64_t nanoseconds = now(machine) - machine->created_nanoseconds;
	uint32_t rule_number = (uint32_t)(rule - machine->injection.rules);
	struct paracall_injected key = {
		.rule = rule_number,
		.place = rule->place,
		.index = index,
		.first_number = number,
		.first_nanoseconds = nanoseconds,
	};
	struct paracall_injected *entry = find_entry(cpu, &key);

	entry->last_number = number;
	entry->last_nanoseconds = nanoseconds;
	__atomic_store_n(&entry->times, entry->times + 1, __ATOMIC_RELEASE);
	trace_now(cpu, PARACALL_EVENT_INJECTED, rule->fault,
		  event_place(machine->fault_places[rule_number], index), (uint64_t)rule->value,
		  number);
}

/* Here it is decided that a fault happens, of whatever kind, and nowhere else. */
const struct paracall_rule *injection_find(struct paracall_cpu *cpu, enum paracall_place place,
					   size_t index, uint64_t number)
{
	const struct paracall_injection *injection = &cpu->machine->injection;

	for (uint32_t i = 0; i < injection->rule_count; i++) {
		const struct paracall_rule *rule = &injection->rules[i];

		if (!meets(cpu, rule, place, index, number))
			continue;
		note(cpu, rule, index, number);
		return rule;
	}
	return NULL;
}

const struct paracall_rule *injection_find_call(struct paracall_cpu *cpu, const struct row *row)
{
	uint32_t slot = paracall_call_slot(row->info.id);

	/* This one is counted at its end. */
	return injection_find(cpu, PARACALL_AT_CALL, row->info.id,
			      cpu->statistics->calls[slot].calls + 1);
}

void injection_delay(struct paracall_cpu *cpu, const struct paracall_rule *rule)
{
	cpu->machine->engine.delay(cpu->engine_cpu, (uint64_t)rule->value);
}

static void do_oldest(struct paracall_cpu *cpu)
{
	struct call call = cpu->late_calls[0].call;

	cpu->late_call_count--;
	memmove(cpu->late_calls, cpu->late_calls + 1,
		cpu->late_call_count * sizeof(cpu->late_calls[0]));
	call.row->handler(cpu, &call);
}

/* By different rules a later one can be due earlier; it waits for those before. */
void injection_do_late_calls(struct paracall_cpu *cpu, bool all)
{
	uint64_t nanoseconds;

	take_reset(cpu);
	nanoseconds = cpu->late_call_count ? now(cpu->machine) : 0;
	while (cpu->late_call_count &&
	       (all || nanoseconds >= cpu->late_calls[0].due_nanoseconds))
		do_oldest(cpu);
}

void injection_keep_call(struct paracall_cpu *cpu, const struct paracall_rule *rule,
			 const struct call *call)
{
	struct late_call *late;

	if (cpu->late_call_count == MAX_LATE_CALLS)
		do_oldest(cpu);
	late = &cpu->late_calls[cpu->late_call_count++];
	late->due_nanoseconds = now(cpu->machine) + (uint64_t)rule->value;
	late->call = *call;
}

/* True for one caller, each time that it is due. */
static bool is_due(struct event *event, uint64_t nanoseconds, uint64_t every)
{
	uint64_t due = atomic_load_explicit(&event->due_nanoseconds, memory_order_relaxed);

	return nanoseconds >= due &&
	       atomic_compare_exchange_strong(&event->due_nanoseconds, &due,
					      nanoseconds + every) &&
	       due;
}

/* The number of the rule stands for the index: each rule has its own events. */
static void do_event(struct paracall_cpu *cpu, const struct fault_place *place, size_t index,
		     uint64_t nanoseconds)
{
	struct paracall_machine *machine = cpu->machine;
	const struct paracall_rule *rule = &machine->injection.rules[index];
	struct event *event = place->is_shared ? &machine->events[index] : &cpu->events[index];
	uint64_t number;

	if (!place->is_running(cpu) || !is_due(event, nanoseconds, rule->every))
		return;
	number = atomic_fetch_add(&event->count, 1) + 1;
	if (injection_find(cpu, rule->place, index, number))
		place->happen(cpu, rule->value);
}

void injection_update(struct paracall_cpu *cpu)
{
	const struct paracall_machine *machine = cpu->machine;
	uint64_t nanoseconds = now(machine);

	injection_do_late_calls(cpu, false);
	for (uint32_t i = 0; i < machine->injection.rule_count; i++)
		if (happens_by_itself(machine->fault_places[i]))
			do_event(cpu, machine->fault_places[i], i, nanoseconds);
}

void injection_save(struct paracall_cpu *cpu, struct record_writer *writer)
{
	uint64_t nanoseconds = now(cpu->machine);

	record_put_byte(writer, (uint8_t)cpu->late_call_count);
	for (uint32_t i = 0; i < cpu->late_call_count; i++) {
		const struct late_call *late = &cpu->late_calls[i];
		bool is_due = late->due_nanoseconds <= nanoseconds;

		record_put_long(writer, is_due ? 0 : late->due_nanoseconds - nanoseconds);
		record_put_word(writer, late->call.row->info.id);
		record_put_word(writer, late->call.mode);
		for (unsigned int k = 0; k < PARACALL_MAX_ARGUMENTS; k++)
			record_put_long(writer, late->call.arguments[k]);
	}
}

/* False if no rule can have kept such a call. */
static bool load_late_call(struct paracall_cpu *cpu, struct record_reader *reader,
			   struct late_call *late)
{
	uint64_t left = record_get_long(reader);
	const struct row *row = row_by_id(record_get_word(reader));
	uint32_t mode = record_get_word(reader);

	*late = (struct late_call){
		.due_nanoseconds = now(cpu->machine) + left,
		.call = { .row = row, .number = row ? row->info.number : 0, .mode = mode },
	};
	for (unsigned int i = 0; i < PARACALL_MAX_ARGUMENTS; i++)
		late->call.arguments[i] = record_get_long(reader);
	return left <= INT64_MAX && row && row->handler &&
	       row->info.architecture == cpu->machine->architecture->bit &&
	       fits_row(PARACALL_FAULT_LATE, row) &&
	       !(mode &
		 ~(PARACALL_MODE_64BIT | PARACALL_MODE_LITTLE_ENDIAN | PARACALL_MODE_REAL));
}

int injection_load(struct paracall_cpu *cpu, struct record_reader *reader, bool is_real)
{
	uint8_t count = record_get_byte(reader);

	if (count > MAX_LATE_CALLS)
		return PARACALL_ERROR_RECORD;
	/* They would never be done. */
	if (count && !has_rules(cpu))
		return PARACALL_ERROR_FEATURE;
	for (uint32_t i = 0; i < count; i++) {
		struct late_call late;

		if (!load_late_call(cpu, reader, &late))
			return PARACALL_ERROR_RECORD;
		/* Such a call is unknown, and never kept. */
		if (row_lacks_feature(cpu->machine, late.call.row))
			return PARACALL_ERROR_FEATURE;
		if (is_real)
			cpu->late_calls[i] = late;
	}
	if (is_real)
		cpu->late_call_count = count;
	return PARACALL_OK;
}
