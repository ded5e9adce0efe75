/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The one way that PowerPC's calls go, KVM's and ePAPR's: as in KVM the low half
 * of r11 counts, arguments are cut to 32 bits by mode, and r4 is always written
 * (arch/powerpc/kvm/powerpc.c, kvmppc_kvm_pv). Only what the row declares is read.
 */
#include "../count.h"
#include "../inject.h"
#include "../trace/trace.h"

static uint64_t read_register(struct paracall_cpu *cpu, unsigned int number)
{
	return cpu->machine->engine.read_register(cpu->engine_cpu, number);
}

static void write_register(struct paracall_cpu *cpu, unsigned int number, uint64_t value)
{
	cpu->machine->engine.write_register(cpu->engine_cpu, number, value);
}

/*
 * Those that the row declares, or without one all that there can be, from the
 * register @first on; returns how many.
 */
static unsigned int read_arguments(struct paracall_cpu *cpu, uint32_t mode,
				   const struct row *row, unsigned int first,
				   uint64_t *arguments)
{
	unsigned int i = 0;

	for (; i < PARACALL_MAX_ARGUMENTS && (!row || row->info.arguments[i].name); i++) {
		arguments[i] = read_register(cpu, first + i);
		if (!(mode & PARACALL_MODE_64BIT))
			arguments[i] = (uint32_t)arguments[i];
	}
	return i;
}

static uint32_t handle(struct paracall_cpu *cpu, uint32_t mode, const struct row *row,
		       uint64_t *output)
{
	uint64_t arguments[PARACALL_MAX_ARGUMENTS] = { 0 };

	if (!row || !row->epapr)
		return PARACALL_EV_UNIMPLEMENTED;
	read_arguments(cpu, mode, row, PARACALL_POWERPC_R3, arguments);
	return row->epapr(cpu, mode, arguments, output);
}

/* By a fault on purpose, if a rule meets this call. */
static uint32_t handle_with_rules(struct paracall_cpu *cpu, uint32_t mode,
				  const struct row *row, uint64_t *output)
{
	const struct paracall_rule *rule = row ? injection_find_call(cpu, row) : NULL;

	if (!rule)
		return handle(cpu, mode, row, output);
	switch (rule->fault) {
	case PARACALL_FAULT_RESULT:
		return (uint32_t)rule->value;
	case PARACALL_FAULT_UNKNOWN:
		return PARACALL_EV_UNIMPLEMENTED;
	case PARACALL_FAULT_DROP:
		return PARACALL_EV_SUCCESS;
	default:
		injection_delay(cpu, rule);
		return handle(cpu, mode, row, output);
	}
}

/* Before it is done, since results come where arguments were. */
struct told {
	bool is_wanted;
	unsigned int count;
	uint64_t arguments[PARACALL_MAX_ARGUMENTS];
	uint64_t began;
};

static __attribute__((noinline)) void tell_begin(struct paracall_cpu *cpu, uint32_t mode,
						 const struct row *row,
						 const struct count *count, struct told *told)
{
	told->count = read_arguments(cpu, mode, row, PARACALL_POWERPC_R3, told->arguments);
	told->began = trace_begin_call(cpu, count->index, count->is_sampled);
}

/* KVM's own calls give features back; EV_IDLE gives nothing. */
static __attribute__((noinline)) void tell_end(struct paracall_cpu *cpu, const struct row *row,
					       uint32_t token, const struct told *told,
					       uint32_t result, uint64_t output)
{
	uint32_t index = (uint32_t)(row - paracall_rows);

	if (!row)
		trace_unknown_call(cpu, PARACALL_EVENT_EPAPR, token, told->arguments,
				   told->began, result);
	else if (trace_call(cpu, paracall_event_id(PARACALL_EVENT_EPAPR, index), told->began,
			    result, told->arguments, told->count) &&
		 result == PARACALL_EV_SUCCESS && !row->info.is_epapr)
		trace_output(cpu, index, &output, 1);
}

/* The result comes later, from somebody else. */
static __attribute__((noinline)) void tell_papr(struct paracall_cpu *cpu, const struct row *row,
						uint64_t number)
{
	uint64_t arguments[PARACALL_MAX_ARGUMENTS];
	unsigned int count =
		read_arguments(cpu, PARACALL_MODE_64BIT, row, PARACALL_POWERPC_R4, arguments);

	if (row)
		trace_call(cpu,
			   paracall_event_id(PARACALL_EVENT_PAPR,
					     (uint32_t)(row - paracall_rows)),
			   0, 0, arguments, count);
	else
		trace_unknown_call(cpu, PARACALL_EVENT_PAPR, number, arguments, 0, 0);
}

void paracall_papr_hypercall(struct paracall_cpu *cpu)
{
	uint64_t number = read_register(cpu, PARACALL_POWERPC_R3);
	const struct row *row = paracall_row_of_papr(number);

	count_only(cpu, row);
	if (trace_wants(cpu, PARACALL_EVENT_PAPR))
		tell_papr(cpu, row, number);
}

bool paracall_epapr_hypercall(struct paracall_cpu *cpu, uint32_t mode)
{
	const struct row *row;
	struct count count;
	struct told told;
	uint64_t output = 0;
	uint32_t token;
	uint32_t result;

	if (mode & PARACALL_MODE_USER)
		return false;
	told.is_wanted = trace_wants(cpu, PARACALL_EVENT_EPAPR);
	token = (uint32_t)read_register(cpu, PARACALL_POWERPC_R11);
	row = paracall_row_of_token(token);
	count = count_begin(cpu, row);
	if (told.is_wanted)
		tell_begin(cpu, mode, row, &count, &told);
	result = has_rules(cpu) ? handle_with_rules(cpu, mode, row, &output)
				: handle(cpu, mode, row, &output);
	write_register(cpu, PARACALL_POWERPC_R3, result);
	write_register(cpu, PARACALL_POWERPC_R4, output);
	count_end(cpu, &count, result != PARACALL_EV_SUCCESS);
	if (told.is_wanted)
		tell_end(cpu, row, token, &told, result, output);
	return true;
}
