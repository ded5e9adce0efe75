/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How hvcl is taken apart and answered: arch/loongarch/kvm/exit.c, kvm_handle_hypercall
 * and kvm_handle_service. Only a0 is ever written.
 */
#include "../call.h"
#include "../misuse.h"
#include "calls.h"

static const struct convention convention = {
	.event = PARACALL_EVENT_HVCL,
	.read = call_read_whole_register,
	.places = { PARACALL_LOONGARCH_A0, PARACALL_LOONGARCH_A1, PARACALL_LOONGARCH_A2,
		    PARACALL_LOONGARCH_A3 },
	.place_count = 3,
	.unknown = PARACALL_HCALL_INVALID_CODE,
	.good = PARACALL_HCALL_SUCCESS,
	.is_error = call_is_negative,
};

static uint64_t read_function(struct paracall_cpu *cpu, uint32_t code)
{
	return loongarch_has_functions(code) ? cpu_read_register(cpu, PARACALL_LOONGARCH_A0)
					     : 0;
}

void paracall_hvcl(struct paracall_cpu *cpu, uint32_t code)
{
	struct call call;
	int64_t result;

	ENTER(cpu);
	if (!IS_FOR(cpu, PARACALL_LOONGARCH, "paracall_hvcl"))
		return;
	take_reset(cpu);
	call.number = code;
	call.mode = PARACALL_MODE_64BIT;
	call.row = loongarch_row(code, read_function(cpu, code));
	call.is_permitted = true;
	call.is_served = call_is_offered(cpu->machine, call.row);
	result = call_run(cpu, &call, &convention);
	cpu_write_register(cpu, PARACALL_LOONGARCH_A0, (uint64_t)result);
}
