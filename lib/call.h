/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The one way that a call goes, of whatever architecture. That takes it apart
 * first; here it is done, and counted. Disturbing it (inject.h) and observing it
 * (trace/trace.h) are layers around that, in call.c, and skipped unless
 * they are in use. Reading a register is what costs, so none is read that the
 * row does not declare.
 */
#ifndef PARACALL_LIB_CALL_H
#define PARACALL_LIB_CALL_H

#include "count.h"
#include "inject.h"
#include "trace/trace.h"

/* How the calls of one kind are made, and answered. Results are the handlers'. */
struct convention {
	enum paracall_event_kind event;
	/* What the guest has in a place, as the call's mode has it. */
	uint64_t (*read)(struct paracall_cpu *cpu, const struct call *call, unsigned int place);
	/* Where arguments can be; for a call that is not in the table all are shown. */
	uint8_t places[PARACALL_MAX_ARGUMENTS];
	uint8_t place_count;
	/* The result of a call that does not exist; in the wrong mode; that was done. */
	int64_t unknown;
	int64_t forbidden;
	int64_t good;
	bool (*is_error)(int64_t result);
};

/* A convention's .read where places are registers, and all of their bits count. */
static inline uint64_t call_read_whole_register(struct paracall_cpu *cpu,
						const struct call *call, unsigned int place)
{
	(void)call;
	return cpu_read_register(cpu, place);
}

/* And its .is_error where all errors, and nothing else, are below 0. */
static inline bool call_is_negative(int64_t result)
{
	return result < 0;
}

/*
 * A call's .is_served where the guest has no call without its feature: KVM checks it, or
 * its user space removes the call.
 */
static inline bool call_is_offered(const struct paracall_machine *machine,
				   const struct row *row)
{
	return row && row->handler && !(row->info.feature & ~machine->features);
}

/* Only what the row says is used; those of the engine's own calls it reads by itself. */
static inline __attribute__((always_inline)) void
call_read_arguments(struct paracall_cpu *cpu, struct call *call,
		    const struct convention *convention)
{
	const struct paracall_field *fields = call->row->info.fields;

	for (unsigned int i = 0;
	     i < PARACALL_MAX_ARGUMENTS && fields[i].direction == PARACALL_IN; i++)
		if (!fields[i].is_unused)
			call->arguments[i] = convention->read(cpu, call, fields[i].place);
}

static inline __attribute__((always_inline)) int64_t
call_do(struct paracall_cpu *cpu, struct call *call, const struct convention *convention)
{
	if (call->row->info.server == PARACALL_SERVED_BY_LIBRARY)
		call_read_arguments(cpu, call, convention);
	return call->row->handler(cpu, call);
}

/* All other ways: timed, disturbed, observed, or not served. */
int64_t call_run_layers(struct paracall_cpu *cpu, struct call *call,
			const struct convention *convention);

/* Does a call that was taken apart: .row, .number, .mode, .is_permitted and .is_served. */
static inline __attribute__((always_inline)) int64_t
call_run(struct paracall_cpu *cpu, struct call *call, const struct convention *convention)
{
	struct paracall_call_statistics *statistics;
	int64_t result;

	call->is_left = false;
	if (__builtin_expect(cpu->has_layers || !call->is_served, false))
		return call_run_layers(cpu, call, convention);
	statistics = &cpu->statistics->calls[paracall_call_slot(call->row->info.id)];
	if (__builtin_expect(count_samples(statistics), false))
		return call_run_layers(cpu, call, convention);
	result = call_do(cpu, call, convention);
	paracall_statistics_add(&statistics->calls, 1);
	if (convention->is_error(result))
		paracall_statistics_add(&statistics->errors, 1);
	return result;
}

/* A call that the engine serves, and that is seen to begin: counted, and observed. */
void call_see(struct paracall_cpu *cpu, struct call *call, const struct convention *convention);

#endif /* PARACALL_LIB_CALL_H */
