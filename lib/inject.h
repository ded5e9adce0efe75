/* SPDX-License-Identifier: BSD-2-Clause */
/* Fault injection. Without rules all of it is one branch. */
#ifndef PARACALL_LIB_INJECT_H
#define PARACALL_LIB_INJECT_H

#include "record.h"
#include "row.h"

/* Whether the engine can do what the rules need, and there are rules. */
bool injection_is_possible(const struct paracall_injection *injection,
			   const struct paracall_engine *engine,
			   const struct architecture *architecture);

/* When the machine is created, and has its statistics. */
void injection_begin(struct paracall_machine *machine,
		     const struct paracall_injection *injection);

/*
 * The rule that applies to @cpu's @number'th action at @place, or
 * NULL. To be called once for each, if the machine has rules.
 */
const struct paracall_rule *injection_find(struct paracall_cpu *cpu, enum paracall_place place,
					   size_t index, uint64_t number);

static inline bool has_rules(const struct paracall_cpu *cpu)
{
	return __builtin_expect(cpu->machine->has_rules, false);
}

/* The same for the call that @cpu is making. */
const struct paracall_rule *injection_find_call(struct paracall_cpu *cpu,
						const struct row *row);

/* Make the vCPU wait. */
void injection_delay(struct paracall_cpu *cpu, const struct paracall_rule *rule);

/* Keep a call for later; or do those that are due, or @all of them. */
void injection_keep_call(struct paracall_cpu *cpu, const struct paracall_rule *rule,
			 const struct call *call);
void injection_do_late_calls(struct paracall_cpu *cpu, bool all);

/* What is due in paracall_update(). */
void injection_update(struct paracall_cpu *cpu);

/* The calls that are kept, in a record; as an architecture's .save_cpu and .load_cpu. */
void injection_save(struct paracall_cpu *cpu, struct record_writer *writer);
int injection_load(struct paracall_cpu *cpu, struct record_reader *reader, bool is_real);

#endif /* PARACALL_LIB_INJECT_H */
