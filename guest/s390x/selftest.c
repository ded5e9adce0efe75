/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The runtime's own tests, for which no KVM is needed: what the other programs
 * take for granted. If one of these fails, doubt the others' results.
 */
#include "common/test.h"
#include "runtime/runtime.h"

#define LIMIT_MS 5000

static uint32_t run_code(const uint16_t *code, struct state *state)
{
	state->psw_address = (uintptr_t)code;
	execute(state);
	return state->interruption;
}

static void test_interruptions(void)
{
	static const uint16_t illegal[] = { 0x0000 };
	/* stap 0(%r3): privileged; lpswe 1(%r3): not aligned */
	static const uint16_t privileged[] = { 0xb212, 0x3000, SVC_0 };
	static const uint16_t unaligned[] = { 0xb2b2, 0x3001 };
	struct state state = { .psw_mask = PSW_64, .gpr[5] = 0x123456789abcdef0 };
	uint16_t address[4] = { 0 };

	check_equal(run_code(illegal, &state), INTERRUPTION_OPERATION, "illegal instruction");
	check_equal(state.length, 2, "its length");
	check_equal((int64_t)state.psw_address, (int64_t)(uintptr_t)illegal + 2, "its PSW");
	check_equal((int64_t)state.gpr[5], 0x123456789abcdef0, "a register");
	state = (struct state){ .psw_mask = PSW_64, .gpr[3] = (uintptr_t)address };
	check_equal(run_code(unaligned, &state), INTERRUPTION_SPECIFICATION, "bad operand");
	check_equal(state.length, 4, "its length");
	state = (struct state){ .psw_mask = PSW_64, .gpr[3] = (uintptr_t)address };
	address[0] = 0xffff;
	check_equal(run_code(privileged, &state), INTERRUPTION_NONE, "supervisor state");
	check_equal(address[0], this_cpu_address(), "CPU address");
	state = (struct state){ .psw_mask = PSW_64 | PSW_PROBLEM,
				.gpr[3] = (uintptr_t)address };
	check_equal(run_code(privileged, &state), INTERRUPTION_PRIVILEGED, "problem state");
	check_equal((int64_t)state.psw_mask, PSW_64 | PSW_PROBLEM, "its PSW mask");
}

/* la cuts its result to the mode's addresses, so that shows which one it was. */
static void test_addressing_modes(void)
{
	static const uint16_t code[] = { 0x4123, 0x0000, SVC_0 };
	static const struct {
		uint64_t mask;
		uint32_t address;
	} modes[] = {
		{ PSW_64, 0x9abcdef0 },
		{ PSW_31, 0x1abcdef0 },
		{ PSW_24, 0x00bcdef0 },
	};

	for (unsigned int i = 0; i < 3; i++) {
		struct state state = {
			.psw_mask = modes[i].mask,
			.gpr[3] = 0x123456789abcdef0,
		};

		check_equal(run_code(code, &state), INTERRUPTION_NONE, "mode %u", i);
		/* The left half of the register: QEMU clears it, the architecture doesn't. */
		check_equal((uint32_t)state.gpr[2], modes[i].address, "mode %u: la", i);
	}
}

static void test_memory(void)
{
	uint64_t end = memory_end();

	check(end >= 16ul << 20, "memory ends at 0x%lx", end);
	check_equal(try_read(end - 8, NULL), INTERRUPTION_NONE, "last doubleword");
	check_equal(try_read(end, NULL), INTERRUPTION_ADDRESSING, "after it");
}

/* Prefixing: real 0 is the CPU's own lowcore, and at the lowcore's address is absolute 0. */
static void test_prefix(void)
{
	uint8_t *lowcore = lowcore_of(this_cpu_address());
	uint64_t value;

	check_equal(try_read(LC_STACK, &value), INTERRUPTION_NONE, "lowcore");
	check(value >= 1ul << 20 && value < memory_end(), "stack pointer in it: 0x%lx", value);
	*(volatile uint64_t *)(lowcore + LC_STACK) = 0x1234;
	try_read(LC_STACK, &value);
	check(value != 0x1234, "absolute 0 is the lowcore");
}

static void test_time(void)
{
	uint64_t begin = clock_now();

	delay_ms(10);
	check(clock_now() - begin >= 10000 * CLOCK_PER_US, "delay too short");
}

static void count(void *argument)
{
	*(volatile uint32_t *)argument += 1 + this_cpu_address();
}

static void test_cpus(void)
{
	for (uint32_t i = 1; i < cpu_count; i++) {
		volatile uint32_t ran = 0;

		cpu_post(cpu_at(i), count, (void *)&ran);
		check(cpu_wait(cpu_at(i), LIMIT_MS), "CPU %u does not answer",
		      cpu_addresses[i]);
		check_equal(ran, 1 + cpu_addresses[i], "CPU %u: runs", cpu_addresses[i]);
	}
}

static void spin(void *argument)
{
	*(volatile uint32_t *)argument = 1;
	while (1)
		;
}

static void test_restart(void)
{
	static const enum sigp_order resets[] = { SIGP_RESET, SIGP_INITIAL_RESET };
	volatile uint32_t stage = 0;

	cpu_post(cpu_at(1), spin, (void *)&stage);
	check(wait_for(&stage, 1, LIMIT_MS), "CPU does not answer");
	check(!cpu_is_stopped(cpu_addresses[1]), "stopped while it runs");
	cpu_stop(cpu_at(1));
	check(cpu_is_stopped(cpu_addresses[1]), "runs while it is stopped");
	cpus_recover();
	test_cpus();
	for (unsigned int i = 0; i < 2; i++) {
		stage = 0;
		cpu_post(cpu_at(1), spin, (void *)&stage);
		check(wait_for(&stage, 1, LIMIT_MS), "CPU does not answer");
		cpu_stop(cpu_at(1));
		check_equal(sigp(cpu_addresses[1], resets[i], 0, NULL), SIGP_ACCEPTED,
			    "SIGP order %u", resets[i]);
		check(cpu_restart(cpu_at(1)), "no restart after SIGP order %u", resets[i]);
		test_cpus();
	}
}

/* Why Linux probes under an exception handler. */
static void test_no_kvm(void)
{
	static const uint16_t code[] = { 0x8320, 0x009c, SVC_0 };
	struct state state = { .psw_mask = PSW_64 };

	if (kvm_found) {
		skip("KVM is there");
		return;
	}
	check_equal(run_code(code, &state), INTERRUPTION_SPECIFICATION, "DIAGNOSE 0x9c");
}

/* The source of what is expected: see struct test. */
#define PRINCIPLES "Principles of Operation, "

static const struct test tests[] = {
	{ .name = "interruptions are caught",
	  .rule = PRINCIPLES "\"Program Interruption\"",
	  .run = test_interruptions },
	{ .name = "addressing modes and back",
	  .rule = PRINCIPLES "\"Address Generation\" and \"LOAD ADDRESS\"",
	  .run = test_addressing_modes },
	{ .name = "memory has an end",
	  .rule = PRINCIPLES "\"Addressing Exception\"",
	  .run = test_memory },
	{ .name = "each CPU has its own lowcore",
	  .rule = PRINCIPLES "\"Prefixing\"",
	  .run = test_prefix },
	{ .name = "time advances",
	  .rule = PRINCIPLES "\"Time-of-Day Clock\"",
	  .run = test_time },
	{ .name = "other CPUs run work",
	  .rule = PRINCIPLES "\"CPU Signaling and Response\"",
	  .run = test_cpus,
	  .cpus = 2 },
	{ .name = "CPU is stopped and restarted",
	  .rule = PRINCIPLES "\"CPU Signaling and Response\" and \"Resets\"",
	  .run = test_restart,
	  .cpus = 2 },
	{ .name = "without KVM a directed yield is an exception",
	  .rule = "QEMU: target/s390x/tcg/misc_helper.c, helper_diag",
	  .run = test_no_kvm },
};

TESTS_MAIN("selftest", tests)
