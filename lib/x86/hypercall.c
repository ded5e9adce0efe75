/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * x86's calling convention (Documentation/virt/kvm/x86/hypercalls.rst): vmcall
 * or vmmcall, number and result in rax, up to four arguments in rbx, rcx, rdx
 * and rsi; no other register changes. In KVM's order (arch/x86/kvm/x86.c,
 * ____kvm_emulate_hypercall): cut to 32 bits by mode, privilege, look up, handle,
 * result.
 */
#include "../architecture.h"
#include "../call.h"
#include "arch.h"

static uint64_t read_operand(struct paracall_cpu *cpu, uint32_t mode, unsigned int number)
{
	uint64_t value = cpu->machine->engine.read_register(cpu->engine_cpu, number);

	return mode & PARACALL_MODE_64BIT ? value : (uint32_t)value;
}

static uint64_t read_argument(struct paracall_cpu *cpu, const struct call *call,
			      unsigned int place)
{
	return read_operand(cpu, call->mode, place);
}

static bool is_error(int64_t result)
{
	return result < 0;
}

static const struct convention convention = {
	.event = PARACALL_EVENT_CALL,
	.read = read_argument,
	.places = { PARACALL_X86_RBX, PARACALL_X86_RCX, PARACALL_X86_RDX, PARACALL_X86_RSI },
	.place_count = 4,
	.unknown = -PARACALL_KVM_ENOSYS,
	.forbidden = -PARACALL_KVM_EPERM,
	.good = 0,
	.is_error = is_error,
};

void paracall_hypercall(struct paracall_cpu *cpu, uint32_t mode)
{
	paracall_hypercall_number(cpu, mode, read_operand(cpu, mode, PARACALL_X86_RAX));
}

void paracall_hypercall_number(struct paracall_cpu *cpu, uint32_t mode, uint64_t number)
{
	struct call call;
	int64_t result;

	call.number = number;
	call.mode = mode;
	call.row = x86_row(number);
	call.is_permitted = !(mode & PARACALL_MODE_USER);
	call.is_served = call.row && call.row->handler && call.is_permitted;
	/* Another architecture's, perhaps. */
	if (!call.row)
		call.row = row_of_hypercall(number);
	result = call_run(cpu, &call, &convention);
	/* A 32-bit caller's result is zero-extended into the whole register. */
	cpu->machine->engine.write_register(cpu->engine_cpu, PARACALL_X86_RAX,
					    mode & PARACALL_MODE_64BIT ? (uint64_t)result
								       : (uint32_t)result);
}
