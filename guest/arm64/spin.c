/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The hint that a CPU spins: yield. wfe, at which KVM gives way, too, may wait for an event, which
 * nobody sends here.
 */
#include "common/spin.h"
#include "common/test.h"
#include "runtime/runtime.h"

static void hint_yield(void)
{
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

#define SPIN "virt/kvm/kvm_main.c, kvm_vcpu_on_spin"

static const struct test tests[] = {
	{ .name = "yield lets others run",
	  .rule = SPIN,
	  .run = test_yield_effect,
	  .cpus = 2,
	  .kvm = true },
	{ .name = "CPUs that spin forever delay no other",
	  .rule = SPIN,
	  .run = test_progress,
	  .cpus = 3 },
};

TESTS_MAIN("spin", tests)
