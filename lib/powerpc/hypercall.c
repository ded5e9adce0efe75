/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How PowerPC's calls are made, KVM's and ePAPR's: as in KVM the low half of r11
 * counts, arguments are cut to 32 bits by mode, and r4 is always written
 * (arch/powerpc/kvm/powerpc.c, kvmppc_kvm_pv). A handler's result is
 * PARACALL_EV_..., its output what comes into r4. And PAPR's, which are the engine's.
 */
#include "../architecture.h"
#include "../call.h"
#include "../misuse.h"
#include "calls.h"

static uint64_t read_argument(struct paracall_cpu *cpu, const struct call *call,
			      unsigned int place)
{
	uint64_t value = cpu_read_register(cpu, place);

	return call->mode & PARACALL_MODE_64BIT ? value : (uint32_t)value;
}

static bool is_error(int64_t result)
{
	return result != PARACALL_EV_SUCCESS;
}

static const struct convention epapr = {
	.event = PARACALL_EVENT_EPAPR,
	.read = read_argument,
	.places = { PARACALL_POWERPC_R3, PARACALL_POWERPC_R3 + 1, PARACALL_POWERPC_R3 + 2,
		    PARACALL_POWERPC_R3 + 3 },
	.place_count = 4,
	.unknown = PARACALL_EV_UNIMPLEMENTED,
	.good = PARACALL_EV_SUCCESS,
	.is_error = is_error,
};

static const struct convention papr = {
	.event = PARACALL_EVENT_PAPR,
	.read = read_argument,
	.places = { PARACALL_POWERPC_R4, PARACALL_POWERPC_R4 + 1, PARACALL_POWERPC_R4 + 2,
		    PARACALL_POWERPC_R4 + 3 },
	.place_count = 4,
};

static void see_papr(struct paracall_cpu *cpu, uint64_t number)
{
	struct call call = {
		.number = number,
		.mode = PARACALL_MODE_64BIT,
		.row = powerpc_row_of_papr(number),
	};

	call_see(cpu, &call, &papr);
}

void paracall_papr_hypercall(struct paracall_cpu *cpu)
{
	ENTER(cpu);
	CHECK_FOR(cpu, PARACALL_POWERPC, "paracall_papr_hypercall");
	see_papr(cpu, cpu_read_register(cpu, PARACALL_POWERPC_R3));
}

void paracall_papr_hypercall_number(struct paracall_cpu *cpu, uint64_t number)
{
	ENTER(cpu);
	CHECK_FOR(cpu, PARACALL_POWERPC, "paracall_papr_hypercall_number");
	see_papr(cpu, number);
}

/* Another architecture's number of KVM's has a name, too. */
static const struct row *find_row(uint32_t token)
{
	const struct row *row = powerpc_row_of_token(token);

	if (!row && token >> 16 == PARACALL_EPAPR_VENDOR_KVM)
		row = row_of_hypercall(token & 0xffff);
	return row;
}

bool paracall_epapr_hypercall(struct paracall_cpu *cpu, uint32_t mode)
{
	struct call call;
	uint32_t result;

	ENTER(cpu);
	if (!IS_FOR(cpu, PARACALL_POWERPC, "paracall_epapr_hypercall") ||
	    mode & PARACALL_MODE_USER)
		return false;
	call.number = (uint32_t)cpu_read_register(cpu, PARACALL_POWERPC_R11);
	call.mode = mode;
	call.row = find_row((uint32_t)call.number);
	call.is_permitted = true;
	call.is_served = call.row && call.row->handler &&
			 call.row->info.architecture == PARACALL_POWERPC;
	call.outputs[0] = 0;
	result = (uint32_t)call_run(cpu, &call, &epapr);
	cpu_write_register(cpu, PARACALL_POWERPC_R3, result);
	cpu_write_register(cpu, PARACALL_POWERPC_R4, call.outputs[0]);
	return true;
}
