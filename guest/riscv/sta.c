/* SPDX-License-Identifier: BSD-2-Clause */
/* Steal time: where the record is, all that is refused, and that it is counted. */
#include "common/test.h"
#include "runtime/runtime.h"

#define NANOSECONDS 1000000000ul
#define NOWHERE PARACALL_SBI_SHMEM_DISABLE
#define RECORD_SIZE 64

#define INVALID_PARAM PARACALL_SBI_ERR_INVALID_PARAM
#define INVALID_ADDRESS PARACALL_SBI_ERR_INVALID_ADDRESS

/* One each, and one to spare. */
#define SPARE MAX_CPUS
static volatile struct paracall_sbi_sta records[MAX_CPUS + 1]
	__attribute__((aligned(RECORD_SIZE)));

static struct results set(uint64_t low, uint64_t high, uint64_t flags)
{
	return call(PARACALL_SBI_STA, PARACALL_SBI_STA_STEAL_TIME_SET_SHMEM, low, high, flags);
}

static uint64_t own_address(void)
{
	return (uintptr_t)&records[0];
}

static void fill(volatile struct paracall_sbi_sta *record)
{
	volatile uint8_t *bytes = (volatile uint8_t *)record;

	for (unsigned int i = 0; i < RECORD_SIZE; i++)
		bytes[i] = 0x5a;
}

/* But for the sequence, which may have grown. */
static void check_empty(const volatile struct paracall_sbi_sta *record)
{
	const volatile uint8_t *bytes = (const volatile uint8_t *)record;

	check_equal(record->sequence % 2, 0, "the sequence");
	check(record->sequence < 0x10000, "the sequence is %u", record->sequence);
	check_equal(record->flags, 0, "flags");
	check(record->steal < 100 * NANOSECONDS, "steal time is %lu", record->steal);
	for (unsigned int i = 16; i < RECORD_SIZE; i++)
		check_equal(bytes[i], 0, "byte %u", i);
}

struct refusal {
	const char *name;
	/* Added to the record's address, unless that is left out. */
	uint64_t low;
	bool is_absolute;
	uint64_t high;
	uint64_t flags;
	int64_t error;
};

/* Memory ends far below most of these; a device must not be written to. */
static const struct refusal refusals[] = {
	{ "unaligned by 1", 1, false, 0, 0, INVALID_PARAM },
	{ "unaligned by 32", 32, false, 0, 0, INVALID_PARAM },
	{ "unaligned by 63", 63, false, 0, 0, INVALID_PARAM },
	{ "flags", 0, false, 0, 1, INVALID_PARAM },
	{ "the last of 32 flags", 0, false, 0, 0x80000000, INVALID_PARAM },
	{ "high half", 0, false, 1, 0, INVALID_ADDRESS },
	{ "high half, all ones", 0, true, NOWHERE, 0, INVALID_ADDRESS },
	{ "low half, all ones", NOWHERE, true, 0, 0, INVALID_PARAM },
	{ "no memory, at 0", 0, true, 0, 0, INVALID_ADDRESS },
	{ "no memory, at 4096", 0x1000, true, 0, 0, INVALID_ADDRESS },
	{ "a device", 0x10000000, true, 0, 0, INVALID_ADDRESS },
	{ "no memory, at 1 TiB", UINT64_C(1) << 40, true, 0, 0, INVALID_ADDRESS },
	{ "no memory, at the end", -UINT64_C(RECORD_SIZE), true, 0, 0, INVALID_ADDRESS },
	{ "all of it wrong", 0x1001, true, 1, 1, INVALID_PARAM },
	{ "all but the flags wrong", 0x1001, true, 1, 0, INVALID_PARAM },
	{ "nowhere, with flags", NOWHERE, true, NOWHERE, 1, INVALID_PARAM },
};

static void run_refusal(const void *row)
{
	const struct refusal *refusal = row;
	uint64_t low = refusal->low + (refusal->is_absolute ? 0 : own_address());
	struct results results;

	set(NOWHERE, NOWHERE, 0);
	fill(&records[0]);
	results = set(low, refusal->high, refusal->flags);
	check_equal(results.error, refusal->error, "a0");
	check_equal((int64_t)results.value, 0, "a1");
	check_equal(records[0].sequence, 0x5a5a5a5a, "the sequence was written to");
	check_equal(records[0].preempted, 0x5a, "the record was written to");
}

static void test_set(void)
{
	struct results results;

	fill(&records[0]);
	results = set(own_address(), 0, 0);
	check_equal(results.error, 0, "a0");
	check_equal((int64_t)results.value, 0, "a1");
	check_empty(&records[0]);
	check_equal(set(own_address(), 0, 0).error, 0, "again");
	check_equal(set(own_address(), 0, 0xffffffff00000000).error, 0,
		    "32 bits of flags count");
	check_equal(set(NOWHERE, NOWHERE, 0).error, 0, "nowhere");
	check_equal(set(NOWHERE, NOWHERE, 0).error, 0, "nowhere, again");
}

/* The firmware's memory is no more the host's to write to than the guest's kernel's. */
static void test_firmware_memory(void)
{
	/* ld a0, (a1); ebreak. */
	static const uint32_t code[] = { 0x0005b503, EBREAK };
	struct state state = { .x[A(1)] = 0x80000000,
			       .pc = (uintptr_t)code,
			       .status = SSTATUS_SPP };

	execute(&state);
	if (state.cause != CAUSE_LOAD_ACCESS_FAULT) {
		skip("no firmware's memory is protected");
		return;
	}
	check_equal(set(0x80000000, 0, 0).error, INVALID_ADDRESS, "where memory begins");
	/* It still answers. */
	check_equal(call(PARACALL_SBI_BASE, PARACALL_SBI_BASE_GET_SPEC_VERSION, 0, 0, 0).error,
		    0, "the firmware");
}

static void set_own(void *argument)
{
	*(volatile int64_t *)argument = set((uintptr_t)&records[this_cpu_number()], 0, 0).error;
}

static void test_other_cpus(void)
{
	for (uint32_t i = 1; i < cpu_count; i++) {
		volatile int64_t error = 1;

		fill(&records[i]);
		fill(&records[i + 1]);
		cpu_post(cpu_at(i), set_own, (void *)&error);
		check(cpu_wait(cpu_at(i), 5000), "CPU %u does not answer", i);
		check_equal(error, 0, "CPU %u: a0", i);
		check_empty(&records[i]);
		check_equal(records[i + 1].sequence, 0x5a5a5a5a, "CPU %u: what is after", i);
	}
}

static void wait_for_more(volatile struct paracall_sbi_sta *record, uint64_t least)
{
	uint64_t begin = record->steal, last = begin;
	uint32_t last_sequence = record->sequence;

	for (unsigned int i = 0; i < 50 && record->steal - begin < least; i++) {
		check(take_interrupts(100) > 0, "no interrupt of the timer");
		check_equal(record->sequence % 2, 0, "the sequence");
		check(record->steal >= last, "it went back from %lu to %lu", last,
		      record->steal);
		check(record->steal == last || record->sequence != last_sequence,
		      "the sequence stays %u", last_sequence);
		last = record->steal;
		last_sequence = record->sequence;
	}
	check(record->steal - begin >= least, "only %lu ns were stolen", record->steal - begin);
}

/*
 * Whether the host keeps a vCPU waiting is its matter. An engine that can inject steal
 * time is asked to, by an option of the run's.
 */
static void test_stolen(void)
{
	check_equal(set(own_address(), 0, 0).error, 0, "a0");
	wait_for_more(&records[0], NANOSECONDS);
	set(own_address(), 0, 0);
	check(records[0].steal < NANOSECONDS, "given again, it does not begin anew");
}

/* What stands there is the guest's: it is added to. */
static void test_added(void)
{
	check_equal(set(own_address(), 0, 0).error, 0, "a0");
	records[0].steal = 1000 * NANOSECONDS;
	wait_for_more(&records[0], NANOSECONDS / 4);
	check(records[0].steal >= 1000 * NANOSECONDS, "steal time is %lu", records[0].steal);
}

/* A record that was moved, refused, or taken back; not to where another CPU has its own. */
static void test_moved(void)
{
	check_equal(set(own_address(), 0, 0).error, 0, "a0");
	check_equal(set((uintptr_t)&records[SPARE], 0, 0).error, 0, "moved");
	fill(&records[0]);
	wait_for_more(&records[SPARE], NANOSECONDS / 4);
	check_equal(records[0].sequence, 0x5a5a5a5a, "the former one was written to");
	check_equal(set(own_address() + 1, 0, 0).error, INVALID_PARAM, "refused");
	wait_for_more(&records[SPARE], NANOSECONDS / 4);
	check_equal(set(NOWHERE, NOWHERE, 0).error, 0, "nowhere");
	fill(&records[SPARE]);
	take_interrupts(500);
	check_equal(records[SPARE].sequence, 0x5a5a5a5a, "it is still written to");
	check_equal(records[0].sequence, 0x5a5a5a5a, "the first one, too");
}

/* A hart that was off has no record until it gives one. */
static void take_some(void *argument)
{
	(void)argument;
	take_interrupts(500);
}

static void test_off(void)
{
	volatile int64_t error = 1;

	cpu_post(cpu_at(1), set_own, (void *)&error);
	check(cpu_wait(cpu_at(1), 5000) && !error, "CPU 1 gives no record");
	if (!check(cpu_off(cpu_at(1)), "CPU 1 does not go off"))
		return;
	fill(&records[1]);
	check(cpu_on(cpu_at(1)), "CPU 1 does not come back");
	cpu_post(cpu_at(1), take_some, NULL);
	check(cpu_wait(cpu_at(1), 5000), "CPU 1 does not answer");
	check_equal(records[1].sequence, 0x5a5a5a5a, "it is still written to");
}

#define STA_RULE "arch/riscv/kvm/vcpu_sbi_sta.c, "
#define SET_RULE STA_RULE "kvm_sbi_sta_steal_time_set_shmem"
#define FEATURE .kvm = true, .features = 1u << PARACALL_KVM_FEATURE_STA

static const struct test tests[] = {
	{ .name = "the record is empty", .rule = SET_RULE, .run = test_set, FEATURE },
	{ .name = "what is refused",
	  .rule = SET_RULE,
	  .run_row = run_refusal,
	  TEST_ROWS(refusals),
	  FEATURE },
	{ .name = "the firmware's memory is refused",
	  .rule = "RISC-V Privileged Architecture, \"Physical Memory Protection\"",
	  .run = test_firmware_memory,
	  FEATURE },
	{ .name = "each CPU has a record",
	  .rule = SET_RULE,
	  .run = test_other_cpus,
	  .cpus = 2,
	  FEATURE },
	{ .name = "steal time is counted",
	  .covers = "SBI_STA_STEAL_TIME_SET_SHMEM",
	  .rule = STA_RULE "kvm_riscv_vcpu_record_steal_time",
	  .run = test_stolen,
	  FEATURE },
	{ .name = "what the guest has written there is added to",
	  .rule = STA_RULE "kvm_riscv_vcpu_record_steal_time",
	  .run = test_added,
	  FEATURE },
	{ .name = "the record moves, and goes", .rule = SET_RULE, .run = test_moved, FEATURE },
	{ .name = "a CPU that was off has none",
	  .rule = "arch/riscv/kvm/vcpu.c, kvm_riscv_reset_vcpu",
	  .run = test_off,
	  .cpus = 2,
	  FEATURE },
};

TESTS_MAIN("sta", tests)
