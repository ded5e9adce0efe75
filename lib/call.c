/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The one way that a call goes, in KVM's order (arch/x86/kvm/x86.c,
 * ____kvm_emulate_hypercall): cut to 32 bits by mode, privilege, look up,
 * handle, result; counted on the way. Reading a register is what costs, so
 * none is read that the row does not declare.
 */
#include "count.h"
#include "inject.h"

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

static void read_arguments(struct paracall_cpu *cpu, uint32_t mode, const struct row *row,
			   const struct convention *convention, uint64_t *arguments)
{
	for (int i = 0; i < PARACALL_MAX_ARGUMENTS && row->info.arguments[i].name; i++)
		arguments[i] = read_operand(cpu, mode, convention->arguments[i]);
}

static inline int64_t handle(struct paracall_cpu *cpu, uint32_t mode, const struct row *row,
			     const struct convention *convention)
{
	uint64_t arguments[PARACALL_MAX_ARGUMENTS] = { 0 };

	if (!is_answered(cpu->machine, row))
		return -PARACALL_KVM_ENOSYS;
	read_arguments(cpu, mode, row, convention, arguments);
	return row->handler(cpu, mode, arguments);
}

/* It is answered now. */
static int64_t handle_later(struct paracall_cpu *cpu, uint32_t mode, const struct row *row,
			    const struct convention *convention,
			    const struct paracall_rule *rule)
{
	uint64_t arguments[PARACALL_MAX_ARGUMENTS] = { 0 };

	if (!is_answered(cpu->machine, row))
		return -PARACALL_KVM_ENOSYS;
	read_arguments(cpu, mode, row, convention, arguments);
	injection_keep_call(cpu, rule, row, mode, arguments);
	return 0;
}

/* By a fault on purpose, if a rule meets this call. Out of the others' way. */
static __attribute__((noinline)) int64_t handle_with_rules(struct paracall_cpu *cpu,
							   uint32_t mode, const struct row *row,
							   const struct convention *convention)
{
	const struct paracall_rule *rule;

	injection_do_late_calls(cpu, false);
	rule = row ? injection_find_call(cpu, row) : NULL;
	if (!rule)
		return handle(cpu, mode, row, convention);
	switch (rule->fault) {
	case PARACALL_FAULT_RESULT:
		return rule->value;
	case PARACALL_FAULT_UNKNOWN:
		return -PARACALL_KVM_ENOSYS;
	case PARACALL_FAULT_DROP:
		return 0;
	case PARACALL_FAULT_LATE:
		return handle_later(cpu, mode, row, convention, rule);
	default:
		injection_delay(cpu, rule);
		return handle(cpu, mode, row, convention);
	}
}

static inline int64_t answer(struct paracall_cpu *cpu, uint32_t mode, const struct row *row,
			     const struct convention *convention)
{
	if (mode & PARACALL_MODE_USER)
		return -PARACALL_KVM_EPERM;
	if (has_rules(cpu))
		return handle_with_rules(cpu, mode, row, convention);
	return handle(cpu, mode, row, convention);
}

void paracall_hypercall(struct paracall_cpu *cpu, uint32_t mode)
{
	const struct paracall_engine *engine = &cpu->machine->engine;
	const struct convention *convention = &paracall_x86_convention;
	uint64_t number = read_operand(cpu, mode, convention->number);
	const struct row *row = paracall_row_by_number(number);
	struct count count = count_begin(cpu, row);
	int64_t result = answer(cpu, mode, row, convention);

	/* A 32-bit caller's result is zero-extended into the whole register. */
	engine->write_register(cpu->engine_cpu, convention->result,
			       mode & PARACALL_MODE_64BIT ? (uint64_t)result
							  : (uint32_t)result);
	count_end(cpu, &count, result < 0);
}
