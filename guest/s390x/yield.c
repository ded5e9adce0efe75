/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * DIAGNOSE 0x44 and 0x9c, seen by what other CPUs do meanwhile:
 * arch/s390/kvm/diag.c, __diag_time_slice_end and __diag_time_slice_end_directed
 * (Linux 6.19). Both are hints. Nothing here depends on how long something
 * takes, except that no test waits forever.
 */
#include "common/spin.h"
#include "common/spinners.h"
#include "common/test.h"
#include "runtime/runtime.h"

#define LIMIT_MS 60000
#define QUIET_MS 50
#define EXCHANGES 50
#define ROUNDS 300
/* How often the other CPU has to be seen to make progress. */
#define MOVES 20
/* This many calls for one move mean that the CPUs take turns on the host. */
#define TURNS 1000
/* It must be better by this factor then: without an effect chance may halve it. */
#define BETTER 10

static void yield_to(uint32_t index)
{
	paracall_guest_diag_yield_to(cpu_addresses[index]);
}

static void end_time_slice(uint32_t index)
{
	(void)index;
	paracall_guest_diag_yield();
}

/* The same cost, and no CPU to yield to. */
static void yield_to_itself(uint32_t index)
{
	(void)index;
	paracall_guest_diag_yield_to(this_cpu_address());
}

static bool is_late(uint64_t begin)
{
	return clock_now() - begin > LIMIT_MS * 1000 * CLOCK_PER_US;
}

/*
 * ---- It helps --------------------------------------------------------------
 */

/*
 * All CPUs are busy. If the target runs at the same time anyway,
 * a yield has no visible effect; but if they take turns, because the host has fewer CPUs
 * or QEMU one thread for all, it takes fewer calls with it than without.
 */
static void try_effect(spin_hint *yield)
{
	uint64_t with, without;

	if (spinners_start()) {
		with = spin_looks(yield, MOVES, LIMIT_MS);
		without = spin_looks(yield_to_itself, MOVES, LIMIT_MS);
		print("# calls until a CPU made progress, %u times: %lu; %lu if the yield is to itself\n",
		      MOVES, with, without);
		if (without > MOVES * TURNS)
			check(with <= without / BETTER,
			      "it took %lu calls, and %lu without yielding", with, without);
	}
	spinners_stop();
}

static void test_directed_effect(void)
{
	try_effect(yield_to);
}

static void test_undirected_effect(void)
{
	try_effect(end_time_slice);
}

/* Odd: it is the second CPU's turn. */
static void answer(void *argument)
{
	volatile uint32_t *turn = argument;

	for (uint32_t own = 1; own < 2 * EXCHANGES; own += 2) {
		while (*turn != own)
			;
		*turn = own + 1;
	}
}

/* One CPU spins for what the other brings, which yields to it all the while. */
static void try_exchange(spin_hint *yield)
{
	volatile uint32_t turn = 0;
	uint64_t begin = clock_now();

	cpu_post(cpu_at(1), answer, (void *)&turn);
	for (uint32_t own = 1; own < 2 * EXCHANGES; own += 2) {
		turn = own;
		while (turn != own + 1) {
			yield(1);
			if (!check(!is_late(begin), "exchange %u of %u after %u ms", own / 2,
				   EXCHANGES, LIMIT_MS))
				return;
		}
	}
	check(cpu_wait(cpu_at(1), LIMIT_MS), "the other CPU does not finish");
}

static void test_directed_exchange(void)
{
	try_exchange(yield_to);
}

static void test_undirected_exchange(void)
{
	try_exchange(end_time_slice);
}

/*
 * ---- It does nothing else --------------------------------------------------
 */

/* A CPU that waits is not woken. */
static void test_waiting(void)
{
	uint64_t before[MAX_CPUS];

	for (uint32_t i = 1; i < cpu_count; i++)
		before[i] = externals_of(cpu_addresses[i]);
	for (uint32_t round = 0; round < ROUNDS; round++)
		for (uint32_t i = 1; i < cpu_count; i++)
			yield_to(i);
	delay_ms(QUIET_MS);
	for (uint32_t i = 1; i < cpu_count; i++)
		check_equal((int64_t)externals_of(cpu_addresses[i]), (int64_t)before[i],
			    "CPU %u: interruptions", cpu_addresses[i]);
}

/* A CPU that is stopped stays so. */
static void test_stopped(void)
{
	struct cpu *cpu = cpu_at(1);
	uint64_t before;

	if (!spinners_start())
		return;
	cpu_stop(cpu);
	before = spinner_count(1);
	for (uint32_t round = 0; round < ROUNDS; round++)
		yield_to(1);
	delay_ms(QUIET_MS);
	check(cpu_is_stopped(cpu->address), "runs");
	check_equal((int64_t)spinner_count(1), (int64_t)before, "its count");
	check(cpu_restart(cpu), "does not restart");
	spinners_stop();
}

static volatile uint32_t rounds_done[MAX_CPUS];

/* All to all, and to some that do not exist: Linux under load. */
static void yield_around(void *argument)
{
	volatile uint32_t *done = argument;

	for (uint32_t round = 0; round < ROUNDS; round++) {
		for (uint32_t i = 0; i < cpu_count + 2; i++)
			paracall_guest_diag_yield_to(i < cpu_count ? cpu_addresses[i]
								   : (uint16_t)(0xff00 + i));
		paracall_guest_diag_yield();
		++*done;
	}
}

static void test_everybody(void)
{
	for (uint32_t i = 0; i < cpu_count; i++)
		rounds_done[i] = 0;
	for (uint32_t i = 1; i < cpu_count; i++)
		cpu_post(cpu_at(i), yield_around, (void *)&rounds_done[i]);
	yield_around((void *)&rounds_done[0]);
	for (uint32_t i = 1; i < cpu_count; i++)
		check(cpu_wait(cpu_at(i), LIMIT_MS), "CPU %u does not finish",
		      cpu_addresses[i]);
	for (uint32_t i = 0; i < cpu_count; i++)
		check_equal(rounds_done[i], ROUNDS, "CPU %u: rounds", cpu_addresses[i]);
}

static void test_progress(void)
{
	spin_try_progress(end_time_slice);
}

/* The source of what is expected: see struct test. */
#define DIRECTED "arch/s390/kvm/diag.c, __diag_time_slice_end_directed"
#define YIELD_TO DIRECTED "; virt/kvm/kvm_main.c, kvm_vcpu_yield_to"
#define UNDIRECTED \
	"arch/s390/kvm/diag.c, __diag_time_slice_end; virt/kvm/kvm_main.c, kvm_vcpu_on_spin"

static const struct test tests[] = {
	{ .name = "0x9c lets that CPU run",
	  .rule = YIELD_TO,
	  .covers = "DIAG_9C_DIRECTED_YIELD",
	  .run = test_directed_effect,
	  .cpus = 2,
	  .kvm = true },
	{ .name = "0x44 lets others run",
	  .rule = UNDIRECTED,
	  .covers = "DIAG_44_TIME_SLICE_END",
	  .run = test_undirected_effect,
	  .cpus = 2,
	  .kvm = true },
	{ .name = "0x9c to a CPU that is waited for",
	  .rule = YIELD_TO,
	  .run = test_directed_exchange,
	  .cpus = 2,
	  .kvm = true },
	{ .name = "0x44 while another CPU is waited for",
	  .rule = UNDIRECTED,
	  .run = test_undirected_exchange,
	  .cpus = 2,
	  .kvm = true },
	{ .name = "0x9c does not wake a CPU",
	  .rule = YIELD_TO "; kernel/sched/syscalls.c, yield_to",
	  .run = test_waiting,
	  .cpus = 2,
	  .kvm = true },
	{ .name = "0x9c does not start a CPU",
	  .rule = YIELD_TO "; kernel/sched/syscalls.c, yield_to",
	  .run = test_stopped,
	  .cpus = 2,
	  .kvm = true },
	{ .name = "all CPUs yield to all",
	  .rule = DIRECTED,
	  .run = test_everybody,
	  .cpus = 2,
	  .kvm = true },
	{ .name = "CPUs that spin forever delay no other",
	  .rule = UNDIRECTED,
	  .run = test_progress,
	  .cpus = 3,
	  .kvm = true },
};

TESTS_MAIN("yield", tests)
