/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Faults on purpose: which of what a vCPU does is met, and what is kept for
 * later. Who asks does the rest: call.c, s390/diag.c, x86/msr.c, x86/cpuid.c.
 *
 * Nothing is drawn in advance: the number of a call decides about it, together
 * with the seed, the vCPU's number and the rule. So each vCPU meets the same
 * faults again, whatever the others do meanwhile.
 */
#include "inject.h"

#include "architecture.h"

#include "trace/trace.h"
#include "x86/clock.h"
#include "x86/steal_time.h"

#include <string.h>

#define MILLION 1000000u

static bool is_event(const struct paracall_rule *rule)
{
	return rule->place == PARACALL_AT_CLOCK || rule->place == PARACALL_AT_STEAL;
}

/* Only what acts on another vCPU, by nothing but its arguments, can be late. */
bool injection_fits(enum paracall_fault fault, const struct row *row)
{
	/* The library hears of these, no more. */
	if (row->info.properties & PARACALL_CALL_SEEN_ONLY)
		return false;
	switch (fault) {
	case PARACALL_FAULT_RESULT:
		return row->info.kind != PARACALL_CALL_DIAGNOSE;
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

static bool fits_row(const struct paracall_rule *rule)
{
	const struct row *row = row_by_id((uint32_t)rule->index);

	return row && injection_fits(rule->fault, row);
}

static bool fits_place(const struct paracall_rule *rule,
		       enum paracall_architecture architecture)
{
	bool is_x86 = architecture == PARACALL_X86;
	bool has_index = rule->index != PARACALL_ALL_CALLS;

	switch (rule->place) {
	case PARACALL_AT_CALL:
		return !has_index || fits_row(rule);
	case PARACALL_AT_MSR:
		return is_x86 && (!has_index || (size_t)rule->index < paracall_msr_count()) &&
		       (rule->fault == PARACALL_FAULT_EXCEPTION ||
			rule->fault == PARACALL_FAULT_DROP ||
			rule->fault == PARACALL_FAULT_DELAY);
	case PARACALL_AT_CPUID:
		return is_x86 && rule->fault == PARACALL_FAULT_WITHDRAW;
	case PARACALL_AT_CLOCK:
		return is_x86 && rule->fault == PARACALL_FAULT_JUMP;
	case PARACALL_AT_STEAL:
		return is_x86 && rule->fault == PARACALL_FAULT_BURST && rule->value >= 0;
	}
	return false;
}

bool injection_is_possible(const struct paracall_injection *injection,
			   const struct paracall_engine *engine,
			   enum paracall_architecture architecture)
{
	if (injection->rule_count > PARACALL_MAX_RULES)
		return false;
	for (uint32_t i = 0; i < injection->rule_count; i++) {
		const struct paracall_rule *rule = &injection->rules[i];
		bool needs_clock = is_event(rule) || rule->fault == PARACALL_FAULT_LATE;

		if (!fits_place(rule, architecture) || !rule->step ||
		    (is_event(rule) && !rule->every) || (needs_clock && !engine->clock) ||
		    (rule->fault == PARACALL_FAULT_DELAY && !engine->delay))
			return false;
	}
	return true;
}

static uint64_t now(const struct paracall_machine *machine)
{
	return machine->engine.clock ? machine->engine.clock() : 0;
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
	for (uint32_t i = 0; i < injection->rule_count; i++)
		memcpy(statistics->rules[i], injection->rules[i].text, PARACALL_RULE_TEXT - 1);
}

/* The output function of Steele, Lea and Flood's SplitMix64, which mixes all bits. */
static uint64_t mix(uint64_t value)
{
	value += UINT64_C(0x9e3779b97f4a7c15);
	value = (value ^ value >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	value = (value ^ value >> 27) * UINT64_C(0x94d049bb133111eb);
	return value ^ value >> 31;
}

static uint32_t cpu_index(const struct paracall_cpu *cpu)
{
	return (uint32_t)(cpu - cpu->machine->cpus);
}

/* One in @rule's so many of a million. */
static bool is_drawn(const struct paracall_cpu *cpu, const struct paracall_rule *rule,
		     size_t index, uint64_t number)
{
	const struct paracall_injection *injection = &cpu->machine->injection;
	uint64_t stream = (uint64_t)(rule - injection->rules) << 48 | (uint64_t)index << 32 |
			  cpu_index(cpu);
	uint64_t drawn = mix(mix(injection->seed ^ mix(stream)) + number);

	return (drawn >> 32) * MILLION >> 32 < rule->per_million;
}

static bool fits_call(const struct paracall_cpu *cpu, const struct paracall_rule *rule,
		      const struct row *row)
{
	return row->info.architecture == cpu->machine->architecture &&
	       injection_fits(rule->fault, row);
}

static bool meets(const struct paracall_cpu *cpu, const struct paracall_rule *rule,
		  enum paracall_place place, size_t index, uint64_t number)
{
	int64_t index_wanted = rule->index;

	if (rule->place != place || number < rule->first || number > rule->last ||
	    (number - rule->first) % rule->step)
		return false;
	if (is_event(rule))
		index_wanted = rule - cpu->machine->injection.rules;
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

/* How events name what a rule met. */
static uint64_t place_of(enum paracall_place place, size_t index)
{
	switch (place) {
	case PARACALL_AT_MSR:
		return paracall_msr_info(index)->number;
	case PARACALL_AT_CPUID:
		return paracall_event_id(PARACALL_EVENT_CPUID, 0);
	case PARACALL_AT_CLOCK:
		return paracall_event_id(PARACALL_EVENT_CLOCK, 0);
	case PARACALL_AT_STEAL:
		return paracall_event_id(PARACALL_EVENT_STEAL, 0);
	case PARACALL_AT_CALL:
		break;
	}
	return paracall_event_id(row_by_id((uint32_t)index)->info.event, (uint32_t)index);
}

static void note(struct paracall_cpu *cpu, const struct paracall_rule *rule, size_t index,
		 uint64_t number)
{
	struct paracall_machine *machine = cpu->machine;
	uint64_t nanoseconds = now(machine) - machine->created_nanoseconds;
	struct paracall_injected key = {
		.rule = (uint32_t)(rule - machine->injection.rules),
		.place = rule->place,
		.index = index,
		.first_number = number,
		.first_nanoseconds = nanoseconds,
	};
	struct paracall_injected *entry = find_entry(cpu, &key);

	entry->last_number = number;
	entry->last_nanoseconds = nanoseconds;
	__atomic_store_n(&entry->times, entry->times + 1, __ATOMIC_RELEASE);
	trace_now(cpu, PARACALL_EVENT_INJECTED, rule->fault, place_of(rule->place, index),
		  (uint64_t)rule->value, number);
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

uint32_t injection_withdrawn(struct paracall_cpu *cpu)
{
	const struct paracall_rule *rule =
		injection_find(cpu, PARACALL_AT_CPUID, 0, cpu->statistics->cpuid_features);

	return rule ? (uint32_t)rule->value : 0;
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

/* The number of the rule stands for the index: its events are of its own. */
static void do_event(struct paracall_cpu *cpu, size_t index, uint64_t nanoseconds)
{
	struct paracall_machine *machine = cpu->machine;
	const struct paracall_rule *rule = &machine->injection.rules[index];
	bool is_clock = rule->place == PARACALL_AT_CLOCK;
	struct event *event = is_clock ? &machine->events[index] : &cpu->events[index];
	uint64_t number;

	if (!(is_clock ? paracall_clock_is_running(cpu) : paracall_steal_is_running(cpu)) ||
	    !is_due(event, nanoseconds, rule->every))
		return;
	number = atomic_fetch_add(&event->count, 1) + 1;
	if (!injection_find(cpu, rule->place, index, number))
		return;
	if (is_clock)
		paracall_clock_jump(cpu, rule->value);
	else
		paracall_steal_more(cpu, (uint64_t)rule->value);
}

void injection_update(struct paracall_cpu *cpu)
{
	const struct paracall_injection *injection = &cpu->machine->injection;
	uint64_t nanoseconds = now(cpu->machine);

	injection_do_late_calls(cpu, false);
	for (uint32_t i = 0; i < injection->rule_count; i++)
		if (is_event(&injection->rules[i]))
			do_event(cpu, i, nanoseconds);
}
