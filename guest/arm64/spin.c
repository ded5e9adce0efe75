/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The hint that a CPU spins: yield. KVM cannot trap it; it yields at wfe, which may wait here
 * for an event that nobody sends.
 */
#include "common/spin.h"
#include "common/test.h"
#include "runtime/runtime.h"

static void hint_yield(uint32_t index)
{
	(void)index;
	relax();
}

static void test_yield_effect(void)
{
	spin_try_effect(hint_yield);
}

static void test_progress(void)
{
	spin_try_progress(hint_yield);
}

#define SPIN "paracall-features(7), SPINNING"

static const struct test tests[] = {
	{ .name = "yield lets others run",
	  .rule = SPIN,
	  .run = test_yield_effect,
	  .cpus = 2,
	  .kvm = true },
	{ .name = "CPUs that spin forever delay no other",
	  .rule = SPIN,
	  .run = test_progress,
	  .cpus = 3,
	  .kvm = true },
};

TESTS_MAIN("spin", tests)
