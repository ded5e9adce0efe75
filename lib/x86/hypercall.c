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
#include "../misuse.h"
#include "calls.h"
#include "state.h"

static uint64_t read_operand(struct paracall_cpu *cpu, uint32_t mode, unsigned int number)
{
	uint64_t value = cpu_read_register(cpu, number);

	return mode & PARACALL_MODE_64BIT ? value : (uint32_t)value;
}

static uint64_t read_argument(struct paracall_cpu *cpu, const struct call *call,
			      unsigned int place)
{
	return read_operand(cpu, call->mode, place);
}

static const struct convention convention = {
	.event = PARACALL_EVENT_CALL,
	.read = read_argument,
	.places = { PARACALL_X86_RBX, PARACALL_X86_RCX, PARACALL_X86_RDX, PARACALL_X86_RSI },
	.place_count = 4,
	.unknown = -PARACALL_KVM_ENOSYS,
	.forbidden = -PARACALL_KVM_EPERM,
	.good = 0,
	.is_error = call_is_negative,
};

static void write_result(struct paracall_cpu *cpu, uint32_t mode, int64_t result)
{
	/* A 32-bit caller's result is zero-extended into the whole register. */
	cpu_write_register(cpu, PARACALL_X86_RAX,
			   mode & PARACALL_MODE_64BIT ? (uint64_t)result : (uint32_t)result);
}

/* Until the next one that count_samples() times. */
static int32_t untimed_after(const struct paracall_cpu *cpu, uint64_t calls)
{
	if (!cpu->machine->engine.clock)
		return INT32_MAX;
	if (calls < PARACALL_STATISTICS_ALL_TIMED)
		return 0;
	return (int32_t)(PARACALL_STATISTICS_SAMPLE - 1 -
			 (calls + PARACALL_STATISTICS_SAMPLE - 1) % PARACALL_STATISTICS_SAMPLE);
}

__attribute__((noinline)) void x86_time_call(struct paracall_cpu *cpu, unsigned int number,
					     x86_quick_call *untimed)
{
	struct paracall_call_statistics *statistics = &cpu->statistics->calls[number];
	uint64_t start;

	x86_cpu(cpu)->untimed[number] = untimed_after(cpu, statistics->calls + 1);
	if (!cpu->machine->engine.clock) {
		untimed(cpu, PARACALL_MODE_64BIT, number);
		return;
	}
	start = clock_now(cpu->machine);
	untimed(cpu, PARACALL_MODE_64BIT, number);
	paracall_statistics_add(&statistics->timed_calls, 1);
	paracall_statistics_add(&statistics->timed_nanoseconds,
				clock_now(cpu->machine) - start);
}

__attribute__((noinline)) void x86_call_in_layers(struct paracall_cpu *cpu, uint32_t mode,
						  uint64_t number)
{
	struct call call;

	call.number = number;
	call.mode = mode;
	call.row = x86_row(number);
	call.is_permitted = !(mode & PARACALL_MODE_USER);
	call.is_served = call.row && call.row->handler && call.is_permitted;
	/* Another architecture's, perhaps. */
	if (!call.row)
		call.row = row_of_hypercall(number);
	write_result(cpu, mode, call_run(cpu, &call, &convention));
}

/* All others go by the layers. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Woverride-init"
#define CALL(id, kind, name, number, subcode, status, feature, server, handler, ...) \
	OF_##server([number] = handler##_quick, )
static x86_quick_call *const quick_calls[X86_NUMBERS] = {
	[0 ... X86_NUMBERS - 1] = x86_call_in_layers,
#include "calls.def"
};
#undef CALL
#pragma GCC diagnostic pop

/* Nothing is known about the call except that it is made in .quick_mode. */
static inline void make_quickly(struct paracall_cpu *cpu, uint32_t mode, uint64_t number)
{
	if (__builtin_expect(number < X86_NUMBERS, true))
		quick_calls[number](cpu, mode, number);
	else
		x86_call_in_layers(cpu, mode, number);
}

static __attribute__((noinline)) void read_and_call(struct paracall_cpu *cpu, uint32_t mode)
{
	if (IS_FOR(cpu, PARACALL_X86, "paracall_hypercall"))
		x86_call_in_layers(cpu, mode, read_operand(cpu, mode, PARACALL_X86_RAX));
}

static __attribute__((noinline)) void call(struct paracall_cpu *cpu, uint32_t mode,
					   uint64_t number)
{
	if (IS_FOR(cpu, PARACALL_X86, "paracall_hypercall_number"))
		x86_call_in_layers(cpu, mode, number);
}

/* Other architectures' vCPUs have no quick mode. */
void paracall_hypercall(struct paracall_cpu *cpu, uint32_t mode)
{
	ENTER(cpu);
	if (__builtin_expect(mode == cpu->quick_mode, true))
		make_quickly(cpu, PARACALL_MODE_64BIT,
			     cpu_read_register(cpu, PARACALL_X86_RAX));
	else
		read_and_call(cpu, mode);
}

void paracall_hypercall_number(struct paracall_cpu *cpu, uint32_t mode, uint64_t number)
{
	ENTER(cpu);
	if (__builtin_expect(mode == cpu->quick_mode, true))
		make_quickly(cpu, mode, number);
	else
		call(cpu, mode, number);
}
