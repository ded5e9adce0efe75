/* SPDX-License-Identifier: BSD-2-Clause */
#include "faults.h"

#include "clock.h"
#include "steal_time.h"

/* clang-format off */
#define FAULT_BIT(name) (1u << PARACALL_FAULT_##name)
/* clang-format on */

static uint64_t register_place(size_t index)
{
	return paracall_msr_info(index)->number;
}

static void steal(struct paracall_cpu *cpu, int64_t nanoseconds)
{
	paracall_steal_more(cpu, (uint64_t)nanoseconds);
}

const struct fault_place x86_fault_places[X86_FAULT_PLACES] = {
	{
		.place = PARACALL_AT_MSR,
		.faults = FAULT_BIT(EXCEPTION) | FAULT_BIT(DROP) | FAULT_BIT(DELAY),
		.count = paracall_msr_count,
		.event_place = register_place,
	},
	{
		.place = PARACALL_AT_CPUID,
		.faults = FAULT_BIT(WITHDRAW),
		.event = PARACALL_EVENT_CPUID,
	},
	{
		.place = PARACALL_AT_CLOCK,
		.faults = FAULT_BIT(JUMP),
		.event = PARACALL_EVENT_CLOCK,
		.is_running = paracall_clock_is_running,
		.happen = paracall_clock_jump,
		.is_shared = true,
	},
	{
		.place = PARACALL_AT_STEAL,
		.faults = FAULT_BIT(BURST),
		.event = PARACALL_EVENT_STEAL,
		.is_running = paracall_steal_is_running,
		.happen = steal,
	},
};
