/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The one way that DIAGNOSE goes: look up, handle; counted on the way. Whatever
 * KVM and its user space do not have is a specification exception
 * (arch/s390/kvm/diag.c; target/s390x/kvm/kvm.c in QEMU).
 */
#include "diag.h"

#include "../count.h"
#include "../inject.h"
#include "../trace/trace.h"

#include <string.h>

/* KVM's own functions have it in register 1. */
uint64_t paracall_diag_kvm_subcode(struct paracall_cpu *cpu, struct diag_call *call)
{
	(void)call;
	return diag_register(cpu, 1);
}

/* QEMU's handle_diag_288() looks at all its bits. */
uint64_t paracall_diag_watchdog_subcode(struct paracall_cpu *cpu, struct diag_call *call)
{
	return diag_register(cpu, call->r1);
}

static const struct row *find_row(struct paracall_cpu *cpu, uint32_t code,
				  struct diag_call *call)
{
	const struct row *row = paracall_row_of_diag(code);

	if (!row || !row->subcode)
		return row;
	return paracall_row_of_subcode(row, row->subcode(cpu, call));
}

/* By a fault on purpose. */
static enum paracall_diag_outcome do_with_rules(struct paracall_cpu *cpu, const struct row *row,
						const struct diag_call *call)
{
	const struct paracall_rule *rule = injection_find_call(cpu, row);

	if (rule && rule->fault == PARACALL_FAULT_UNKNOWN)
		return PARACALL_DIAG_SPECIFICATION;
	if (rule && rule->fault == PARACALL_FAULT_DROP)
		return PARACALL_DIAG_DONE;
	if (rule)
		injection_delay(cpu, rule);
	return row->diag(cpu, call);
}

/* The register that an argument's name begins with: "R1+1 timeout", "r2 address". */
static unsigned int register_of(const char *name, const struct diag_call *call)
{
	unsigned int number = (unsigned int)name[1] - '0';

	if (name[0] == 'r')
		return number;
	number = number == 1 ? call->r1 : call->r3;
	return name[2] == '+' ? (number + 1) % 16 : number;
}

/* As they are now; those named "result" are worth reading only when it is over. */
static unsigned int read_arguments(struct paracall_cpu *cpu, const struct row *row,
				   const struct diag_call *call, bool is_over,
				   uint64_t *arguments)
{
	unsigned int i;

	for (i = 0; row && i < PARACALL_MAX_ARGUMENTS && row->info.arguments[i].name; i++) {
		const char *name = row->info.arguments[i].name;

		if (!strcmp(strchr(name, ' ') + 1, "result") == is_over)
			arguments[i] = diag_register(cpu, register_of(name, call));
	}
	return i;
}

static void tell(struct paracall_cpu *cpu, const struct row *row, uint32_t code, uint64_t began,
		 enum paracall_diag_outcome outcome, uint64_t *arguments, unsigned int count)
{
	uint32_t index = row ? (uint32_t)(row - paracall_rows) : PARACALL_EVENT_UNKNOWN_ROW;

	if (!row) {
		arguments[0] = code;
		count = 1;
	}
	trace_event(cpu, paracall_event_id(PARACALL_EVENT_DIAG, index), began, outcome,
		    arguments, count);
}

enum paracall_diag_outcome paracall_diag(struct paracall_cpu *cpu, uint32_t code,
					 unsigned int r1, unsigned int r3)
{
	uint64_t began = trace_begin(cpu, PARACALL_EVENT_DIAG);
	struct diag_call call = {
		.r1 = r1,
		.r3 = r3,
		.refusal = PARACALL_DIAG_SPECIFICATION,
	};
	const struct row *row = find_row(cpu, code & 0xffff, &call);
	uint64_t arguments[PARACALL_MAX_ARGUMENTS] = { 0 };
	struct count count;
	enum paracall_diag_outcome outcome = PARACALL_DIAG_SPECIFICATION;

	if (began)
		read_arguments(cpu, row, &call, false, arguments);
	count = count_begin(cpu, row);
	if (row && has_rules(cpu))
		outcome = do_with_rules(cpu, row, &call);
	else if (row)
		outcome = row->diag(cpu, &call);
	count_end(cpu, &count,
		  outcome != PARACALL_DIAG_DONE && outcome != PARACALL_DIAG_NOT_OURS);
	if (began)
		tell(cpu, row, code & 0xffff, began, outcome, arguments,
		     read_arguments(cpu, row, &call, true, arguments));
	return outcome;
}

/* The engine's own. */
enum paracall_diag_outcome paracall_diag_count(struct paracall_cpu *cpu,
					       const struct diag_call *call)
{
	(void)cpu;
	(void)call;
	return PARACALL_DIAG_NOT_OURS;
}

/* A subcode that there is not, or a call from which none could be told. */
enum paracall_diag_outcome paracall_diag_refuse(struct paracall_cpu *cpu,
						const struct diag_call *call)
{
	(void)cpu;
	return call->refusal;
}
