/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Hints that a hart spins: pause, and the division by zero with which OpenSBI and older
 * kernels wait (arch/riscv/include/asm/vdso/processor.h, cpu_relax).
 */
#include "common/spin.h"
#include "common/test.h"
#include "runtime/runtime.h"

static void hint_pause(uint32_t index)
{
	(void)index;
	relax();
}

static void hint_divide(uint32_t index)
{
	uint64_t ignored;

	(void)index;
	__asm__ volatile("div %0, %0, zero" : "=r"(ignored) : : "memory");
}

static void test_pause_effect(void)
{
	spin_try_effect(hint_pause);
}

static void test_divide_effect(void)
{
	spin_try_effect(hint_divide);
}

static void test_progress(void)
{
	spin_try_progress(hint_pause);
}

/* KVM yields at wrs alone; it cannot trap the others. */
#define SPIN "paracall-features(7), SPINNING"

static const struct test tests[] = {
	{ .name = "pause lets others run",
	  .rule = SPIN "; RISC-V ISA manual, \"Zihintpause\"",
	  .run = test_pause_effect,
	  .cpus = 2,
	  .kvm = true },
	{ .name = "a division by zero lets others run",
	  .rule = SPIN "; arch/riscv/include/asm/vdso/processor.h, cpu_relax",
	  .run = test_divide_effect,
	  .cpus = 2,
	  .kvm = true },
	{ .name = "CPUs that spin forever delay no other",
	  .rule = SPIN,
	  .run = test_progress,
	  .cpus = 3,
	  .kvm = true },
};

TESTS_MAIN("spin", tests)
