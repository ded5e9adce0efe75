/* SPDX-License-Identifier: GPL-2.0-or-later */
/* x86's guests, and the engine for them. */
#include "calls.h"

static uint64_t tsc_frequency(void *cpu)
{
	(void)cpu;
	return 1000000000;
}

static const struct paracall_x86_engine x86 = { .size = sizeof(x86),
						.tsc_frequency = tsc_frequency };

static void complete(struct paracall_engine *engine)
{
	engine->x86 = &x86;
}

static void inject(struct paracall_cpu *cpu, uint64_t *registers, unsigned int i)
{
	struct paracall_cpuid result;
	uint64_t value;

	registers[PARACALL_X86_RAX] = i % 14;
	registers[PARACALL_X86_RCX] = 0;
	paracall_hypercall(cpu, PARACALL_MODE_64BIT);
	paracall_wrmsr(cpu, paracall_msr_info(i % paracall_msr_count())->number, 0x1001);
	paracall_rdmsr(cpu, paracall_msr_info(i % paracall_msr_count())->number, &value);
	paracall_cpuid(cpu, PARACALL_KVM_CPUID_FEATURES, &result);
	paracall_update(cpu);
	if (i % 16 == 0)
		paracall_halt(cpu);
}

static void resume(struct paracall_cpu *cpu, uint64_t *registers, unsigned int i)
{
	uint64_t value;

	registers[PARACALL_X86_RAX] = i % 13;
	/* One of the two vCPUs. */
	registers[PARACALL_X86_RCX] = i / 2 % 2;
	paracall_hypercall(cpu, PARACALL_MODE_64BIT);
	paracall_rdmsr(cpu, paracall_msr_info(i % paracall_msr_count())->number, &value);
	paracall_async_pf_end(cpu);
	paracall_async_pf_begin(cpu);
	paracall_adjust_clock(cpu, fuzz_now);
}

const struct calls x86_calls = {
	.architecture = PARACALL_X86,
	.complete = complete,
	.inject = inject,
	.resume = resume,
};
