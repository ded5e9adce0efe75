/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The machine is reset, and this program begins again: nobody writes to the records that
 * it had given before.
 */
#include "common/test.h"
#include "runtime/runtime.h"

#define LIMIT_MS 5000
/* sbi_system_reset()'s type. */
#define COLD_REBOOT 1

/* A reset leaves memory alone where nothing is loaded. */
struct life {
	uint64_t number;
	uint64_t unused[7];
	struct paracall_sbi_sta records[MAX_CPUS];
};

#define SECOND_LIFE 0x72657365745f5f32ul

static volatile struct life *const life = (volatile struct life *)0x84000000;

static void give_record(void *argument)
{
	volatile struct paracall_sbi_sta *record = &life->records[this_cpu_number()];

	*(volatile int64_t *)argument =
		call(PARACALL_SBI_STA, PARACALL_SBI_STA_STEAL_TIME_SET_SHMEM, (uintptr_t)record,
		     0, 0)
			.error;
}

static void take_some(void *argument)
{
	(void)argument;
	take_interrupts(500);
}

static void on_all(void (*work)(void *), void *argument)
{
	for (uint32_t i = 1; i < cpu_count; i++) {
		cpu_post(cpu_at(i), work, argument);
		if (!check(cpu_wait(cpu_at(i), LIMIT_MS), "CPU %u does not answer", i))
			return;
	}
	work(argument);
}

static void test_reset(void)
{
	volatile int64_t error = 0;

	if (life->number != SECOND_LIFE) {
		on_all(give_record, (void *)&error);
		check_equal(error, 0, "a0");
		life->number = SECOND_LIFE;
		call(PARACALL_SBI_SRST, PARACALL_SBI_SRST_RESET, COLD_REBOOT, 0, 0);
		crash("there was no reset");
	}
	life->number = 0;
	for (uint32_t i = 0; i < MAX_CPUS; i++)
		life->records[i].sequence = life->records[i].preempted = 0x5a;
	on_all(take_some, NULL);
	for (uint32_t i = 0; i < MAX_CPUS; i++) {
		check_equal(life->records[i].sequence, 0x5a, "record %u: the sequence", i);
		check_equal(life->records[i].preempted, 0x5a, "record %u: its last byte", i);
	}
	/* One that is given again is. */
	on_all(give_record, (void *)&error);
	check_equal(error, 0, "again, a0");
	check_equal(life->records[0].preempted, 0, "again");
}

static const struct test tests[] = {
	{ .name = "a reset ends all records",
	  .rule = "arch/riscv/kvm/vcpu.c, kvm_riscv_reset_vcpu",
	  .run = test_reset,
	  .kvm = true,
	  .features = 1u << PARACALL_KVM_FEATURE_STA },
};

TESTS_MAIN("reset", tests)
