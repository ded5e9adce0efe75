/* SPDX-License-Identifier: BSD-2-Clause */
/* The cost of single operations, in nanoseconds: common/bench.h. */
#include "common/bench.h"
#include "common/test.h"
#include "runtime/runtime.h"

/* Served by QEMU. */
static void run_psci_version(uint32_t count)
{
	for (; count; count--)
		call(PARACALL_PSCI_VERSION, 0, 0, 0);
}

static void run_unknown(uint32_t count)
{
	for (; count; count--)
		call(0x84000077, 0, 0, 0);
}

static void run_version(uint32_t count)
{
	for (; count; count--)
		call(PARACALL_SMCCC_VERSION, 0, 0, 0);
}

static void run_uid(uint32_t count)
{
	for (; count; count--)
		call(PARACALL_VENDOR_HYP_CALL_UID, 0, 0, 0);
}

static void run_ptp(uint32_t count)
{
	for (; count; count--)
		call(PARACALL_VENDOR_HYP_KVM_PTP, 0, 0, 0);
}

static void run_rnd64(uint32_t count)
{
	for (; count; count--)
		call(PARACALL_TRNG_RND64, 192, 0, 0);
}

static void run_counter(uint32_t count)
{
	for (; count; count--)
		__asm__ volatile("mrs x0,cntvct_el0" : : : "x0");
}

static const struct bench benches[] = {
	{ "empty", bench_empty, false },
	{ "counter", run_counter, false },
	{ "psci-version", run_psci_version, false },
	{ "unknown", run_unknown, false },
	{ "smccc-version", run_version, true },
	{ "uid", run_uid, true },
	{ "ptp", run_ptp, true },
	{ "rnd64-192", run_rnd64, true },
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
