/* SPDX-License-Identifier: BSD-2-Clause */
#include "life.h"

#include "async_pf.h"
#include "clock.h"
#include "map_gpa_range.h"
#include "state.h"
#include "steal_time.h"

bool x86_is_complete(const struct paracall_engine *engine)
{
	uint32_t can = engine->capabilities;

	return (!(can & PARACALL_CAN_READ_CLOCKS) ||
		(engine->x86->tsc_frequency && engine->read_clocks)) &&
	       (!(can & PARACALL_CAN_FLUSH_TLB) || engine->x86->flush_tlb);
}

static void reset_shared_msrs(struct x86_machine *machine)
{
	atomic_store(&machine->wall_clock, 0);
	atomic_store(&machine->migration_control, PARACALL_KVM_MSR_ENABLED);
	atomic_store(&machine->has_old_clock, false);
}

int x86_create(struct paracall_machine *machine)
{
	struct x86_machine *x86 = x86_machine(machine);

	reset_shared_msrs(x86);
	if (is_offered(machine, PARACALL_KVM_FEATURE_HC_MAP_GPA_RANGE)) {
		x86->private_memory = paracall_private_memory_new(machine->max_cpus);
		if (!x86->private_memory)
			return PARACALL_ERROR_MEMORY;
	}
	if (!paracall_clock_init(&x86->clock))
		return PARACALL_OK;
	paracall_private_memory_free(x86->private_memory);
	return PARACALL_ERROR_MEMORY;
}

/* KICK_CPU counts on it that the engine can wake. */
void x86_choose_mode(struct paracall_cpu *cpu)
{
	bool can_wake = cpu->machine->engine.capabilities & PARACALL_CAN_WAKE;
	uint32_t mode = can_wake && !cpu->has_layers ? PARACALL_MODE_64BIT : NO_MODE;

	/* The vCPU may run. */
	if (cpu->quick_mode != mode)
		cpu->quick_mode = mode;
}

void x86_create_cpu(struct paracall_cpu *cpu)
{
	struct x86_cpu *x86 = x86_cpu(cpu);

	x86_choose_mode(cpu);
	/* The first list is the current one. */
	x86->spare_list = cpu->index + 1;
	x86->msrs.poll_control = PARACALL_KVM_MSR_ENABLED;
}

void x86_destroy(struct paracall_machine *machine)
{
	paracall_clock_destroy(&x86_machine(machine)->clock);
	paracall_private_memory_free(x86_machine(machine)->private_memory);
}

void x86_remove_cpu(struct paracall_cpu *cpu)
{
	struct x86_cpu *x86 = x86_cpu(cpu);

	paracall_clock_leave(cpu);
	atomic_store(&x86->requests, 0);
	x86->reported_run_delay = 0;
}

void x86_reset_machine(struct paracall_machine *machine)
{
	reset_shared_msrs(x86_machine(machine));
	paracall_private_memory_reset(machine);
}

void x86_reset_shared(struct paracall_cpu *cpu)
{
	paracall_clock_stop(cpu);
	atomic_store(&x86_cpu(cpu)->requests, 0);
}

/*
 * INIT leaves POLL_CONTROL: arch/x86/kvm/x86.c, kvm_vcpu_reset. Monitors restore all
 * registers with the machine.
 */
void x86_reset_own(struct paracall_cpu *cpu, bool is_whole)
{
	struct x86_cpu *x86 = x86_cpu(cpu);

	x86->msrs = (struct msr_state){
		.poll_control = is_whole ? PARACALL_KVM_MSR_ENABLED : x86->msrs.poll_control,
	};
	x86->async_pf = (struct async_pf){ .next = x86->async_pf.next };
	x86->clock_jump = 0;
}

void x86_update(struct paracall_cpu *cpu)
{
	paracall_update_clock(cpu);
	paracall_update_steal_time(cpu);
	paracall_update_async_pf(cpu);
}
