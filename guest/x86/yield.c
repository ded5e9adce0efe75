/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * KVM_HC_SCHED_YIELD, a hint: Documentation/virt/kvm/x86/hypercalls.rst;
 * arch/x86/kvm/x86.c, kvm_sched_yield (Linux 6.19).
 */
#include "common/spinners.h"
#include "runtime/test.h"

#define LIMIT_MS 60000
#define QUIET_MS 50
/* How often another CPU has to be seen to make progress, with and without a yield to it. */
#define MOVES 16
/* This many calls for one move mean that it had to wait. */
#define SLOW 500
#define ROUNDS 500
/* Each may cost a time slice of the host, or of QEMU's single thread (0.1 s). */
#define SLOW_ROUNDS 50

static long yield_to(long apic_id)
{
	return hypercall(PARACALL_KVM_HC_SCHED_YIELD, apic_id, 0, 0, 0);
}

/*
 * ---- It helps --------------------------------------------------------------
 */

/* Whether it takes many calls that yield to @id until the @index'th CPU makes progress. */
static bool is_slow_move(uint32_t index, uint32_t id, uint64_t begin)
{
	uint32_t before = spinner_count(index), calls = 0;

	while (spinner_count(index) == before) {
		yield_to(id);
		calls++;
		if (!check(rdtsc() - begin < LIMIT_MS * 1000 * cycles_per_us,
			   "CPU %u makes no progress", cpu_ids[index]))
			break;
	}
	return calls > SLOW;
}

static bool is_hint(void)
{
	static const char hint[] = "hint";
	const char *argument = boot_argument();

	for (uint32_t i = 0; i < sizeof(hint) - 1; i++)
		if (argument[i] != hint[i])
			return false;
	return true;
}

/*
 * All CPUs are busy. If they run at the same time a yield is not visible; but if
 * they take turns, because the host has fewer CPUs or QEMU one thread for all, the
 * target makes progress sooner than if the caller yields to itself, which costs
 * the same. It is one move each in turns, and no move counts for more than another,
 * so that a host that is busy otherwise for a while does not matter. KVM does
 * nothing while there is only one task for the caller's processor, so with
 * "hint" that is not a failure.
 */
static void test_effect(void)
{
	uint32_t with = 0, without = 0;
	uint64_t begin = rdtsc();

	if (spinners_start()) {
		for (uint32_t move = 0; move < MOVES && !test_has_failed(); move++) {
			uint32_t index = 1 + move % (cpu_count - 1);

			with += is_slow_move(index, cpu_ids[index], begin);
			without += is_slow_move(index, this_cpu()->apic_id, begin);
		}
		print("# slow to make progress: %u of %u times; %u if the yield is to itself\n",
		      with, MOVES, without);
		if (without < MOVES / 2)
			skip("the CPUs make progress soon without it");
		else if (with > without / 4 && is_hint())
			skip("the host made nothing of it");
		else
			check(with <= without / 4, "slow %u times, and %u without yielding",
			      with, without);
	}
	spinners_stop();
}

/*
 * ---- What there is beside --------------------------------------------------
 */

/* 0 whatever the outcome. */
static void test_result(void)
{
	static const long ids[] = { 0, 1, 2, 0xfe, 0xff, 0x7fffffff, (long)(1ull << 32), -1 };

	check_equal(yield_to(this_cpu()->apic_id), 0, "to itself");
	for (unsigned int i = 0; i < sizeof(ids) / sizeof(ids[0]); i++)
		check_equal(yield_to(ids[i]), 0, "to id 0x%lx", ids[i]);
	for (uint32_t i = 0; i < cpu_count; i++)
		check_equal(yield_to(cpu_ids[i]), 0, "to CPU %u", cpu_ids[i]);
}

/* Odd: it is the second CPU's turn. */
struct exchange {
	volatile uint32_t turn;
};

static void answer(void *argument)
{
	struct exchange *exchange = argument;

	for (uint32_t turn = 1; turn < 2 * SLOW_ROUNDS; turn += 2) {
		/* Spins as hard as it can: no pause. */
		while (exchange->turn != turn)
			;
		exchange->turn = turn + 1;
	}
}

/*
 * One CPU spins for what the other brings, which yields to it all the while.
 * Where CPUs share a host thread, that must not hang.
 */
static void test_progress(void)
{
	struct exchange exchange = { 0 };
	uint64_t begin = rdtsc();

	cpu_post(cpu_at(1), answer, &exchange);
	for (uint32_t turn = 1; turn < 2 * SLOW_ROUNDS; turn += 2) {
		exchange.turn = turn;
		while (exchange.turn != turn + 1) {
			yield_to(cpu_ids[1]);
			if (!check(rdtsc() - begin < LIMIT_MS * 1000 * cycles_per_us,
				   "round %u of %u after %u ms", turn / 2, SLOW_ROUNDS,
				   LIMIT_MS))
				return;
		}
	}
	check(cpu_wait(cpu_at(1), LIMIT_MS), "the other CPU does not finish");
}

static void halt_deaf(void *argument)
{
	volatile uint32_t *stage = argument;

	interrupts_off();
	stage[0] = 1;
	while (!stage[1])
		relax();
	halt();
	stage[0] = 2;
	interrupts_on();
}

/* It is not a kick: neither before a halt nor in it. */
static void test_no_kick(void)
{
	volatile uint32_t stage[2] = { 0 };

	cpu_post(cpu_at(1), halt_deaf, (void *)stage);
	if (!check(wait_for(stage, 1, LIMIT_MS), "the CPU does not start"))
		return;
	check_equal(yield_to(cpu_ids[1]), 0, "to a running CPU");
	stage[1] = 1;
	delay_ms(QUIET_MS);
	check_equal(stage[0], 1, "halt after a yield: stage");
	check_equal(yield_to(cpu_ids[1]), 0, "to a halted CPU");
	delay_ms(QUIET_MS);
	check_equal(stage[0], 1, "halt during a yield: stage");
}

/* All yield to all, which is how Linux behaves under load. */
static void yield_around(void *argument)
{
	volatile uint32_t *wrong = argument;

	for (uint32_t round = 0; round < ROUNDS; round++)
		for (uint32_t i = 0; i < cpu_count; i++)
			if (yield_to(cpu_ids[i]))
				*wrong = 1;
}

static void test_everybody(void)
{
	volatile uint32_t wrong = 0;

	for (uint32_t i = 1; i < cpu_count; i++)
		cpu_post(cpu_at(i), yield_around, (void *)&wrong);
	yield_around((void *)&wrong);
	for (uint32_t i = 1; i < cpu_count; i++)
		check(cpu_wait(cpu_at(i), LIMIT_MS), "CPU %u does not finish", cpu_ids[i]);
	check_equal(wrong, 0, "a result other than 0");
}

/* The source of what is expected: see struct test. */
#define DOCUMENT "Documentation/virt/kvm/x86/hypercalls.rst, KVM_HC_SCHED_YIELD"
#define YIELD "arch/x86/kvm/x86.c, kvm_sched_yield"
#define YIELD_TO DOCUMENT "; " YIELD "; virt/kvm/kvm_main.c, kvm_vcpu_yield_to"

#define COVERING_TEST(test_name, test_rule, function, least_cpus, what) \
	{ \
		.name = test_name, .rule = test_rule, .covers = what, .run = function, \
		.cpus = least_cpus, .kvm = true, .features = FEATURE(PV_SCHED_YIELD) \
	}
#define TEST(test_name, test_rule, function, least_cpus) \
	COVERING_TEST(test_name, test_rule, function, least_cpus, NULL)

static const struct test tests[] = {
	COVERING_TEST("yield lets that CPU run", YIELD_TO, test_effect, 2, "SCHED_YIELD"),
	TEST("yield to any id returns 0",
	     YIELD "; arch/x86/kvm/x86.c, ____kvm_emulate_hypercall", test_result, 1),
	TEST("yield to a CPU that is waited for", YIELD_TO, test_progress, 2),
	TEST("yield does not end a halt", YIELD_TO "; kernel/sched/syscalls.c, yield_to",
	     test_no_kick, 2),
	TEST("all CPUs yield to all", YIELD, test_everybody, 2),
};

TESTS_MAIN("yield", tests)
