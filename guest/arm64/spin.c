/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Hints that a CPU spins: yield, and wfe. KVM cannot trap yield; it yields at wfe. That waits
 * for an event, which each CPU can send itself, and which another one's store is where this one
 * has loaded exclusively.
 */
#include "common/spin.h"
#include "common/spinners.h"
#include "common/test.h"
#include "runtime/runtime.h"

#define HINTS 1000000u
/* How long a CPU that is about to wait may take to do it. */
#define BEGIN_MS 200
#define LIMIT_MS 60000

static void hint_yield(uint32_t index)
{
	(void)index;
	relax();
}

static void hint_wfe(uint32_t index)
{
	(void)index;
	__asm__ volatile("sevl; wfe" : : : "memory");
}

/* As Linux does in its locks: arch/arm64/include/asm/cmpxchg.h, __CMPWAIT_CASE. */
static void hint_compare_and_wait(uint32_t index)
{
	uint32_t ignored;

	__asm__ volatile("sevl; wfe; ldxr %w0, [%1]; wfe"
			 : "=&r"(ignored)
			 : "r"(spinner_word(index))
			 : "memory");
}

/* Until a time that does not come. */
static void hint_wfet(uint32_t index)
{
	register uint64_t never __asm__("x0") = UINT64_MAX;

	(void)index;
	/* wfet x0, which assemblers know since Armv8.7. */
	__asm__ volatile("sevl; .inst 0xd5031000" : : "r"(never) : "memory");
}

static void test_yield_effect(void)
{
	spin_try_effect(hint_yield);
}

static void test_wfe_effect(void)
{
	spin_try_effect(hint_wfe);
}

static void test_compare_and_wait_effect(void)
{
	spin_try_effect(hint_compare_and_wait);
}

/* ID_AA64ISAR2_EL1, WFxT. */
static bool has_wfet(void)
{
	uint64_t features;

	__asm__("mrs %0, s3_0_c0_c6_2" : "=r"(features));
	return (features & 0xf) == 2;
}

static void test_wfet_effect(void)
{
	if (!has_wfet())
		skip("the CPU has no wfet");
	else
		spin_try_effect(hint_wfet);
}

static uint32_t is_over;
static volatile uint32_t waiting;

/* An event may be anyone's, and comes at least when it is over. */
static void wait_for_event(void *argument)
{
	(void)argument;
	__atomic_fetch_add(&waiting, 1, __ATOMIC_RELEASE);
	while (!__atomic_load_n(&is_over, __ATOMIC_ACQUIRE))
		__asm__ volatile("wfe" : : : "memory");
}

/* Only the host sees whether it yields to them. */
static void test_others_sleep(void)
{
	__atomic_store_n(&is_over, 0, __ATOMIC_RELAXED);
	waiting = 0;
	for (uint32_t i = 1; i < cpu_count; i++)
		cpu_post(cpu_at(i), wait_for_event, NULL);
	check(wait_for(&waiting, cpu_count - 1, LIMIT_MS), "not all CPUs wait");
	delay_ms(BEGIN_MS);
	for (uint32_t i = 0; i < HINTS; i++)
		relax();
	__atomic_store_n(&is_over, 1, __ATOMIC_RELEASE);
	__asm__ volatile("dsb ish; sev" : : : "memory");
	for (uint32_t i = 1; i < cpu_count; i++)
		check(cpu_wait(cpu_at(i), LIMIT_MS), "CPU %u is not awake", i);
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
	{ .name = "wfe that returns at once lets others run",
	  .rule = SPIN "; arch/arm64/kvm/handle_exit.c, kvm_handle_wfx",
	  .run = test_wfe_effect,
	  .cpus = 2,
	  .kvm = true },
	{ .name = "wfe after a load-exclusive lets others run",
	  .rule = SPIN "; arch/arm64/include/asm/cmpxchg.h, __CMPWAIT_CASE",
	  .run = test_compare_and_wait_effect,
	  .cpus = 2,
	  .kvm = true },
	{ .name = "wfet that returns at once lets others run",
	  .rule = SPIN "; arch/arm64/kvm/handle_exit.c, kvm_handle_wfx",
	  .run = test_wfet_effect,
	  .cpus = 2,
	  .kvm = true },
	{ .name = "a CPU that spins while all others wait for an event wakes them",
	  .rule = "Arm Architecture Reference Manual, \"Wait for Event mechanism and Send event\"",
	  .run = test_others_sleep,
	  .cpus = 2,
	  .kvm = true },
	{ .name = "CPUs that spin forever delay no other",
	  .rule = SPIN,
	  .run = test_progress,
	  .cpus = 3,
	  .kvm = true },
};

TESTS_MAIN("spin", tests)
