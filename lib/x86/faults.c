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

static uint64_t cpuid_place(size_t index)
{
	(void)index;
	return paracall_event_id(PARACALL_EVENT_CPUID, 0);
}

static uint64_t clock_place(size_t index)
{
	(void)index;
	return paracall_event_id(PARACALL_EVENT_CLOCK, 0);
}

static uint64_t steal_place(size_t index)
{
	(void)index;
	return paracall_event_id(PARACALL_EVENT_STEAL, 0);
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
		.event_place = cpuid_place,
	},
	{
		.place = PARACALL_AT_CLOCK,
		.faults = FAULT_BIT(JUMP),
		.event_place = clock_place,
		.is_running = paracall_clock_is_running,
		.happen = paracall_clock_jump,
		.is_shared = true,
	},
	{
		.place = PARACALL_AT_STEAL,
		.faults = FAULT_BIT(BURST),
		.event_place = steal_place,
		.is_running = paracall_steal_is_running,
		.happen = steal,
	},
};
