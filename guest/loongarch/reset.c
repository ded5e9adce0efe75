/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The machine is reset, and this program begins again: nobody writes to the records that
 * it had given before.
 */
#include "common/test.h"
#include "runtime/runtime.h"

#define LIMIT_MS 5000

#define STEAL_TIME (1ul << PARACALL_KVM_FEATURE_LOONGARCH_STEAL_TIME)
#define NOTIFY PARACALL_HCALL_FUNC_NOTIFY
#define VALID PARACALL_KVM_STEAL_PHYS_VALID

/* A reset leaves memory alone where nothing is loaded. */
struct life {
	uint64_t number;
	uint64_t unused[7];
	struct paracall_kvm_loongarch_steal_time records[MAX_CPUS];
};

#define SECOND_LIFE 0x72657365745f5f32ul

static volatile struct life *const life = (volatile struct life *)(MEMORY | 0x8000000);

static void give_record(void *argument)
{
	const volatile struct paracall_kvm_loongarch_steal_time *record =
		&life->records[this_cpu_number()];

	if (call(NOTIFY, STEAL_TIME, physical(record) | VALID, 0))
		*(volatile uint32_t *)argument = 1;
}

static void take_some(void *argument)
{
	(void)argument;
	take_interrupts(500);
}

static void on_all(void (*work)(void *), void *argument)
{
	work(argument);
	for (uint32_t i = 1; i < cpu_count; i++) {
		cpu_post(cpu_at(i), work, argument);
		if (!check(cpu_wait(cpu_at(i), LIMIT_MS), "CPU %u does not answer", i))
			return;
	}
}

static void check_record(uint32_t number, volatile uint32_t *failed)
{
	volatile struct paracall_kvm_loongarch_steal_time *record = &life->records[number];

	check_equal((int64_t)record->steal, 0x5a, "record %u: steal time", number);
	check_equal(record->version, 0x5a, "record %u: the version", number);
	check_equal(*failed, 0, "a0");
}

static void test_reset(void)
{
	volatile uint32_t failed = 0;

	if (life->number != SECOND_LIFE) {
		on_all(give_record, (void *)&failed);
		check_equal(failed, 0, "a0");
		life->number = SECOND_LIFE;
		machine_reset();
	}
	life->number = 0;
	for (uint32_t i = 0; i < MAX_CPUS; i++) {
		life->records[i].steal = 0x5a;
		life->records[i].version = 0x5a;
	}
	on_all(take_some, NULL);
	for (uint32_t i = 0; i < MAX_CPUS; i++)
		check_record(i, &failed);
	/* One that is given again is. */
	on_all(give_record, (void *)&failed);
	check_equal(failed, 0, "again, a0");
	check(life->records[0].version > 0x5a, "again: it is not written to");
}

static const struct test tests[] = {
	{ .name = "a reset ends all records",
	  .rule = "arch/loongarch/kvm/vcpu.c, kvm_arch_vcpu_ioctl_vcpu_init",
	  .run = test_reset,
	  .kvm = true,
	  .features = STEAL_TIME },
};

TESTS_MAIN("reset", tests)
