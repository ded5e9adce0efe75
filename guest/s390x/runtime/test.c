/* SPDX-License-Identifier: BSD-2-Clause */
/* Finding KVM on s390x. */
#include "common/test.h"

#include "call.h"

/*
 * Linux finds it in the same way (arch/s390/boot/startup.c): nothing announces
 * it, so a CPU yields to itself and checks whether that is an exception.
 */
static bool find_kvm(void)
{
	struct call call;

	call_init(&call, 0x9c);
	call.r1 = 2;
	call.in.gpr[2] = this_cpu_address();
	call_run(&call);
	return call.out.interruption == INTERRUPTION_NONE;
}

void tests_start(const char *program)
{
	kvm_found = find_kvm();
	print("# %s: %u CPUs, %lu MiB, %s\n", program, cpu_count, memory_end() >> 20,
	      kvm_found ? "KVM: DIAGNOSE 0x9c is there" : "no KVM");
}

/* Nothing announces them. */
uint32_t kvm_features(void)
{
	return 0;
}
