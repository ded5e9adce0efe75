/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The one way that PowerPC's calls go, KVM's and ePAPR's: as in KVM the low half
 * of r11 counts, arguments are cut to 32 bits by mode, and r4 is always written
 * (arch/powerpc/kvm/powerpc.c, kvmppc_kvm_pv). Only what the row declares is read.
 */
#include "../count.h"
#include "../inject.h"

static uint64_t read_register(struct paracall_cpu *cpu, unsigned int number)
{
	return cpu->machine->engine.read_register(cpu->engine_cpu, number);
}

static void write_register(struct paracall_cpu *cpu, unsigned int number, uint64_t value)
{
	cpu->machine->engine.write_register(cpu->engine_cpu, number, value);
}

static uint32_t handle(struct paracall_cpu *cpu, uint32_t mode, const struct row *row,
		       uint64_t *output)
{
	uint64_t arguments[PARACALL_MAX_ARGUMENTS] = { 0 };

	if (!row || !row->epapr)
		return PARACALL_EV_UNIMPLEMENTED;
	for (int i = 0; i < PARACALL_MAX_ARGUMENTS && row->info.arguments[i].name; i++) {
		arguments[i] = read_register(cpu, PARACALL_POWERPC_R3 + i);
		if (!(mode & PARACALL_MODE_64BIT))
			arguments[i] = (uint32_t)arguments[i];
	}
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

void paracall_papr_hypercall(struct paracall_cpu *cpu)
{
	count_only(cpu, paracall_row_of_papr(read_register(cpu, PARACALL_POWERPC_R3)));
}

bool paracall_epapr_hypercall(struct paracall_cpu *cpu, uint32_t mode)
{
	const struct row *row;
	struct count count;
	uint64_t output = 0;
	uint32_t result;

	if (mode & PARACALL_MODE_USER)
		return false;
	row = paracall_row_of_token((uint32_t)read_register(cpu, PARACALL_POWERPC_R11));
	count = count_begin(cpu, row);
	result = has_rules(cpu) ? handle_with_rules(cpu, mode, row, &output)
				: handle(cpu, mode, row, &output);
	write_register(cpu, PARACALL_POWERPC_R3, result);
	write_register(cpu, PARACALL_POWERPC_R4, output);
	count_end(cpu, &count, result != PARACALL_EV_SUCCESS);
	return true;
}
