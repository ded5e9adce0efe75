/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fake_engine.h"

#include <stdatomic.h>
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
	target->interrupts++;
	target->interrupt = *interrupt;
	return true;
}

static void yield_to(void *context, void *target_context)
{
	struct fake_cpu *target = target_context;

	(void)context;
	target->yields++;
}

static uint64_t fake_clock(void)
{
	static _Atomic(uint64_t) now;

	return atomic_fetch_add(&now, 100);
}

const struct paracall_engine fake_engine = {
	.name = "fake",
	.capabilities = FAKE_CAPABILITIES,
	.read_register = read_register,
	.write_register = write_register,
	.wake = wake,
	.send_interrupt = send_interrupt,
	.yield_to = yield_to,
	.clock = fake_clock,
};

struct paracall_options fake_options(void)
{
	return (struct paracall_options){
		.architecture = PARACALL_X86,
		.max_cpus = FAKE_CPUS,
		.features = paracall_features_available(FAKE_CAPABILITIES),
	};
}

void fake_machine_create(struct fake_machine *fake, const struct paracall_engine *engine,
			 const struct paracall_options *options)
{
	struct paracall_options defaults = fake_options();
	uint32_t step = fake->apic_id_step ? fake->apic_id_step : 1;

	memset(fake, 0, sizeof(*fake));
	assert_int_equal(paracall_machine_new(&fake->machine, engine,
					      options ? options : &defaults),
			 0);
	for (uint32_t i = 0; i < FAKE_CPUS; i++) {
		struct fake_cpu *cpu = &fake->cpus[i];

		cpu->cpu = paracall_machine_add_cpu(fake->machine, i, cpu);
		assert_non_null(cpu->cpu);
		assert_int_equal(paracall_cpu_set_apic_id(cpu->cpu, i * step), 0);
	}
}

void fake_machine_destroy(struct fake_machine *fake)
{
	paracall_machine_free(fake->machine);
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

int64_t fake_call(struct fake_cpu *cpu, uint64_t number, uint64_t a0, uint64_t a1, uint64_t a2,
		  uint64_t a3)
{
	return fake_call_in(cpu, PARACALL_MODE_64BIT, number, a0, a1, a2, a3);
}
