/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What KVM does for spinning CPUs without a request: those that execute pause in a
 * loop yield to those that make progress (arch/x86/kvm/vmx/vmx.c, handle_pause;
 * virt/kvm/kvm_main.c, kvm_vcpu_on_spin). It is visible only where the host has fewer
 * processors than there are CPUs.
 */
#include "runtime/test.h"

#define LIMIT_MS 60000
#define ROUNDS 2000

/* How often each CPU looks: long enough for many turns on a shared processor. */
#define BUSY_LOOKS 4000000u
#define PAUSES 4000u
/*
 * The worker's progress for each look must exceed this. If no CPU yields it is less than
 * half of that, as pause takes a while on an emulator; else several times as much.
 */
#define BETTER 1000u
/* At most. */
#define TURNS 20

#define VECTOR_WINDOW 0x41

#ifdef __x86_64__
#define STACK_POINTER "rsp"
#else
#define STACK_POINTER "esp"
#endif

/* The worker's turns are counted in these, so that 32 bits are enough. */
#define WORK_UNIT 256

static volatile bool stop;

struct worker {
	volatile uint32_t count;
} __attribute__((aligned(256)));

static struct worker worker;

static void work(void *argument)
{
	(void)argument;
	while (!stop) {
		for (uint32_t i = 0; i < WORK_UNIT; i++)
			__asm__ volatile("");
		worker.count++;
	}
}

/* Keeps the host's processor. */
static void look_busily(void *argument)
{
	(void)argument;
	for (uint32_t i = 0; i < BUSY_LOOKS; i++)
		__asm__ volatile("mov $1, %%eax; cpuid" : : : "eax", "ebx", "ecx", "edx");
}

/* How far the worker is to get, and that one of the others saw it there. */
static volatile uint32_t goal;
static volatile bool is_seen;

static void look_and_pause(void *argument)
{
	(void)argument;
	for (uint32_t i = 0; i < PAUSES && !is_seen; i++) {
		relax();
		if ((int32_t)(worker.count - goal) >= 0)
			is_seen = true;
	}
}

/* All others do it at once. */
static void others(void (*look)(void *))
{
	for (uint32_t i = 2; i < cpu_count; i++)
		cpu_post(cpu_at(i), look, NULL);
	for (uint32_t i = 2; i < cpu_count; i++)
		check(cpu_wait(cpu_at(i), LIMIT_MS), "CPU %u does not finish", cpu_ids[i]);
}

static void look_in_turns(void)
{
	uint32_t before, busy, enough;

	before = worker.count;
	others(look_busily);
	busy = worker.count - before;
	enough = busy / (BUSY_LOOKS / PAUSES) * BETTER + 1;
	before = worker.count;
	goal = before + enough;
	others(look_and_pause);
	print("# got on by %u while others looked %u times each, by %u of %u while %u times with pause\n",
	      busy, BUSY_LOOKS, worker.count - before, enough, PAUSES);
}

/*
 * One CPU works while others look for something: with pause in their loops they let it run
 * in between, without it they use their share of the host first. What counts is how far it
 * gets during a number of looks, not how long that takes; it is repeated if the
 * host ran other processes instead.
 */
static void test_effect(void)
{
	stop = false;
	is_seen = false;
	cpu_post(cpu_at(1), work, NULL);
	for (uint32_t turn = 0; turn < TURNS && !is_seen; turn++)
		look_in_turns();
	check(is_seen, "others that pause leave it no more");
	stop = true;
	check(cpu_wait(cpu_at(1), LIMIT_MS), "the worker does not finish");
}

/* Odd: it is the second CPU's turn. */
static volatile uint32_t turn;

static void answer(void *argument)
{
	(void)argument;
	for (uint32_t next = 1; next < 2 * ROUNDS; next += 2) {
		while (turn != next)
			relax();
		turn = next + 1;
	}
}

/* What all but the first two CPUs do. */
static volatile bool spinning;

static void spin(void *argument)
{
	(void)argument;
	while (spinning)
		relax();
}

static void spinners_begin(void)
{
	spinning = true;
	for (uint32_t i = 2; i < cpu_count; i++)
		cpu_post(cpu_at(i), spin, NULL);
}

static void spinners_end(void)
{
	spinning = false;
	for (uint32_t i = 2; i < cpu_count; i++)
		check(cpu_wait(cpu_at(i), LIMIT_MS), "CPU %u does not finish", cpu_ids[i]);
}

/*
 * Two wait for each other, all others for what never comes, with interrupts off and
 * forever: that delays neither of the two, nor does yielding itself.
 */
static void test_progress(void)
{
	uint64_t begin = rdtsc();

	turn = 0;
	spinners_begin();
	cpu_post(cpu_at(1), answer, NULL);
	for (uint32_t next = 1; next < 2 * ROUNDS && !test_has_failed(); next += 2) {
		turn = next;
		while (turn != next + 1) {
			relax();
			if (!check(rdtsc() - begin < LIMIT_MS * 1000 * cycles_per_us,
				   "round %u of %u after %u ms", next / 2, ROUNDS, LIMIT_MS))
				break;
		}
	}
	turn = 2 * ROUNDS;
	spinners_end();
	if (!test_has_failed())
		check(cpu_wait(cpu_at(1), LIMIT_MS), "the other CPU does not finish");
}

static void spin_once(void *argument)
{
	volatile uint32_t *stage = argument;

	stage[0] = 1;
	while (!stage[1])
		relax();
}

static void test_clock(void)
{
	volatile uint32_t stage[2] = { 0 };
	uint64_t last = rdtsc(), now;

	cpu_post(cpu_at(1), spin_once, (void *)stage);
	check(wait_for(stage, 1, LIMIT_MS), "the CPU does not start");
	for (uint32_t i = 0; i < 100 * ROUNDS; i++) {
		relax();
		now = rdtsc();
		if (!check(now >= last, "the counter goes back, in turn %u", i))
			break;
		last = now;
	}
	stage[1] = 1;
	check(cpu_wait(cpu_at(1), LIMIT_MS), "the CPU that spun does not finish");
}

/*
 * A pause that the host intercepts is still an instruction, which ends
 * what lasts for one: a single step, and the shadow of sti.
 */
extern char pause_is_over[];

static void step_over_pause(void *argument)
{
	(void)argument;
	__asm__ volatile("pushf; orl $0x100, (%%" STACK_POINTER "); popf; pause;"
			 ".globl pause_is_over; pause_is_over: nop; nop"
			 :
			 :
			 : "memory", "cc");
}

static void test_step(void)
{
	for (int i = 0; i < 4; i++) {
		if (!check_equal(catch_exception(step_over_pause, NULL), VECTOR_DB, "vector"))
			return;
		check_equal(this_cpu()->exception.rip, (uintptr_t)pause_is_over, "where");
	}
}

#define SHADOWS 100

/* An interrupt is pending; only after the pause there is time for it. */
static void test_shadow(void)
{
	struct cpu *cpu = this_cpu();
	uint32_t before = cpu->interrupts[VECTOR_WINDOW];

	for (uint32_t i = 1; i <= SHADOWS; i++) {
		interrupts_off();
		apic_send(cpu->apic_id, VECTOR_WINDOW);
		__asm__ volatile("sti; pause; cli" : : : "memory");
		check_equal(cpu->interrupts[VECTOR_WINDOW] - before, i, "interrupts");
		interrupts_on();
		if (test_has_failed())
			return;
	}
}

#define SPIN "virt/kvm/kvm_main.c, kvm_vcpu_on_spin"

static const struct test tests[] = {
	{ .name = "CPUs that spin leave the host to others",
	  .rule = SPIN "; arch/x86/kvm/vmx/vmx.c, handle_pause",
	  .run = test_effect,
	  .cpus = 3,
	  .kvm = true },
	{ .name = "CPUs that wait for each other make progress",
	  .rule = SPIN,
	  .run = test_progress,
	  .cpus = 3,
	  .kvm = true },
	{ .name = "the counter advances while CPUs spin",
	  .rule = SPIN,
	  .run = test_clock,
	  .cpus = 2,
	  .kvm = true },
	{ .name = "a single step over pause ends after it",
	  .rule = "Intel SDM vol. 3, \"Single-Step Exception Condition\"",
	  .run = test_step,
	  .kvm = true },
	{ .name = "an interrupt that sti holds off comes after pause",
	  .rule = "Intel SDM vol. 2, \"STI\"",
	  .run = test_shadow,
	  .kvm = true },
};

TESTS_MAIN("spin", tests)
