/* SPDX-License-Identifier: BSD-2-Clause */
/* The life of machines and vCPUs. All memory is allocated here, at creation. */
#include "architecture.h"
#include "halt.h"
#include "inject.h"
#include "misuse.h"
#include "take.h"
#include "trace/trace.h"

#include <stdlib.h>
#include <string.h>

_Static_assert(PARACALL_TRACE_MAX_CPUS == PARACALL_MAX_CPUS, "a ring for each vCPU");

/* What the caller hands over, as this library knows it. */
struct request {
	struct paracall_engine engine;
	struct paracall_options options;
	struct paracall_injection injection;
};

static int take_request(struct request *request, const struct paracall_engine *engine,
			const struct paracall_options *options)
{
	int error = take_struct(&request->engine, sizeof(request->engine),
				UP_TO(struct paracall_engine, write_register), engine);

	if (!error)
		error = take_struct(&request->options, sizeof(request->options),
				    UP_TO(struct paracall_options, max_cpus), options);
	if (error || !request->options.injection)
		return error;
	error = take_injection(&request->injection, request->options.injection);
	request->options.injection = &request->injection;
	return error;
}

/*
 * The functions that this architecture alone has, or none of them. The engine's pointer
 * leads to the copy from here on.
 */
static int take_functions(struct paracall_machine *machine)
{
	const struct architecture *architecture = machine->architecture;
	char *pointer = (char *)&machine->engine + architecture->functions_pointer;
	void *place = (char *)machine + architecture->functions_place;
	const void *functions;

	if (!architecture->functions_size)
		return PARACALL_OK;
	memcpy(&functions, pointer, sizeof(functions));
	memcpy(pointer, &place, sizeof(place));
	return functions ? take_struct(place, architecture->functions_size, sizeof(size_t),
				       functions)
			 : PARACALL_OK;
}

static bool engine_is_complete(const struct paracall_engine *engine,
			       const struct architecture *architecture)
{
	uint32_t can = engine->capabilities;

	return engine->read_register && engine->write_register &&
	       (!(can & PARACALL_CAN_WAKE) || engine->wake) &&
	       (!(can & PARACALL_CAN_INTERRUPT) || engine->send_interrupt) &&
	       (!(can & PARACALL_CAN_YIELD) || engine->yield_to) &&
	       (!(can & PARACALL_CAN_ACCESS_MEMORY) ||
		(engine->read_memory && engine->write_memory)) &&
	       (!(can & PARACALL_CAN_REPORT_RUN_DELAY) || engine->run_delay) &&
	       (!architecture->is_complete || architecture->is_complete(engine));
}

static bool can_trace(const struct paracall_engine *engine)
{
	return engine->trace_clock && engine->trace_wait && engine->trace_wake;
}

static int look_at_trace(struct paracall_machine *machine,
			 const struct paracall_options *options)
{
	if (!paracall_trace_look(&machine->trace, options->trace, options->trace_size) ||
	    machine->trace.max_cpus < options->max_cpus)
		return PARACALL_ERROR_ARGUMENT;
	return options->trace->version == PARACALL_TRACE_VERSION ? PARACALL_OK
								 : PARACALL_ERROR_VERSION;
}

static int check_options(const struct paracall_engine *engine,
			 const struct paracall_options *options)
{
	const struct architecture *architecture = architecture_of(options->architecture);
	uint32_t available =
		paracall_features_available(options->architecture, engine->capabilities);

	if (!architecture || !architecture->cpu_size ||
	    (options->trace && !can_trace(engine)) || options->max_cpus < 1 ||
	    options->max_cpus > PARACALL_MAX_CPUS)
		return PARACALL_ERROR_ARGUMENT;
	if (options->statistics &&
	    options->statistics_size < paracall_statistics_size(options->max_cpus))
		return PARACALL_ERROR_ARGUMENT;
	if (options->features & ~available)
		return PARACALL_ERROR_FEATURE;
	if (options->injection &&
	    !injection_is_possible(options->injection, engine, architecture))
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
	statistics->architecture = machine->architecture->bit;
	statistics->table = paracall_table_id();
	return PARACALL_OK;
}

static struct paracall_cpu new_cpu(struct paracall_machine *machine, uint32_t index)
{
	const struct paracall_trace_view *trace = &machine->trace;

	return (struct paracall_cpu){
		.machine = machine,
		.index = index,
		.architecture = machine->architecture->bit,
		.quick_mode = NO_MODE,
		.read_register = machine->engine.read_register,
		.write_register = machine->engine.write_register,
		.statistics = &machine->statistics->cpu[index],
		.trace = trace->trace,
		.has_layers = machine->enforce_features || trace->trace || machine->has_rules,
		.ring = trace->trace ? paracall_trace_ring(trace, index) : NULL,
		.ring_events = trace->ring_events,
		.apic_id = UINT32_MAX,
	};
}

/* All that never changes is set before other threads can find a vCPU. */
static void make_slots(struct paracall_machine *machine)
{
	const struct architecture *architecture = machine->architecture;

	memset(machine->cpus, 0, machine->max_cpus * machine->cpu_size);
	for (uint32_t i = 0; i < machine->max_cpus; i++) {
		*cpu_at(machine, i) = new_cpu(machine, i);
		if (architecture->create_cpu)
			architecture->create_cpu(cpu_at(machine, i));
	}
}

static int take_engine(struct paracall_machine *machine, const struct paracall_engine *engine)
{
	int error;

	machine->engine = *engine;
	error = take_functions(machine);
	if (error)
		return error;
	return engine_is_complete(&machine->engine, machine->architecture)
		       ? PARACALL_OK
		       : PARACALL_ERROR_ARGUMENT;
}

/* What is general, apart from the slots and the engine. */
static int fill_in(struct paracall_machine *machine, const struct paracall_options *options)
{
	int error = options->trace ? look_at_trace(machine, options) : PARACALL_OK;

	if (error)
		return error;
	machine->engine_machine = options->engine_machine;
	machine->features = options->features;
	machine->hints = options->hints;
	machine->enforce_features = options->enforce_features;
	machine->max_cpus = options->max_cpus;
	machine->cpu_size = machine->architecture->cpu_size;
	machine->cpus = aligned_alloc(_Alignof(struct paracall_cpu),
				      machine->max_cpus * machine->cpu_size);
	if (!machine->cpus)
		return PARACALL_ERROR_MEMORY;
	return attach_statistics(machine, options->statistics);
}

static void free_general(struct paracall_machine *machine)
{
	free(machine->own_statistics);
	free(machine->cpus);
	free(machine);
}

/* Of what was checked. */
static int create(struct paracall_machine **result, const struct request *request)
{
	const struct architecture *architecture =
		architecture_of(request->options.architecture);
	struct paracall_machine *machine = calloc(1, architecture->machine_size);
	int error;

	if (!machine)
		return PARACALL_ERROR_MEMORY;
	machine->architecture = architecture;
	error = take_engine(machine, &request->engine);
	if (!error)
		error = fill_in(machine, &request->options);
	if (!error && architecture->create)
		error = architecture->create(machine);
	if (error) {
		free_general(machine);
		return error;
	}
	injection_begin(machine, request->options.injection);
	make_slots(machine);
	*result = machine;
	return PARACALL_OK;
}

int paracall_machine_new(struct paracall_machine **result, const struct paracall_engine *engine,
			 const struct paracall_options *options)
{
	struct request request;
	int error = take_request(&request, engine, options);

	*result = NULL;
	if (!error)
		error = check_options(&request.engine, &request.options);
	return error ? error : create(result, &request);
}

void paracall_machine_free(struct paracall_machine *machine)
{
	if (!machine)
		return;
	CHECK_STOPPED(machine);
	if (machine->architecture->destroy)
		machine->architecture->destroy(machine);
	free_general(machine);
}

void paracall_machine_withdraw(struct paracall_machine *machine, uint32_t capabilities)
{
	machine->engine.capabilities &= ~capabilities;
	machine->features &= paracall_features_available(machine->architecture->bit,
							 machine->engine.capabilities);
	machine->statistics->features = machine->features;
	for (uint32_t i = 0; machine->architecture->withdrawn && i < machine->max_cpus; i++)
		machine->architecture->withdrawn(cpu_at(machine, i));
}

/* What others may change, too. */
static void reset_shared(struct paracall_cpu *cpu, enum halt_state halt_state)
{
	if (cpu->machine->architecture->reset_shared)
		cpu->machine->architecture->reset_shared(cpu);
	halt_set_state(cpu, halt_state);
}

static void reset_own(struct paracall_cpu *cpu, bool is_whole)
{
	if (cpu->machine->architecture->reset_own)
		cpu->machine->architecture->reset_own(cpu, is_whole);
	cpu->late_call_count = 0;
	trace_wake(cpu, PARACALL_WAKE_RESET);
}

void paracall_take_reset(struct paracall_cpu *cpu)
{
	if (atomic_exchange(&cpu->owes_reset, false))
		reset_own(cpu, true);
}

void paracall_cpu_reset(struct paracall_cpu *cpu)
{
	ENTER(cpu);
	take_reset(cpu);
	reset_own(cpu, false);
	reset_shared(cpu, RUNNING);
}

/*
 * One whose ring is not written while no vCPU runs; NULL if there is none. One that was
 * removed has no engine's pointer any more that could be used.
 */
static struct paracall_cpu *any_cpu(struct paracall_machine *machine)
{
	for (uint32_t i = 0; i < machine->max_cpus; i++)
		if (is_added(cpu_at(machine, i)))
			return cpu_at(machine, i);
	return NULL;
}

/* All but what is each vCPU's own; @halt_state is what is then known of each. */
static void reset_all(struct paracall_machine *machine, enum halt_state halt_state)
{
	for (uint32_t i = 0; i < machine->max_cpus; i++) {
		struct paracall_cpu *cpu = cpu_at(machine, i);

		reset_shared(cpu, halt_state);
		atomic_store(&cpu->owes_reset, true);
	}
	if (machine->architecture->reset_machine)
		machine->architecture->reset_machine(machine);
}

void machine_clear(struct paracall_machine *machine)
{
	reset_all(machine, RUNNING);
	for (uint32_t i = 0; i < machine->max_cpus; i++)
		take_reset(cpu_at(machine, i));
}

void paracall_machine_reset(struct paracall_machine *machine, struct paracall_cpu *by)
{
	ENTER(by);
	reset_all(machine, RUNNING);
	__atomic_fetch_add(&machine->statistics->resets, 1, __ATOMIC_RELAXED);
	by = by ? by : any_cpu(machine);
	if (by)
		paracall_trace_report(by, PARACALL_EVENT_RESET, 0, 0, NULL, 0);
}

void paracall_machine_loaded(struct paracall_machine *machine, struct paracall_cpu *by)
{
	ENTER(by);
	reset_all(machine, HALT_UNKNOWN);
	take_reset(by);
	paracall_trace_report(by, PARACALL_EVENT_LOADED, 0, 0, NULL, 0);
}

void paracall_machine_forget_halts(struct paracall_machine *machine)
{
	CHECK_STOPPED(machine);
	for (uint32_t i = 0; i < machine->max_cpus; i++)
		halt_set_state(cpu_at(machine, i), HALT_UNKNOWN);
}

bool paracall_set_mark(struct paracall_cpu *cpu)
{
	const struct architecture *architecture = cpu->machine->architecture;

	CHECK_ADDED(cpu);
	return architecture->set_mark && architecture->set_mark(cpu);
}

enum paracall_mark paracall_check_mark(struct paracall_cpu *cpu)
{
	const struct architecture *architecture = cpu->machine->architecture;

	CHECK_ADDED(cpu);
	return architecture->check_mark ? architecture->check_mark(cpu) : PARACALL_MARK_NONE;
}

/* For one caller, if the slot is empty. */
static bool take_slot(struct paracall_cpu *cpu, uint32_t *before)
{
	*before = atomic_load(&cpu->presence);
	while (*before == NEVER_ADDED || *before == REMOVED)
		if (atomic_compare_exchange_weak(&cpu->presence, before, ARRIVING))
			return true;
	return false;
}

struct paracall_cpu *paracall_machine_add_cpu(struct paracall_machine *machine, uint32_t index,
					      void *engine_cpu)
{
	struct paracall_cpu *cpu;
	uint32_t before;

	if (index >= machine->max_cpus)
		return NULL;
	cpu = cpu_at(machine, index);
	if (!take_slot(cpu, &before))
		return NULL;
	if (before == NEVER_ADDED)
		__atomic_fetch_add(&machine->statistics->cpus, 1, __ATOMIC_RELAXED);
	__atomic_store_n(&cpu->engine_cpu, engine_cpu, __ATOMIC_RELEASE);
	if (machine->architecture->add_cpu)
		machine->architecture->add_cpu(cpu);
	atomic_store(&cpu->presence, ADDED);
	return cpu;
}

struct paracall_cpu *paracall_machine_find_cpu(struct paracall_machine *machine, uint32_t index)
{
	return index < machine->max_cpus && is_added(cpu_at(machine, index))
		       ? cpu_at(machine, index)
		       : NULL;
}

static void forget_apic_id(struct paracall_machine *machine, uint32_t apic_id)
{
	if (apic_id != UINT32_MAX)
		atomic_store(&machine->by_apic_id[apic_id], NULL);
}

static void leave_machine(struct paracall_cpu *cpu, const char *function)
{
	struct paracall_machine *machine = cpu->machine;

	ENTER_AS(cpu, function);
	forget_apic_id(machine, atomic_exchange(&cpu->apic_id, UINT32_MAX));
	if (machine->architecture->remove_cpu)
		machine->architecture->remove_cpu(cpu);
	atomic_store(&cpu->owes_reset, false);
	reset_own(cpu, true);
	halt_set_state(cpu, RUNNING);
}

/* From the last store on another thread may have the slot. */
void paracall_machine_remove_cpu(struct paracall_cpu *cpu)
{
	leave_machine(cpu, __func__);
	atomic_store(&cpu->presence, REMOVED);
}

int paracall_cpu_set_apic_id(struct paracall_cpu *cpu, uint32_t apic_id)
{
	struct paracall_machine *machine = cpu->machine;
	struct paracall_cpu *expected = NULL;

	CHECK_ADDED(cpu);
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

void paracall_update(struct paracall_cpu *cpu)
{
	ENTER_AGAIN(cpu);
	take_reset(cpu);
	if (has_rules(cpu))
		injection_update(cpu);
	if (cpu->machine->architecture->update)
		cpu->machine->architecture->update(cpu);
}

void paracall_machine_was_paused(struct paracall_machine *machine)
{
	if (machine->architecture->was_paused)
		machine->architecture->was_paused(machine);
}

struct paracall_statistics *paracall_machine_statistics(struct paracall_machine *machine)
{
	return machine->statistics;
}
