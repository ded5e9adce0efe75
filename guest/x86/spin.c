/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What KVM does for CPUs that spin, without being asked: those that execute pause in a
 * loop give way to those that get on (arch/x86/kvm/vmx/vmx.c, handle_pause;
 * virt/kvm/kvm_main.c, kvm_vcpu_on_spin). It is seen only where the host has fewer
 * processors than there are CPUs.
 */
#include "runtime/test.h"

#define LIMIT_MS 60000
#define SLICE_MS 50
#define SLICES 8
#define ROUNDS 2000

/* What all but the first two CPUs do. */
enum spinning {
	STOPPED,
	/* Until they are needed again, for ever otherwise. */
	BUSY,
	PAUSING,
	FINISHED,
};

static volatile uint32_t spinning;
static volatile uint32_t stop;

struct worker {
	volatile uint32_t count;
} __attribute__((aligned(256)));

static struct worker worker;

static void spin(void *argument)
{
	uint32_t what;

	(void)argument;
	while ((what = spinning) != FINISHED) {
		if (what == PAUSING)
			relax();
		else if (what == STOPPED)
			delay_us(100);
	}
}

static void work(void *argument)
{
	(void)argument;
	while (!stop)
		worker.count++;
}

/* How far the worker gets, in a thousandth of a millisecond's cycles. */
static uint64_t speed(enum spinning others)
{
	uint64_t began, cycles;
	uint32_t before;

	spinning = others;
	delay_ms(SLICE_MS / 5);
	before = worker.count;
	began = rdtsc();
	delay_ms(SLICE_MS);
	cycles = rdtsc() - began;
	return (uint64_t)(worker.count - before) * cycles_per_us / (uint32_t)(cycles / 1000);
}

static void spinners_begin(enum spinning what)
{
	spinning = what;
	for (uint32_t i = 2; i < cpu_count; i++)
		cpu_post(cpu_at(i), spin, NULL);
}

static void spinners_end(void)
{
	spinning = FINISHED;
	for (uint32_t i = 2; i < cpu_count; i++)
		check(cpu_wait(cpu_at(i), LIMIT_MS), "CPU %u does not finish", cpu_ids[i]);
}

/*
 * One CPU works while others spin: without pause they take their share of the host,
 * with it they leave most of it. It is one slice each in turns, so that it tells
 * nothing if the host is busy otherwise for a while.
 */
static void test_effect(void)
{
	uint64_t busy = 0, pausing = 0;

	stop = 0;
	spinners_begin(BUSY);
	cpu_post(cpu_at(1), work, NULL);
	for (uint32_t slice = 0; slice < SLICES; slice++) {
		busy += speed(BUSY);
		pausing += speed(PAUSING);
	}
	spinners_end();
	stop = 1;
	check(cpu_wait(cpu_at(1), LIMIT_MS), "the worker does not finish");
	print("# got on by %u while others were busy, by %u while they paused\n",
	      (uint32_t)busy, (uint32_t)pausing);
	check(pausing > busy + busy / 4, "others that pause leave it no more: %u and %u",
	      (uint32_t)pausing, (uint32_t)busy);
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

/*
 * Two wait for each other, all others for what never comes, with interrupts off and for
 * ever: neither is one of the two held up by that, nor by giving way itself.
 */
static void test_progress(void)
{
	uint64_t begin = rdtsc();

	turn = 0;
	spinners_begin(PAUSING);
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

#define SPIN "virt/kvm/kvm_main.c, kvm_vcpu_on_spin"

static const struct test tests[] = {
	{ .name = "CPUs that spin leave the host to others",
	  .rule = SPIN "; arch/x86/kvm/vmx/vmx.c, handle_pause",
	  .run = test_effect,
	  .cpus = 3,
	  .kvm = true },
	{ .name = "CPUs that wait for each other get on",
	  .rule = SPIN,
	  .run = test_progress,
	  .cpus = 3,
	  .kvm = true },
	{ .name = "the counter goes on while CPUs spin",
	  .rule = SPIN,
	  .run = test_clock,
	  .cpus = 2,
	  .kvm = true },
};

TESTS_MAIN("spin", tests)
