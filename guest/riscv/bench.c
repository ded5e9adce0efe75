/* SPDX-License-Identifier: BSD-2-Clause */
/* What single operations cost, in nanoseconds: common/bench.h. */
#include "common/bench.h"
#include "common/test.h"
#include "runtime/runtime.h"

/* The firmware's. */
static void run_spec_version(uint32_t count)
{
	for (; count; count--)
		call(PARACALL_SBI_BASE, PARACALL_SBI_BASE_GET_SPEC_VERSION, 0, 0, 0);
}

static void run_unknown(uint32_t count)
{
	for (; count; count--)
		call(0x0a0b0c0d, 0, 0, 0, 0);
}

/* KVM's, or the firmware's. */
static void run_imp_id(uint32_t count)
{
	for (; count; count--)
		call(PARACALL_SBI_BASE, PARACALL_SBI_BASE_GET_IMP_ID, 0, 0, 0);
}

static void run_probe(uint32_t count)
{
	for (; count; count--)
		call(PARACALL_SBI_BASE, PARACALL_SBI_BASE_PROBE_EXT, PARACALL_SBI_STA, 0, 0);
}

static void run_set_shmem(uint32_t count)
{
	static struct paracall_sbi_sta record __attribute__((aligned(64)));

	for (; count; count--)
		call(PARACALL_SBI_STA, PARACALL_SBI_STA_STEAL_TIME_SET_SHMEM,
		     (uintptr_t)&record, 0, 0);
}

static void run_counter(uint32_t count)
{
	for (; count; count--)
		clock_now();
}

static const struct bench benches[] = {
	{ "empty", bench_empty, false },
	{ "counter", run_counter, false },
	{ "spec-version", run_spec_version, false },
	{ "imp-id", run_imp_id, false },
	{ "unknown", run_unknown, false },
	{ "probe-sta", run_probe, true },
	{ "set-shmem", run_set_shmem, true },
};

#define BENCHES (sizeof(benches) / sizeof(benches[0]))

static uint64_t now(void)
{
	return clock_nanoseconds(clock_now());
}

int main(void)
{
	static const struct bench_clock clock = { now, 1000 };

	tests_start("bench");
	bench_run(benches, BENCHES, &clock);
	return EXIT_PASSED;
}
