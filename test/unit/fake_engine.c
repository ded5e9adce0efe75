/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fake_engine.h"

#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

static uint64_t read_register(void *context, unsigned int number)
{
	struct fake_cpu *cpu = context;

	cpu->reads++;
	return cpu->registers[number];
}

static void write_register(void *context, unsigned int number, uint64_t value)
{
	struct fake_cpu *cpu = context;

	cpu->writes++;
	cpu->registers[number] = value;
}

static void wake(void *context, void *target_context, uint32_t apic_id)
{
	struct fake_cpu *target = target_context;

	(void)context;
	(void)apic_id;
	__atomic_fetch_add(&target->wakes, 1, __ATOMIC_SEQ_CST);
}

static bool send_interrupt(void *context, void *target_context, uint32_t apic_id,
			   const struct paracall_interrupt *interrupt)
{
	struct fake_cpu *target = target_context;

	(void)context;
	(void)apic_id;
	if (target->refuses_interrupts)
		return false;
	target->interrupts++;
	target->interrupt = *interrupt;
	return true;
}

static void yield_to(void *context, void *target_context)
{
	struct fake_cpu *cpu = context;
	struct fake_cpu *target = target_context;

	if (target)
		target->yields++;
	else
		cpu->time_slice_ends++;
}

static void idle(void *context)
{
	struct fake_cpu *cpu = context;

	cpu->idles++;
}

static bool is_memory(struct paracall_gpa address, size_t size)
{
	return address.value < FAKE_MEMORY_SIZE && size <= FAKE_MEMORY_SIZE - address.value;
}

/*
 * In units of 4 bytes where that is possible, each of them atomic: vCPUs' threads
 * may meet here.
 */
static void copy(uint8_t *to, const uint8_t *from, size_t size)
{
	while (size) {
		bool is_whole = size >= 4 && !((uintptr_t)to % 4) && !((uintptr_t)from % 4);
		size_t step = is_whole ? 4 : 1;

		if (is_whole)
			__atomic_store_n((uint32_t *)to,
					 __atomic_load_n((const uint32_t *)from,
							 __ATOMIC_RELAXED),
					 __ATOMIC_RELAXED);
		else
			__atomic_store_n(to, __atomic_load_n(from, __ATOMIC_RELAXED),
					 __ATOMIC_RELAXED);
		to += step;
		from += step;
		size -= step;
	}
}

static bool read_memory(void *context, struct paracall_gpa address, void *data, size_t size)
{
	struct fake_cpu *cpu = context;

	if (!is_memory(address, size))
		return false;
	copy(data, cpu->machine->memory + address.value, size);
	return true;
}

static bool write_memory(void *context, struct paracall_gpa address, const void *data,
			 size_t size)
{
	struct fake_cpu *cpu = context;

	if (!is_memory(address, size))
		return false;
	copy(cpu->machine->memory + address.value, data, size);
	if (cpu->machine->after_write)
		cpu->machine->after_write(cpu->machine);
	return true;
}

static uint64_t tsc_frequency(void *context)
{
	const struct fake_cpu *cpu = context;

	if (cpu->machine->while_measuring)
		cpu->machine->while_measuring(cpu->machine);
	return cpu->machine->tsc_frequency;
}

static bool read_clocks(void *context, struct paracall_clocks *clocks)
{
	struct fake_machine *fake = ((const struct fake_cpu *)context)->machine;

	if (fake->clocks_go_on) {
		fake->clocks.steady_nanoseconds += 1000;
		fake->clocks.tsc += fake->tsc_frequency / 1000000;
	}
	assert_int_equal(clocks->size, sizeof(*clocks));
	*clocks = fake->clocks;
	return !fake->has_no_clocks;
}

static uint64_t run_delay(void *context)
{
	const struct fake_cpu *cpu = context;

	return cpu->run_delay;
}

static void flush_tlb(void *context)
{
	struct fake_cpu *cpu = context;

	cpu->tlb_flushes++;
}

static bool give_random(void *context, void *data, size_t size)
{
	const struct fake_cpu *cpu = context;

	memset(data, cpu->random_byte, size);
	return !cpu->has_no_random;
}

static void delay(void *context, uint64_t nanoseconds)
{
	struct fake_cpu *cpu = context;

	cpu->delays++;
	cpu->delayed_nanoseconds += nanoseconds;
}

static bool has_register(void *context, unsigned int number)
{
	const struct fake_cpu *cpu = context;

	return !(cpu->missing >> number & 1);
}

static bool map_magic_page(void *context, uint64_t address, uint64_t effective_address)
{
	struct fake_cpu *cpu = context;

	cpu->magic_page_address = address;
	cpu->magic_page_effective_address = effective_address;
	return !cpu->refuses_magic_page;
}

static bool msr_was_loaded(void *context)
{
	struct fake_cpu *cpu = context;
	bool was_loaded = cpu->has_loaded_msr;

	cpu->has_loaded_msr = false;
	return was_loaded;
}

static uint64_t fake_clock(void *machine)
{
	static _Atomic(uint64_t) now;

	(void)machine;
	return atomic_fetch_add(&now, 100);
}

/* Tests that do something wrong have one of their own. */
static void fail_report(void *machine, void *cpu, int error, const char *message)
{
	(void)machine;
	(void)cpu;
	fail_msg("%s: %s", message, paracall_strerror(error));
}

static const struct paracall_x86_engine x86 = {
	.size = sizeof(x86),
	.tsc_frequency = tsc_frequency,
	.flush_tlb = flush_tlb,
};

static const struct paracall_powerpc_engine powerpc = {
	.size = sizeof(powerpc),
	.idle = idle,
	.has_register = has_register,
	.map_magic_page = map_magic_page,
	.msr_was_loaded = msr_was_loaded,
};

static const struct paracall_arm64_engine arm64 = { .size = sizeof(arm64),
						    .random = give_random };

const struct paracall_engine fake_engine = {
	.size = sizeof(fake_engine),
	.name = "fake",
	.capabilities = FAKE_CAPABILITIES,
	.read_register = read_register,
	.write_register = write_register,
	.wake = wake,
	.send_interrupt = send_interrupt,
	.yield_to = yield_to,
	.read_memory = read_memory,
	.write_memory = write_memory,
	.read_clocks = read_clocks,
	.run_delay = run_delay,
	.delay = delay,
	.clock = fake_clock,
	.report = fail_report,
	.x86 = &x86,
	.powerpc = &powerpc,
	.arm64 = &arm64,
};

struct paracall_options fake_options(void)
{
	return (struct paracall_options){
		.size = sizeof(struct paracall_options),
		.architecture = PARACALL_X86,
		.max_cpus = FAKE_CPUS,
		.features = paracall_features_available(PARACALL_X86, FAKE_CAPABILITIES),
	};
}

struct paracall_trace *fake_trace(uint32_t cpus, uint32_t ring_events)
{
	size_t size = (paracall_trace_size(cpus, ring_events) + 63) / 64 * 64;
	struct paracall_trace *trace = aligned_alloc(64, size);

	assert_non_null(trace);
	memset(trace, 0, size);
	trace->version = PARACALL_TRACE_VERSION;
	trace->max_cpus = cpus;
	trace->ring_events = ring_events;
	trace->kinds = UINT64_MAX;
	return trace;
}

void fake_machine_create(struct fake_machine *fake, const struct paracall_engine *engine,
			 const struct paracall_options *options)
{
	struct paracall_options defaults = fake_options();
	uint32_t step = fake->apic_id_step ? fake->apic_id_step : 1;

	memset(fake, 0, sizeof(*fake));
	fake->tsc_frequency = 2400000000;
	fake->clocks.is_paired = true;
	assert_int_equal(paracall_machine_new(&fake->machine, engine,
					      options ? options : &defaults),
			 0);
	for (uint32_t i = 0; i < FAKE_CPUS; i++) {
		struct fake_cpu *cpu = &fake->cpus[i];

		cpu->machine = fake;
		cpu->cpu = paracall_machine_add_cpu(fake->machine, i, cpu);
		assert_non_null(cpu->cpu);
		assert_int_equal(paracall_cpu_set_apic_id(cpu->cpu, i * step), 0);
	}
}

void fake_machine_destroy(struct fake_machine *fake)
{
	paracall_machine_free(fake->machine);
}

int fake_setup(void **state)
{
	static struct fake_machine fake;

	fake_machine_create(&fake, &fake_engine, NULL);
	*state = &fake;
	return 0;
}

int fake_teardown(void **state)
{
	fake_machine_destroy(*state);
	return 0;
}

uint64_t fake_call_in(struct fake_cpu *cpu, uint32_t mode, uint64_t number, uint64_t a0,
		      uint64_t a1, uint64_t a2, uint64_t a3)
{
	cpu->registers[PARACALL_X86_RAX] = number;
	cpu->registers[PARACALL_X86_RBX] = a0;
	cpu->registers[PARACALL_X86_RCX] = a1;
	cpu->registers[PARACALL_X86_RDX] = a2;
	cpu->registers[PARACALL_X86_RSI] = a3;
	cpu->reads = 0;
	cpu->writes = 0;
	paracall_hypercall(cpu->cpu, mode);
	return cpu->registers[PARACALL_X86_RAX];
}

uint64_t fake_rdmsr(struct fake_cpu *cpu, uint32_t number)
{
	uint64_t value = ~UINT64_C(0);

	assert_int_equal(paracall_rdmsr(cpu->cpu, number, &value), PARACALL_MSR_DONE);
	return value;
}

void fake_wrmsr(struct fake_cpu *cpu, uint32_t number, uint64_t value)
{
	assert_int_equal(paracall_wrmsr(cpu->cpu, number, value), PARACALL_MSR_DONE);
}

int64_t fake_call(struct fake_cpu *cpu, uint64_t number, uint64_t a0, uint64_t a1, uint64_t a2,
		  uint64_t a3)
{
	return fake_call_in(cpu, PARACALL_MODE_64BIT, number, a0, a1, a2, a3);
}

uint32_t fake_slot(const char *name)
{
	const struct paracall_call_info *info;

	for (size_t i = 0; (info = paracall_call_info(i)); i++)
		if (!strcmp(info->name, name))
			return paracall_call_slot(info->id);
	return PARACALL_STATISTICS_UNKNOWN;
}

enum paracall_sbi_outcome fake_sbi(struct fake_cpu *cpu, uint32_t extension, uint32_t function,
				   uint64_t a0, uint64_t a1)
{
	cpu->registers[PARACALL_RISCV_A7] = extension;
	cpu->registers[PARACALL_RISCV_A6] = function;
	cpu->registers[PARACALL_RISCV_A0] = a0;
	cpu->registers[PARACALL_RISCV_A1] = a1;
	cpu->registers[PARACALL_RISCV_A2] = 0;
	return paracall_sbi(cpu->cpu);
}

void fake_notify(struct fake_cpu *cpu, uint64_t value)
{
	cpu->registers[PARACALL_LOONGARCH_A0] = PARACALL_HCALL_FUNC_NOTIFY;
	cpu->registers[PARACALL_LOONGARCH_A1] = UINT64_C(1)
						<< PARACALL_KVM_FEATURE_LOONGARCH_STEAL_TIME;
	cpu->registers[PARACALL_LOONGARCH_A2] = value;
	paracall_hvcl(cpu->cpu, PARACALL_HCALL_SERVICE);
}

void fake_replug(struct fake_cpu *cpu)
{
	struct paracall_machine *machine = cpu->machine->machine;
	uint32_t number = (uint32_t)(cpu - cpu->machine->cpus);

	paracall_machine_remove_cpu(cpu->cpu);
	assert_ptr_equal(paracall_machine_add_cpu(machine, number, cpu), cpu->cpu);
	assert_int_equal(paracall_cpu_set_apic_id(cpu->cpu, number), 0);
}

uint32_t fake_draw(uint32_t *state, uint32_t below)
{
	*state = *state * 1664525 + 1013904223;
	return (*state >> 8) % below;
}

/* A whole time slice has many more. */
#define TURNS 1000

void fake_give_way(unsigned int *turns)
{
	if (++*turns % TURNS == 0)
		sched_yield();
}
