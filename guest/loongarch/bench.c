/* SPDX-License-Identifier: BSD-2-Clause */
/* What single operations cost, in nanoseconds: common/bench.h. */
#include "common/bench.h"
#include "common/test.h"
#include "runtime/runtime.h"

/* QEMU answers these by itself. */
static void run_cpucfg(uint32_t count)
{
	for (; count; count--)
		cpucfg(1);
}

static void run_iocsr(uint32_t count)
{
	for (; count; count--)
		iocsr(0);
}

static void run_features(uint32_t count)
{
	for (; count; count--)
		cpucfg(PARACALL_KVM_CPUCFG_FEATURES);
}

static void run_unknown(uint32_t count)
{
	for (; count; count--)
		call(99, 0, 0, 0);
}

/* Steal time of nobody: the call without its effect. */
static void run_notify_off(uint32_t count)
{
	for (; count; count--)
		call(PARACALL_HCALL_FUNC_NOTIFY,
		     1ul << PARACALL_KVM_FEATURE_LOONGARCH_STEAL_TIME, 0, 0);
}

static const struct bench benches[] = {
	{ "empty", bench_empty, false },  { "cpucfg", run_cpucfg, false },
	{ "iocsr", run_iocsr, false },	  { "cpucfg-features", run_features, true },
	{ "unknown", run_unknown, true }, { "notify-off", run_notify_off, true },
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
