/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is in an x86 guest's memory is little-endian on every host. So bytes are compared
 * here, and no numbers.
 */
#include "fake_engine.h"

#include <string.h>

#define PAGE 0x1000

static void expect_bytes(const struct fake_machine *fake, size_t offset, const char *bytes,
			 size_t size)
{
	assert_memory_equal(fake->memory + PAGE + offset, bytes, size);
}

/* A version, 4 bytes that are not used, tsc_timestamp, system_time, scale and flags. */
static void clock_page(void **state)
{
	struct fake_machine *fake = *state;

	fake->memory[PAGE] = 4;
	fake->tsc_frequency = 2000000000;
	fake_wrmsr(fake->cpus, PARACALL_KVM_MSR_SYSTEM_TIME_NEW, PAGE | 1);
	/* From 2 GHz to 1 GHz: the fraction 1/2, shifted by 0. */
	expect_bytes(fake, 0,
		     "\6\0\0\0\0\0\0\0"
		     "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
		     "\0\0\0\x80\0\1\0\0",
		     32);
	/* The line begins at what the guest read, and the clock goes on from it. */
	paracall_clock_continue(fake->cpus[0].cpu, 0x201, 0x10203);
	expect_bytes(fake, 0,
		     "\x08\0\0\0\0\0\0\0"
		     "\3\2\1\0\0\0\0\0\1\1\0\0\0\0\0\0"
		     "\0\0\0\x80\0\1\0\0",
		     32);
	assert_true(paracall_set_mark(fake->cpus[0].cpu));
	expect_bytes(fake, 0, "\x0a\0\0\0", 4);
	assert_int_equal(paracall_check_mark(fake->cpus[0].cpu), PARACALL_MARK_KEPT);
}

static void wall_clock(void **state)
{
	struct fake_machine *fake = *state;

	fake->memory[PAGE] = 1;
	fake->clocks.seconds = 0x01020304;
	fake->clocks.nanoseconds = 0x050607;
	fake_wrmsr(fake->cpus, PARACALL_KVM_MSR_WALL_CLOCK_NEW, PAGE);
	expect_bytes(fake, 0, "\4\0\0\0\4\3\2\1\7\6\5\0", 12);
}

static void steal_time(void **state)
{
	struct fake_machine *fake = *state;

	fake->memory[PAGE] = 1;
	fake->memory[PAGE + 8] = 2;
	fake_wrmsr(fake->cpus, PARACALL_KVM_MSR_STEAL_TIME, PAGE | 1);
	fake->cpus[0].run_delay += 0x010203;
	paracall_update(fake->cpus[0].cpu);
	/* The first update is by the register. */
	expect_bytes(fake, 0, "\4\2\1\0\0\0\0\0\6\0\0\0", 12);
}

static void events(void **state)
{
	struct fake_machine *fake = *state;
	uint32_t token;

	fake_wrmsr(fake->cpus, PARACALL_KVM_MSR_ASYNC_PF_INT, 0x20);
	fake_wrmsr(fake->cpus, PARACALL_KVM_MSR_ASYNC_PF_EN, PAGE | 9);
	expect_bytes(fake, 4, "\xff\xff\xff\xff", 4);
	memset(fake->memory + PAGE, 0, 8);
	token = paracall_async_pf_begin(fake->cpus[0].cpu);
	assert_int_equal(token, 0x1000);
	expect_bytes(fake, 0, "\1\0\0\0", 4);
	paracall_async_pf_end(fake->cpus[0].cpu);
	expect_bytes(fake, 4, "\0\x10\0\0", 4);
}

static void clock_pairing(void **state)
{
	struct fake_machine *fake = *state;

	fake->clocks.seconds = 0x01020304;
	fake->clocks.nanoseconds = 0x050607;
	fake->clocks.tsc = 0x0807060504030201;
	assert_int_equal(fake_call(fake->cpus, PARACALL_KVM_HC_CLOCK_PAIRING, PAGE,
				   PARACALL_KVM_CLOCK_PAIRING_WALLCLOCK, 0, 0),
			 0);
	expect_bytes(fake, 0,
		     "\4\3\2\1\0\0\0\0"
		     "\7\6\5\0\0\0\0\0"
		     "\1\2\3\4\5\6\7\x08",
		     24);
}

/* WRITE_PTE of 8 bytes at PAGE + 0x100. */
static void mmu_op(void **state)
{
	static struct fake_machine fake;
	struct paracall_options options = fake_options();
	static const char operation[] = "\1\0\0\0\0\0\0\0"
					"\0\x11\0\0\0\0\0\0"
					"\1\2\3\4\5\6\7\x08";

	(void)state;
	options.features |= 1u << PARACALL_KVM_FEATURE_MMU_OP;
	fake_machine_create(&fake, &fake_engine, &options);
	memcpy(fake.memory + PAGE, operation, 24);
	assert_int_equal(fake_call(fake.cpus, PARACALL_KVM_HC_MMU_OP, 24, PAGE, 0, 0), 24);
	expect_bytes(&fake, 0x100, operation + 16, 8);
	fake_machine_destroy(&fake);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fake_setup, fake_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(clock_page), TEST(wall_clock),    TEST(steal_time),
		TEST(events),	  TEST(clock_pairing), TEST(mmu_op),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
