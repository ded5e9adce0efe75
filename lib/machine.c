/* SPDX-License-Identifier: BSD-2-Clause */
/* The life of machines and vCPUs. All memory is allocated here, at creation. */
#include "inject.h"
#include "trace/trace.h"
#include "x86/clock.h"
#include "x86/map_gpa_range.h"

#include <stdlib.h>

_Static_assert(PARACALL_TRACE_MAX_CPUS == PARACALL_MAX_CPUS, "a ring for each vCPU");

static bool engine_is_complete(const struct paracall_engine *engine)
{
	uint32_t can = engine->capabilities;

	return engine->read_register && engine->write_register &&
	       (!(can & PARACALL_CAN_WAKE) || engine->wake) &&
	       (!(can & PARACALL_CAN_INTERRUPT) || engine->send_interrupt) &&
	       (!(can & PARACALL_CAN_YIELD) || engine->yield_to) &&
	       (!(can & PARACALL_CAN_ACCESS_MEMORY) ||
		(engine->read_memory && engine->write_memory)) &&
	       (!(can & PARACALL_CAN_TELL_TIME) ||
		(engine->tsc_frequency && engine->read_clocks)) &&
	       (!(can & PARACALL_CAN_TELL_RUN_DELAY) || engine->run_delay) &&
	       (!(can & PARACALL_CAN_FLUSH_TLB) || engine->flush_tlb);
}

static bool can_trace(const struct paracall_engine *engine)
{
	return engine->trace_clock && engine->trace_wait && engine->trace_wake;
}

/* The engine has made the block, as large as it says there. */
static bool look_at_trace(struct paracall_machine *machine,
			  const struct paracall_options *options)
{
	return paracall_trace_look(&machine->trace, options->trace, SIZE_MAX) &&
	       machine->trace.max_cpus >= options->max_cpus;
}

static int check_options(const struct paracall_engine *engine,
			 const struct paracall_options *options)
{
	uint32_t available =
		paracall_features_available_of(options->architecture, engine->capabilities);

	if (!engine_is_complete(engine) || (options->trace && !can_trace(engine)) ||
	    (options->architecture != PARACALL_X86 && options->architecture != PARACALL_S390 &&
	     options->architecture != PARACALL_POWERPC) ||
	    options->max_cpus < 1 || options->max_cpus > PARACALL_MAX_CPUS)
		return PARACALL_ERROR_ARGUMENT;
	if (options->features & ~available)
		return PARACALL_ERROR_FEATURE;
	if (options->injection &&
	    !injection_is_possible(options->injection, engine, options->architecture))
		return PARACALL_ERROR_ARGUMENT;
	return PARACALL_OK;
}

static int attach_statistics(struct paracall_machine *machine,
			     struct paracall_statistics *statistics)
{
	if (!statistics) {
		statistics = calloc(1, paracall_statistics_size(machine->max_cpus));
		machine->own_statistics = statistics;
		if (!statistics)
			return PARACALL_ERROR_MEMORY;
	}
	machine->statistics = statistics;
	statistics->magic = PARACALL_STATISTICS_MAGIC;
	statistics->version = PARACALL_STATISTICS_VERSION;
	statistics->max_cpus = machine->max_cpus;
	statistics->features = machine->features;
	statistics->architecture = machine->architecture;
	statistics->table = paracall_table_id();
	return PARACALL_OK;
}

/* All that never changes is there before anybody can find a vCPU. */
static void make_slots(struct paracall_machine *machine)
{
	const struct paracall_trace_view *trace = &machine->trace;

	for (uint32_t i = 0; i < machine->max_cpus; i++)
		machine->cpus[i] = (struct paracall_cpu){
			.machine = machine,
			.statistics = &machine->statistics->cpu[i],
			.trace = trace->trace,
			.has_layers =
				machine->enforce_features || trace->trace || machine->has_rules,
			.ring = trace->trace ? paracall_trace_ring(trace, i) : NULL,
			.ring_events = trace->ring_events,
			.apic_id = UINT32_MAX,
			/* The first list is the current one. */
			.spare_list = i + 1,
			.msrs.poll_control = PARACALL_KVM_MSR_ENABLED,
		};
}

static void reset_shared_msrs(struct paracall_machine *machine)
{
	atomic_store(&machine->wall_clock, 0);
	atomic_store(&machine->migration_control, PARACALL_KVM_MSR_ENABLED);
	atomic_store(&machine->has_old_clock, false);
}

static bool is_allocated(const struct paracall_machine *machine)
{
	return machine->cpus && (machine->private_memory ||
				 !is_offered(machine, PARACALL_KVM_FEATURE_HC_MAP_GPA_RANGE));
}

int paracall_machine_new(struct paracall_machine **result, const struct paracall_engine *engine,
			 const struct paracall_options *options)
{
	struct paracall_machine *machine;
	int error = check_options(engine, options);

	*result = NULL;
	if (error)
		return error;
	machine = calloc(1, sizeof(*machine));
	if (!machine)
		return PARACALL_ERROR_MEMORY;
	if (options->trace && !look_at_trace(machine, options)) {
		free(machine);
		return PARACALL_ERROR_ARGUMENT;
	}
	error = paracall_clock_init(machine);
	if (error) {
		free(machine);
		return error;
	}
	machine->engine = *engine;
	machine->architecture = options->architecture;
	machine->features = options->features;
	machine->hints = options->hints;
	machine->enforce_features = options->enforce_features;
	machine->max_cpus = options->max_cpus;
	machine->cpus = aligned_alloc(_Alignof(struct paracall_cpu),
				      machine->max_cpus * sizeof(*machine->cpus));
	reset_shared_msrs(machine);
	if (is_offered(machine, PARACALL_KVM_FEATURE_HC_MAP_GPA_RANGE))
		machine->private_memory = paracall_private_memory_new(options->max_cpus);
	error = attach_statistics(machine, options->statistics);
	if (error || !is_allocated(machine)) {
		paracall_machine_free(machine);
		return PARACALL_ERROR_MEMORY;
	}
	injection_begin(machine, options->injection);
	make_slots(machine);
	*result = machine;
	return PARACALL_OK;
}

void paracall_machine_free(struct paracall_machine *machine)
{
	if (!machine)
		return;
	paracall_clock_destroy(machine);
	paracall_private_memory_free(machine->private_memory);
	free(machine->own_statistics);
	free(machine->cpus);
	free(machine);
}

void paracall_machine_withdraw(struct paracall_machine *machine, uint32_t capabilities)
{
	machine->engine.capabilities &= ~capabilities;
	machine->features &= paracall_features_available_of(machine->architecture,
							    machine->engine.capabilities);
	machine->statistics->features = machine->features;
}

/* What others may change, too. */
static void reset_shared(struct paracall_cpu *cpu)
{
	atomic_store(&cpu->has_pfault_token, false);
	atomic_store(&cpu->requests, 0);
	atomic_store(&cpu->halt_state, RUNNING);
}

/* POLL_CONTROL stays: arch/x86/kvm/x86.c, kvm_vcpu_reset. */
static void reset_own(struct paracall_cpu *cpu)
{
	cpu->msrs = (struct msr_state){ .poll_control = cpu->msrs.poll_control };
	cpu->async_pf = (struct async_pf){ .next = cpu->async_pf.next };
	cpu->late_call_count = 0;
	cpu->clock_jump = 0;
	trace_wake(cpu, PARACALL_WAKE_RESET);
}

/* Monitors set all registers back then, POLL_CONTROL and shared ones among them. */
void paracall_take_reset(struct paracall_cpu *cpu)
{
	if (!atomic_exchange(&cpu->owes_reset, false))
		return;
	reset_own(cpu);
	cpu->msrs.poll_control = PARACALL_KVM_MSR_ENABLED;
}

void paracall_cpu_reset(struct paracall_cpu *cpu)
{
	take_reset(cpu);
	paracall_clock_stop(cpu);
	reset_own(cpu);
	reset_shared(cpu);
}

/* One whose ring nobody writes while no vCPU runs; NULL if there is none at all. */
static struct paracall_cpu *any_cpu(struct paracall_machine *machine)
{
	for (uint32_t i = 0; i < machine->max_cpus; i++)
		if (atomic_load(&machine->cpus[i].presence) != NEVER_ADDED)
			return &machine->cpus[i];
	return NULL;
}

void paracall_machine_reset(struct paracall_machine *machine, struct paracall_cpu *by)
{
	for (uint32_t i = 0; i < machine->max_cpus; i++) {
		struct paracall_cpu *cpu = &machine->cpus[i];

		paracall_clock_stop(cpu);
		reset_shared(cpu);
		atomic_store(&cpu->owes_reset, true);
		if (machine->architecture == PARACALL_POWERPC)
			paracall_magic_page_unmap(cpu);
	}
	reset_shared_msrs(machine);
	paracall_magic_page_forget(machine);
	paracall_private_memory_reset(machine);
	__atomic_fetch_add(&machine->statistics->resets, 1, __ATOMIC_RELAXED);
	by = by ? by : any_cpu(machine);
	if (by)
		paracall_trace_tell(by, PARACALL_EVENT_RESET, 0, 0, NULL, 0);
}

struct paracall_cpu *paracall_machine_add_cpu(struct paracall_machine *machine, uint32_t index,
					      void *engine_cpu)
{
	struct paracall_cpu *cpu;
	uint32_t before;

	if (index >= machine->max_cpus)
		return NULL;
	cpu = &machine->cpus[index];
	before = atomic_exchange(&cpu->presence, ADDED);
	if (before == NEVER_ADDED)
		__atomic_fetch_add(&machine->statistics->cpus, 1, __ATOMIC_RELAXED);
	/* One that is only found again may run. */
	if (before == ADDED)
		return cpu;
	__atomic_store_n(&cpu->engine_cpu, engine_cpu, __ATOMIC_RELEASE);
	paracall_magic_page_inherit(cpu);
	return cpu;
}

static void forget_apic_id(struct paracall_machine *machine, uint32_t apic_id)
{
	if (apic_id != UINT32_MAX)
		atomic_store(&machine->by_apic_id[apic_id], NULL);
}

void paracall_machine_remove_cpu(struct paracall_cpu *cpu)
{
	struct paracall_machine *machine = cpu->machine;

	forget_apic_id(machine, atomic_exchange(&cpu->apic_id, UINT32_MAX));
	paracall_clock_leave(cpu);
	atomic_store(&cpu->owes_reset, false);
	reset_own(cpu);
	reset_shared(cpu);
	paracall_magic_page_unmap(cpu);
	cpu->msrs.poll_control = PARACALL_KVM_MSR_ENABLED;
	cpu->told_run_delay = 0;
	atomic_store(&cpu->presence, REMOVED);
}

int paracall_cpu_set_apic_id(struct paracall_cpu *cpu, uint32_t apic_id)
{
	struct paracall_machine *machine = cpu->machine;
	struct paracall_cpu *expected = NULL;

	/* The largest of all is also what one without an id has. */
	if (apic_id > PARACALL_MAX_APIC_ID)
		return PARACALL_ERROR_CPU;
	if (apic_id == atomic_load(&cpu->apic_id))
		return PARACALL_OK;
	if (!atomic_compare_exchange_strong(&machine->by_apic_id[apic_id], &expected, cpu))
		return PARACALL_ERROR_CPU;
	forget_apic_id(machine, atomic_exchange(&cpu->apic_id, apic_id));
	return PARACALL_OK;
}

struct paracall_statistics *paracall_machine_statistics(struct paracall_machine *machine)
{
	return machine->statistics;
}

uint64_t paracall_statistics_sum(const struct paracall_statistics *statistics, size_t offset)
{
	uint64_t sum = 0;

	for (uint32_t i = 0; i < statistics->max_cpus; i++) {
		const char *cpu = (const char *)&statistics->cpu[i];

		sum += __atomic_load_n((const uint64_t *)(cpu + offset), __ATOMIC_RELAXED);
	}
	return sum;
}
