/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How calls of the Supervisor Binary Interface are taken apart and answered: a7 and a6 are
 * extension and function, of all their bits (arch/riscv/kvm/vcpu_sbi.c,
 * kvm_riscv_vcpu_sbi_ecall).
 */
#include "../call.h"
#include "../misuse.h"
#include "calls.h"
#include "sta.h"

static const struct convention convention = {
	.event = PARACALL_EVENT_SBI,
	.read = call_read_whole_register,
	.places = { PARACALL_RISCV_A0, PARACALL_RISCV_A1, PARACALL_RISCV_A2,
		    PARACALL_RISCV_A3 },
	.place_count = 4,
	.unknown = PARACALL_SBI_ERR_NOT_SUPPORTED,
	.good = PARACALL_SBI_SUCCESS,
	.is_error = call_is_negative,
};

/* Of a call that the table doesn't have the number is its extension's. */
static const struct convention unknown_convention = {
	.event = PARACALL_EVENT_SBI,
	.read = call_read_whole_register,
	.places = { PARACALL_RISCV_A6, PARACALL_RISCV_A0, PARACALL_RISCV_A1 },
	.place_count = 3,
	.unknown = PARACALL_SBI_ERR_NOT_SUPPORTED,
	.good = PARACALL_SBI_SUCCESS,
	.is_error = call_is_negative,
};

/* Of legacy functions a1 stays as it is; only fault injection gives one a result. */
static void write_results(struct paracall_cpu *cpu, const struct call *call, int64_t result)
{
	bool is_legacy = call->number <= PARACALL_SBI_LEGACY_LAST;
	bool has_value = result >= 0 && !is_legacy;

	cpu_write_register(cpu, PARACALL_RISCV_A0, has_value ? 0 : (uint64_t)result);
	if (!is_legacy)
		cpu_write_register(cpu, PARACALL_RISCV_A1, has_value ? (uint64_t)result : 0);
}

/* Nothing is done here but to count and to observe it. */
static bool is_only_seen(const struct paracall_machine *machine, const struct call *call)
{
	if (!call->row)
		return call->number != PARACALL_SBI_STA;
	return call->row->handler == paracall_sbi_left && !machine->has_rules;
}

enum paracall_sbi_outcome paracall_sbi(struct paracall_cpu *cpu)
{
	const struct convention *how = &convention;
	struct call call;
	int64_t result;

	ENTER(cpu);
	if (!IS_FOR(cpu, PARACALL_RISCV, "paracall_sbi"))
		return PARACALL_SBI_NOT_OURS;
	take_reset(cpu);
	call.number = cpu_read_register(cpu, PARACALL_RISCV_A7);
	call.mode = PARACALL_MODE_64BIT;
	call.row = riscv_row(call.number, cpu_read_register(cpu, PARACALL_RISCV_A6));
	call.is_permitted = true;
	call.is_served = call_is_offered(cpu->machine, call.row);
	if (!call.row)
		how = &unknown_convention;
	if (is_only_seen(cpu->machine, &call)) {
		call_see(cpu, &call, how);
		return PARACALL_SBI_NOT_OURS;
	}
	result = call_run(cpu, &call, how);
	if (call.is_left)
		return PARACALL_SBI_NOT_OURS;
	write_results(cpu, &call, result);
	return PARACALL_SBI_DONE;
}

int64_t paracall_sbi_left(struct paracall_cpu *cpu, struct call *call)
{
	(void)cpu;
	call->is_left = true;
	return PARACALL_SBI_SUCCESS;
}

/* arch/riscv/kvm/vcpu.c, kvm_riscv_reset_vcpu: a hart that starts has no record. */
int64_t paracall_sbi_hart_stop(struct paracall_cpu *cpu, struct call *call)
{
	sta_stop(cpu);
	return paracall_sbi_left(cpu, call);
}
