/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Steal time: what is added, when, and how a reader sees it happen. */
#include "fake_engine.h"

#include <endian.h>
#include <string.h>

#define PAGE 0x1040
#define STEAL_TIME PARACALL_KVM_MSR_STEAL_TIME

static struct paracall_kvm_steal_time *page_at(struct fake_machine *fake, uint64_t address)
{
	return (struct paracall_kvm_steal_time *)(fake->memory + address);
}

static void update(struct fake_cpu *cpu, uint64_t more)
{
	cpu->run_delay += more;
	paracall_update(cpu->cpu);
}

static void delay_is_added(void **state)
{
	struct fake_machine *fake = *state;
	struct paracall_kvm_steal_time *page = page_at(fake, PAGE);
	struct fake_cpu *cpu = &fake->cpus[1];

	/* The first one reports all since the vCPU's thread exists. */
	cpu->run_delay = 700;
	fake_wrmsr(cpu, STEAL_TIME, PAGE | 1);
	assert_int_equal(le64toh(page->steal), 700);
	assert_int_equal(le32toh(page->version), 2);
	update(cpu, 30);
	assert_int_equal(le64toh(page->steal), 730);
	assert_int_equal(le32toh(page->version), 4);
	/* It reports nothing of other vCPUs' delays. */
	fake->cpus[0].run_delay = 5;
	update(&fake->cpus[0], 5);
	update(cpu, 0);
	assert_int_equal(le64toh(page->steal), 730);
}

static void no_news_is_no_update(void **state)
{
	struct fake_machine *fake = *state;
	struct paracall_kvm_steal_time *page = page_at(fake, PAGE);

	fake_wrmsr(&fake->cpus[1], STEAL_TIME, PAGE | 1);
	assert_int_equal(le32toh(page->version), 2);
	page->preempted = 1;
	update(&fake->cpus[1], 0);
	assert_int_equal(le32toh(page->version), 2);
	assert_int_equal(page->preempted, 1);
	update(&fake->cpus[1], 1);
	assert_int_equal(le32toh(page->version), 4);
	assert_int_equal(page->preempted, 0);
}

/* A guest that sets it is believed. */
static void the_guest_s_value_is_added_to(void **state)
{
	struct fake_machine *fake = *state;
	struct paracall_kvm_steal_time *page = page_at(fake, PAGE);

	page->steal = htole64(1000);
	fake_wrmsr(&fake->cpus[1], STEAL_TIME, PAGE | 1);
	update(&fake->cpus[1], 7);
	assert_int_equal(le64toh(page->steal), 1007);
	page->steal = htole64(UINT64_MAX);
	update(&fake->cpus[1], 3);
	assert_int_equal(le64toh(page->steal), 2);
	page->steal = 0;
	update(&fake->cpus[1], 4);
	assert_int_equal(le64toh(page->steal), 4);
}

static void registering_again_starts_nothing_anew(void **state)
{
	struct fake_machine *fake = *state;
	struct fake_cpu *cpu = &fake->cpus[1];

	cpu->run_delay = 500;
	fake_wrmsr(cpu, STEAL_TIME, PAGE | 1);
	cpu->run_delay = 510;
	fake_wrmsr(cpu, STEAL_TIME, 0x2001);
	assert_int_equal(le64toh(page_at(fake, PAGE)->steal), 500);
	assert_int_equal(le64toh(page_at(fake, 0x2000)->steal), 10);
	/* What came while there was no page is reported later. */
	fake_wrmsr(cpu, STEAL_TIME, 0);
	update(cpu, 20);
	assert_int_equal(le64toh(page_at(fake, 0x2000)->steal), 10);
	fake_wrmsr(cpu, STEAL_TIME, 0x2001);
	assert_int_equal(le64toh(page_at(fake, 0x2000)->steal), 30);
}

/* Each change, as an observer sees it. */
static struct {
	struct paracall_kvm_steal_time pages[8];
	size_t count;
} seen;

static void observe(struct fake_machine *fake)
{
	assert_true(seen.count < 8);
	memcpy(&seen.pages[seen.count++], fake->memory + PAGE, sizeof(seen.pages[0]));
}

static void the_version_is_odd_meanwhile(void **state)
{
	static const struct {
		uint32_t before, meanwhile, after;
	} versions[] = {
		{ 0, 1, 2 },	      { 1, 3, 4 },
		{ 2, 3, 4 },	      { UINT32_MAX - 1, UINT32_MAX, 0 },
		{ UINT32_MAX, 1, 2 },
	};
	struct fake_machine *fake = *state;
	struct paracall_kvm_steal_time *page = page_at(fake, PAGE);

	fake_wrmsr(&fake->cpus[1], STEAL_TIME, PAGE | 1);
	fake->after_write = observe;
	for (size_t i = 0; i < sizeof(versions) / sizeof(versions[0]); i++) {
		seen.count = 0;
		page->version = htole32(versions[i].before);
		page->steal = htole64(100);
		update(&fake->cpus[1], 11);
		assert_int_equal(seen.count, 3);
		assert_int_equal(le32toh(seen.pages[0].version), versions[i].meanwhile);
		assert_int_equal(le64toh(seen.pages[0].steal), 100);
		assert_int_equal(le32toh(seen.pages[1].version), versions[i].meanwhile);
		assert_int_equal(le64toh(seen.pages[1].steal), 111);
		assert_int_equal(le32toh(seen.pages[2].version), versions[i].after);
		assert_int_equal(le64toh(seen.pages[2].steal), 111);
	}
}

/* The host's are steal, version and preempted; all else it leaves alone. */
static void the_rest_is_the_guest_s(void **state)
{
	struct fake_machine *fake = *state;
	struct paracall_kvm_steal_time expected;

	memset(fake->memory, 0xa5, sizeof(fake->memory));
	memset(&expected, 0xa5, sizeof(expected));
	expected.steal = htole64(le64toh(expected.steal) + 9);
	expected.version = htole32(le32toh(expected.version) + 3);
	expected.preempted = 0;
	fake->cpus[1].run_delay = 9;
	fake_wrmsr(&fake->cpus[1], STEAL_TIME, PAGE | 1);
	assert_memory_equal(fake->memory + PAGE, &expected, sizeof(expected));
	for (size_t i = 0; i < sizeof(fake->memory); i++)
		if (i < PAGE || i >= PAGE + sizeof(expected))
			assert_int_equal(fake->memory[i], 0xa5);
}

static void expect_untouched(struct fake_machine *fake)
{
	memset(fake->memory, 0xa5, sizeof(fake->memory));
	for (int i = 0; i < FAKE_CPUS; i++)
		update(&fake->cpus[i], 50);
	for (size_t i = 0; i < sizeof(fake->memory); i++)
		assert_int_equal(fake->memory[i], 0xa5);
}

static void a_page_given_up_is_left_alone(void **state)
{
	struct fake_machine *fake = *state;

	expect_untouched(fake);
	fake_wrmsr(&fake->cpus[1], STEAL_TIME, PAGE | 1);
	fake_wrmsr(&fake->cpus[1], STEAL_TIME, PAGE);
	expect_untouched(fake);
	fake_wrmsr(&fake->cpus[1], STEAL_TIME, PAGE | 1);
	paracall_cpu_reset(fake->cpus[1].cpu);
	expect_untouched(fake);
	fake_wrmsr(&fake->cpus[1], STEAL_TIME, PAGE | 1);
	paracall_machine_reset(fake->machine, NULL);
	expect_untouched(fake);
}

/* No error, and no effect; the other vCPUs' pages stay in use. */
static void addresses_that_are_no_memory(void **state)
{
	static const uint64_t addresses[] = { FAKE_MEMORY_SIZE, UINT64_C(0xfee00300),
					      UINT64_C(1) << 62, UINT64_C(0xffffffffffffffc0) };
	struct fake_machine *fake = *state;

	for (size_t i = 0; i < sizeof(addresses) / sizeof(addresses[0]); i++) {
		fake_wrmsr(&fake->cpus[1], STEAL_TIME, addresses[i] | 1);
		assert_int_equal(fake_rdmsr(&fake->cpus[1], STEAL_TIME), addresses[i] | 1);
		expect_untouched(fake);
	}
	memset(fake->memory, 0, sizeof(fake->memory));
	/* The memory's last 64 bytes are good. */
	fake_wrmsr(&fake->cpus[2], STEAL_TIME, (FAKE_MEMORY_SIZE - 64) | 1);
	update(&fake->cpus[2], 6);
	assert_int_equal(le64toh(page_at(fake, FAKE_MEMORY_SIZE - 64)->steal), 4 * 50 + 6);
}

static void counters(void **state)
{
	struct fake_machine *fake = *state;
	const struct paracall_cpu_statistics *cpu =
		&paracall_machine_statistics(fake->machine)->cpu[1];

	fake->cpus[1].run_delay = 100;
	fake_wrmsr(&fake->cpus[1], STEAL_TIME, PAGE | 1);
	update(&fake->cpus[1], 20);
	update(&fake->cpus[1], 0);
	assert_int_equal(cpu->steal_nanoseconds, 120);
	assert_int_equal(cpu->steal_updates, 2);
	/* Nothing was reported. */
	fake_wrmsr(&fake->cpus[1], STEAL_TIME, FAKE_MEMORY_SIZE | 1);
	update(&fake->cpus[1], 20);
	assert_int_equal(cpu->steal_nanoseconds, 120);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fake_setup, fake_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(delay_is_added),
		TEST(no_news_is_no_update),
		TEST(the_guest_s_value_is_added_to),
		TEST(registering_again_starts_nothing_anew),
		TEST(the_version_is_odd_meanwhile),
		TEST(the_rest_is_the_guest_s),
		TEST(a_page_given_up_is_left_alone),
		TEST(addresses_that_are_no_memory),
		TEST(counters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
