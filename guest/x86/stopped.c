/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The host stops the thread of a CPU that others wait for, spinning: that must delay
 * no other CPU, and all continue when it does (virt/kvm/kvm_main.c, kvm_vcpu_on_spin, which
 * looks for another one to run then). It is the host that has to do so: see
 * test/stop_thread.c, which answers each question below by a character on the serial port.
 */
#include "runtime/test.h"

#define SERIAL 0x3f8
#define SERIAL_STATUS (SERIAL + 5)
#define SERIAL_HAS_DATA 0x01

/* It is over then in any case; no result depends on how long anything takes. */
#define LIMIT_MS 300000
#define WORK 20000000u

static volatile bool is_asked;
static volatile bool is_answered;
static volatile uint32_t looked;
static volatile uint32_t worked;

/* Stays in this loop, holding nothing that others need. */
static void serve(void *argument)
{
	(void)argument;
	while (!is_asked)
		looked++;
	is_answered = true;
}

static void wait_for_answer(void *argument)
{
	(void)argument;
	while (!is_answered)
		relax();
}

static void work(void *argument)
{
	(void)argument;
	while (worked < WORK)
		worked++;
}

static void ask_host(const char *what)
{
	print("# host: %s\n", what);
	while (!(inb(SERIAL_STATUS) & SERIAL_HAS_DATA))
		relax();
	inb(SERIAL);
}

static bool wait_until_it_serves(void)
{
	uint64_t begin = rdtsc();

	while (!looked)
		if (rdtsc() - begin > LIMIT_MS * 1000 * cycles_per_us)
			return false;
	return true;
}

static void test_stopped(void)
{
	struct cpu *server = cpu_at(1), *worker = cpu_at(cpu_count - 1);
	uint32_t before;

	cpu_post(server, serve, NULL);
	if (!check(wait_until_it_serves(), "the CPU does not start"))
		return;
	ask_host("stop CPU 1");
	before = looked;
	is_asked = true;
	for (uint32_t i = 2; i < cpu_count - 1; i++)
		cpu_post(cpu_at(i), wait_for_answer, NULL);
	cpu_post(worker, work, NULL);
	check(cpu_wait(worker, LIMIT_MS), "the CPU that works does not finish");
	check_equal(worked, WORK, "its work");
	check_equal(looked, before, "the CPU was not stopped: its loop");
	check(!is_answered, "the CPU was not stopped: it answers");
	ask_host("go on");
	for (uint32_t i = 1; i < cpu_count - 1; i++)
		check(cpu_wait(cpu_at(i), LIMIT_MS), "CPU %u does not finish", cpu_ids[i]);
	check(is_answered, "the CPU does not continue");
}

static const struct test tests[] = {
	{ .name = "CPUs that spin for one that the host has stopped delay no other",
	  .rule = "virt/kvm/kvm_main.c, kvm_vcpu_on_spin",
	  .run = test_stopped,
	  .cpus = 4,
	  .kvm = true },
};

TESTS_MAIN("stopped", tests)
