/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The one way that DIAGNOSE goes: look up, handle; counted on the way. Whatever
 * KVM and its user space do not have is a specification exception
 * (arch/s390/kvm/diag.c; target/s390x/kvm/kvm.c in QEMU).
 */
#include "diag.h"

#include "../count.h"
#include "../inject.h"

/* KVM's own functions, by a subcode in register 1. */
#define KVM_FUNCTIONS 0x500

static const struct row *find_row(struct paracall_cpu *cpu, uint32_t code)
{
	return paracall_row_of_diag(code, code == KVM_FUNCTIONS ? diag_register(cpu, 1) : 0);
}

/* By a fault on purpose. */
static enum paracall_diag_outcome do_with_rules(struct paracall_cpu *cpu, const struct row *row,
						unsigned int r1, unsigned int r3)
{
	const struct paracall_rule *rule = injection_find_call(cpu, row);

	if (rule && rule->fault == PARACALL_FAULT_UNKNOWN)
		return PARACALL_DIAG_SPECIFICATION;
	if (rule && rule->fault == PARACALL_FAULT_DROP)
		return PARACALL_DIAG_DONE;
	if (rule)
		injection_delay(cpu, rule);
	return row->diag(cpu, r1, r3);
}

enum paracall_diag_outcome paracall_diag(struct paracall_cpu *cpu, uint32_t code,
					 unsigned int r1, unsigned int r3)
{
	const struct row *row = find_row(cpu, code & 0xffff);
	struct count count = count_begin(cpu, row);
	enum paracall_diag_outcome outcome = PARACALL_DIAG_SPECIFICATION;

	if (row && has_rules(cpu))
		outcome = do_with_rules(cpu, row, r1, r3);
	else if (row)
		outcome = row->diag(cpu, r1, r3);
	count_end(cpu, &count,
		  outcome != PARACALL_DIAG_DONE && outcome != PARACALL_DIAG_NOT_OURS);
	return outcome;
}

/* The engine's own. */
enum paracall_diag_outcome paracall_diag_count(struct paracall_cpu *cpu, unsigned int r1,
					       unsigned int r3)
{
	(void)cpu;
	(void)r1;
	(void)r3;
	return PARACALL_DIAG_NOT_OURS;
}
