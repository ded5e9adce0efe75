/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How DIAGNOSE is decoded. Whatever KVM and its user space lack is a
 * specification exception (arch/s390/kvm/diag.c; target/s390x/kvm/kvm.c in QEMU).
 */
#include "diag.h"

#include "../call.h"
#include "../misuse.h"

/* Functions that have subcodes. KVM's own has them in register 1. */
static const struct row *find_row(struct paracall_cpu *cpu, uint32_t code,
				  struct diag_call *call)
{
	const struct row *function = s390_row(code);

	switch (code) {
	case 0x258:
		return s390_row_of_subcode(function, diag_page_reference_subcode(cpu, call));
	case 0x288:
		/* QEMU's handle_diag_288() uses all its bits. */
		return s390_row_of_subcode(function,
					   diag_read_subcode(cpu, call, DIAG_R1, call->r1));
	case 0x308:
		return s390_row_of_subcode(function, diag_ipl_subcode(cpu, call));
	case 0x500:
		return s390_row_of_subcode(function, diag_read_subcode(cpu, call, 1, 1));
	}
	return function;
}

static uint64_t read_argument(struct paracall_cpu *cpu, const struct call *call,
			      unsigned int place)
{
	const struct diag_call *diag = (const struct diag_call *)call;

	if (place == diag->known_place)
		return diag->known_value;
	switch (place) {
	case DIAG_R1:
		return cpu_read_register(cpu, diag->r1);
	case DIAG_R1_NEXT:
		return cpu_read_register(cpu, (diag->r1 + 1) % 16);
	case DIAG_R3:
		return cpu_read_register(cpu, diag->r3);
	}
	return cpu_read_register(cpu, place);
}

static bool is_error(int64_t outcome)
{
	return outcome != PARACALL_DIAG_DONE && outcome != PARACALL_DIAG_NOT_OURS;
}

static const struct convention convention = {
	.event = PARACALL_EVENT_DIAG,
	.read = read_argument,
	.unknown = PARACALL_DIAG_SPECIFICATION,
	.good = PARACALL_DIAG_DONE,
	.is_error = is_error,
};

enum paracall_diag_outcome paracall_diag(struct paracall_cpu *cpu, uint32_t code,
					 unsigned int r1, unsigned int r3)
{
	struct diag_call call;

	ENTER(cpu);
	if (!IS_FOR(cpu, PARACALL_S390, "paracall_diag"))
		return PARACALL_DIAG_NOT_OURS;
	call.r1 = r1;
	call.r3 = r3;
	call.known_place = DIAG_NOWHERE;
	call.refusal = PARACALL_DIAG_SPECIFICATION;
	call.call.number = code & 0xffff;
	call.call.mode = PARACALL_MODE_64BIT;
	call.call.row = find_row(cpu, code & 0xffff, &call);
	call.call.is_permitted = true;
	call.call.is_served = call.call.row;
	return (enum paracall_diag_outcome)call_run(cpu, &call.call, &convention);
}

/* The engine's own. */
int64_t paracall_diag_left(struct paracall_cpu *cpu, struct call *call)
{
	(void)cpu;
	(void)call;
	return PARACALL_DIAG_NOT_OURS;
}

/* A subcode that does not exist, or a call from which none could be read. */
int64_t paracall_diag_refuse(struct paracall_cpu *cpu, struct call *call)
{
	(void)cpu;
	return diag_call(call)->refusal;
}
