/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The one way that a call goes, in KVM's order (arch/x86/kvm/x86.c,
 * ____kvm_emulate_hypercall): cut to 32 bits by mode, privilege, look up,
 * handle, result; counted on the way. Reading a register is what costs, so
 * none is read that the row does not declare, unless somebody looks on.
 */
#include "count.h"
#include "inject.h"
#include "memory.h"
#include "table.h"
#include "trace/trace.h"

static uint64_t read_operand(struct paracall_cpu *cpu, uint32_t mode, unsigned int number)
{
	uint64_t value = cpu->machine->engine.read_register(cpu->engine_cpu, number);

	return mode & PARACALL_MODE_64BIT ? value : (uint32_t)value;
}

/* A call with the feature switched off is unknown, if the machine says so. */
static bool is_answered(const struct paracall_machine *machine, const struct row *row)
{
	return row && row->handler &&
	       !(machine->enforce_features && row->info.feature & ~machine->features);
}

static unsigned int declared_arguments(const struct row *row)
{
	unsigned int count = 0;

	while (row && count < PARACALL_MAX_ARGUMENTS && row->info.arguments[count].name)
		count++;
	return count;
}

/* Whether its handler is called for certain, and so its arguments are read. */
static bool is_handled(const struct paracall_cpu *cpu, uint32_t mode, const struct row *row)
{
	return !(mode & PARACALL_MODE_USER) && is_answered(cpu->machine, row) &&
	       !has_rules(cpu);
}

static void read_arguments(struct paracall_cpu *cpu, uint32_t mode, const struct row *row,
			   const struct convention *convention, uint64_t *arguments)
{
	for (int i = 0; i < PARACALL_MAX_ARGUMENTS && row->info.arguments[i].name; i++)
		arguments[i] = read_operand(cpu, mode, convention->arguments[i]);
}

/* Leaves in @arguments what was read. */
static inline int64_t handle(struct paracall_cpu *cpu, uint32_t mode, const struct row *row,
			     const struct convention *convention, uint64_t *arguments)
{
	if (!is_answered(cpu->machine, row))
		return -PARACALL_KVM_ENOSYS;
	read_arguments(cpu, mode, row, convention, arguments);
	return row->handler(cpu, mode, arguments);
}

/* It is answered now. */
static int64_t handle_later(struct paracall_cpu *cpu, uint32_t mode, const struct row *row,
			    const struct convention *convention,
			    const struct paracall_rule *rule, uint64_t *arguments)
{
	if (!is_answered(cpu->machine, row))
		return -PARACALL_KVM_ENOSYS;
	read_arguments(cpu, mode, row, convention, arguments);
	injection_keep_call(cpu, rule, row, mode, arguments);
	return 0;
}

/* By a fault on purpose, if a rule meets this call. Out of the others' way. */
static __attribute__((noinline)) int64_t handle_with_rules(struct paracall_cpu *cpu,
							   uint32_t mode, const struct row *row,
							   const struct convention *convention,
							   uint64_t *arguments)
{
	const struct paracall_rule *rule;

	injection_do_late_calls(cpu, false);
	rule = row ? injection_find_call(cpu, row) : NULL;
	if (!rule)
		return handle(cpu, mode, row, convention, arguments);
	switch (rule->fault) {
	case PARACALL_FAULT_RESULT:
		return rule->value;
	case PARACALL_FAULT_UNKNOWN:
		return -PARACALL_KVM_ENOSYS;
	case PARACALL_FAULT_DROP:
		return 0;
	case PARACALL_FAULT_LATE:
		return handle_later(cpu, mode, row, convention, rule, arguments);
	default:
		injection_delay(cpu, rule);
		return handle(cpu, mode, row, convention, arguments);
	}
}

static inline int64_t answer(struct paracall_cpu *cpu, uint32_t mode, const struct row *row,
			     const struct convention *convention, uint64_t *arguments)
{
	if (mode & PARACALL_MODE_USER)
		return -PARACALL_KVM_EPERM;
	if (has_rules(cpu))
		return handle_with_rules(cpu, mode, row, convention, arguments);
	return handle(cpu, mode, row, convention, arguments);
}

/* What a successful CLOCK_PAIRING left in the guest's memory. */
static void tell_pairing(struct paracall_cpu *cpu, uint32_t row, uint64_t address)
{
	struct paracall_kvm_clock_pairing pairing;

	if (guest_read(cpu, guest_address(address), &pairing, sizeof(pairing)))
		trace_output(cpu, row,
			     (const uint64_t[]){ pairing.sec, pairing.nsec, pairing.tsc,
						 pairing.flags },
			     4);
}

/* Reads the arguments that were not read, of those that are to be told. */
static __attribute__((noinline)) void read_missing(struct paracall_cpu *cpu, uint32_t mode,
						   const struct row *row, bool is_whole,
						   uint64_t *arguments)
{
	unsigned int declared = declared_arguments(row);
	unsigned int wanted = is_whole ? PARACALL_MAX_ARGUMENTS : declared;

	for (unsigned int i = is_handled(cpu, mode, row) ? declared : 0; i < wanted; i++)
		arguments[i] = read_operand(cpu, mode, paracall_x86_convention.arguments[i]);
}

/* Somebody looks on. @arguments has those that were read. */
static inline void tell(struct paracall_cpu *cpu, uint32_t mode, const struct row *row,
			size_t index, uint64_t number, uint64_t *arguments, uint64_t began,
			int64_t result)
{
	bool is_whole = !row || cpu->trace->flags & PARACALL_TRACE_WHOLE_CALLS;

	if (is_whole || !is_handled(cpu, mode, row))
		read_missing(cpu, mode, row, is_whole, arguments);
	if (!row)
		trace_unknown_call(cpu, PARACALL_EVENT_CALL, number, arguments, began, result);
	else if (trace_call(cpu, paracall_event_id(PARACALL_EVENT_CALL, (uint32_t)index), began,
			    result, arguments, PARACALL_EVENT_ARGUMENTS) &&
		 !result && number == PARACALL_KVM_HC_CLOCK_PAIRING)
		tell_pairing(cpu, (uint32_t)index, arguments[0]);
}

void paracall_hypercall(struct paracall_cpu *cpu, uint32_t mode)
{
	paracall_hypercall_number(cpu, mode,
				  read_operand(cpu, mode, paracall_x86_convention.number));
}

void paracall_hypercall_number(struct paracall_cpu *cpu, uint32_t mode, uint64_t number)
{
	const struct paracall_engine *engine = &cpu->machine->engine;
	const struct convention *convention = &paracall_x86_convention;
	uint64_t arguments[PARACALL_MAX_ARGUMENTS] = { 0 };
	bool is_told = trace_wants(cpu, PARACALL_EVENT_CALL);
	const struct row *row = paracall_row_by_number(number);
	struct count count = count_begin(cpu, row);
	uint64_t began = is_told ? trace_begin_call(cpu, count.index, count.is_sampled) : 0;
	int64_t result = answer(cpu, mode, row, convention, arguments);

	/* A 32-bit caller's result is zero-extended into the whole register. */
	engine->write_register(cpu->engine_cpu, convention->result,
			       mode & PARACALL_MODE_64BIT ? (uint64_t)result
							  : (uint32_t)result);
	count_end(cpu, &count, result < 0);
	if (is_told)
		tell(cpu, mode, row, count.index, number, arguments, began, result);
}
