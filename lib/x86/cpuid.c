/* SPDX-License-Identifier: BSD-2-Clause */
/* KVM's CPUID leaves: Documentation/virt/kvm/x86/cpuid.rst. */
#include "../inject.h"
#include "../misuse.h"
#include "../trace/trace.h"

/* The features that fault injection withdraws from this reading. */
static uint32_t withdrawn(struct paracall_cpu *cpu)
{
	const struct paracall_rule *rule =
		injection_find(cpu, PARACALL_AT_CPUID, 0, cpu->statistics->cpuid_features);

	return rule ? (uint32_t)rule->value : 0;
}

static void report(struct paracall_cpu *cpu, uint32_t leaf, const struct paracall_cpuid *result)
{
	const uint64_t arguments[] = { leaf, result->ebx, result->ecx, result->edx };

	paracall_trace_report(cpu, PARACALL_EVENT_CPUID, 0, result->eax, arguments, 4);
}

bool paracall_cpuid(struct paracall_cpu *cpu, uint32_t leaf, struct paracall_cpuid *result)
{
	ENTER_AGAIN(cpu);
	if (!IS_FOR(cpu, PARACALL_X86, "paracall_cpuid"))
		return false;
	switch (leaf) {
	case PARACALL_KVM_CPUID_SIGNATURE:
		paracall_statistics_add(&cpu->statistics->cpuid_signature, 1);
		*result = (struct paracall_cpuid){
			.eax = PARACALL_KVM_CPUID_FEATURES,
			.ebx = PARACALL_KVM_SIGNATURE_EBX,
			.ecx = PARACALL_KVM_SIGNATURE_ECX,
			.edx = PARACALL_KVM_SIGNATURE_EDX,
		};
		report(cpu, leaf, result);
		return true;
	case PARACALL_KVM_CPUID_FEATURES:
		paracall_statistics_add(&cpu->statistics->cpuid_features, 1);
		*result = (struct paracall_cpuid){
			.eax = cpu->machine->features,
			.edx = cpu->machine->hints,
		};
		if (has_rules(cpu))
			result->eax &= ~withdrawn(cpu);
		report(cpu, leaf, result);
		return true;
	}
	return false;
}
