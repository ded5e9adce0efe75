/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Hints that a CPU spins, on which its thread may yield to others: or 31,31,31 and
 * the like (Power ISA book II, "Program Priority Registers" and "Shared Resource Hints").
 * The guest sees that all make progress; only the host sees whether one yielded.
 */
#include "common/spin.h"
#include "common/test.h"
#include "runtime/runtime.h"

#define HINTS 1000000u

static inline void hint_low(void)
{
	__asm__ volatile("or 1,1,1" : : : "memory");
}

static inline void hint_very_low(void)
{
	__asm__ volatile("or 31,31,31" : : : "memory");
}

static inline void hint_yield(void)
{
	__asm__ volatile("or 27,27,27" : : : "memory");
}

/* All others wait in H_CEDE: there is no CPU to yield to. */
static void test_alone(void)
{
	for (uint32_t i = 0; i < HINTS; i++)
		hint_very_low();
}

static void hint_all(uint32_t index)
{
	(void)index;
	hint_low();
	hint_very_low();
	hint_yield();
}

static void test_progress(void)
{
	spin_try_progress(hint_all);
}

#define SPIN "virt/kvm/kvm_main.c, kvm_vcpu_on_spin"

static const struct test tests[] = {
	{ .name = "a CPU that spins while all others wait makes progress",
	  .rule = SPIN,
	  .run = test_alone,
	  .cpus = 2 },
	{ .name = "CPUs that spin forever delay no other",
	  .rule = SPIN,
	  .run = test_progress,
	  .cpus = 6 },
};

TESTS_MAIN("spin", tests)
