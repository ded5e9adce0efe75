/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What single operations cost, in cycles of the time-stamp counter: lines of
 *
 *	name best median
 *
 * each of one operation in a calibrated batch, loop included; "empty" is the
 * loop alone. Compare within one run only. Without KVM the calls are left out.
 */
#include "runtime/test.h"

#define BATCHES 21
/* A batch takes about this long, so that reading the time is nothing beside it. */
#define BATCH_US 2000

#define ABSENT_ID 0xfe

/* Loads nobody may know the result of. */
static volatile uint32_t leaf_1 = 1;
static volatile uint32_t leaf_kvm = PARACALL_KVM_CPUID_SIGNATURE;

static void run_empty(uint32_t count)
{
	for (; count; count--)
		__asm__ volatile("");
}

/* A port with no effect: the POST code's. */
static void run_port_read(uint32_t count)
{
	for (; count; count--)
		inb(0x80);
}

static void run_poll_vmcall(uint32_t count)
{
	for (; count; count--)
		paracall_guest_vmcall(PARACALL_KVM_HC_VAPIC_POLL_IRQ, 0, 0, 0, 0);
}

static void run_poll_vmmcall(uint32_t count)
{
	for (; count; count--)
		paracall_guest_vmmcall(PARACALL_KVM_HC_VAPIC_POLL_IRQ, 0, 0, 0, 0);
}

static void run_unknown(uint32_t count)
{
	for (; count; count--)
		hypercall(99, 0, 0, 0, 0);
}

static void run_kick_absent(uint32_t count)
{
	for (; count; count--)
		hypercall(PARACALL_KVM_HC_KICK_CPU, 0, ABSENT_ID, 0, 0);
}

/* The leaf is in the instruction before: a host may tell from the code. */
static void run_cpuid_1(uint32_t count)
{
	for (; count; count--)
		__asm__ volatile("mov $1, %%eax; cpuid" : : : "eax", "ebx", "ecx", "edx");
}

static void run_cpuid_1_loaded(uint32_t count)
{
	for (; count; count--)
		__asm__ volatile("cpuid" : : "a"(leaf_1) : "ebx", "ecx", "edx");
}

static void run_cpuid_kvm(uint32_t count)
{
	for (; count; count--)
		__asm__ volatile("mov $0x40000000, %%eax; cpuid"
				 :
				 :
				 : "eax", "ebx", "ecx", "edx");
}

static void run_cpuid_kvm_loaded(uint32_t count)
{
	for (; count; count--)
		__asm__ volatile("cpuid" : : "a"(leaf_kvm) : "ebx", "ecx", "edx");
}

#define MSR_FS_BASE 0xc0000100

/* A register that is none of KVM's. */
static void run_wrmsr_other(uint32_t count)
{
	for (; count; count--)
		wrmsr(MSR_FS_BASE, 0);
}

static void run_rdtsc(uint32_t count)
{
	for (; count; count--)
		rdtsc();
}

/* The host's if there is a kvmclock, else our own: the work is the same. */
static _Alignas(64) volatile struct paracall_pvclock_vcpu_time_info clock_page;
static volatile uint64_t last_time;

static void start_clock(void)
{
	clock_page.tsc_to_system_mul = 0x80000000;
	clock_page.tsc_shift = -1;
	if (kvm.features & FEATURE(CLOCKSOURCE2))
		wrmsr(PARACALL_KVM_MSR_SYSTEM_TIME_NEW,
		      (uintptr_t)&clock_page | PARACALL_KVM_MSR_ENABLED);
}

__extension__ typedef unsigned __int128 uint128;

/* As pvclock-abi.h says. */
static uint64_t read_clock(void)
{
	uint32_t version;
	uint64_t delta;
	uint64_t time;

	do {
		version = clock_page.version & ~1u;
		delta = rdtsc() - clock_page.tsc_timestamp;
		if (clock_page.tsc_shift < 0)
			delta >>= -clock_page.tsc_shift;
		else
			delta <<= clock_page.tsc_shift;
		time = clock_page.system_time +
		       (uint64_t)((uint128)delta * clock_page.tsc_to_system_mul >> 32);
	} while (version != clock_page.version);
	return time;
}

static void run_clock(uint32_t count)
{
	for (; count; count--)
		last_time = read_clock();
}

struct bench {
	const char *name;
	void (*run)(uint32_t count);
	bool kvm;
};

static const struct bench benches[] = {
	{ "empty", run_empty, false },
	{ "port-read", run_port_read, false },
	{ "cpuid-1", run_cpuid_1, false },
	{ "cpuid-1-loaded", run_cpuid_1_loaded, false },
	{ "cpuid-kvm", run_cpuid_kvm, false },
	{ "cpuid-kvm-loaded", run_cpuid_kvm_loaded, false },
	{ "wrmsr-other", run_wrmsr_other, false },
	{ "rdtsc", run_rdtsc, false },
	{ "clock", run_clock, false },
	{ "vmcall-poll", run_poll_vmcall, true },
	{ "vmmcall-poll", run_poll_vmmcall, true },
	{ "call-unknown", run_unknown, true },
	{ "call-kick-absent", run_kick_absent, true },
};

#define BENCHES (sizeof(benches) / sizeof(benches[0]))

static uint64_t time_of(const struct bench *bench, uint32_t count)
{
	uint64_t begin = rdtsc();

	bench->run(count);
	return rdtsc() - begin;
}

/* Twice as many till they take long enough; also lets the host translate. */
static uint32_t calibrate(const struct bench *bench)
{
	uint32_t count = 64;

	while (time_of(bench, count) < BATCH_US * cycles_per_us && count < 1u << 28)
		count *= 2;
	return count;
}

static void sort(uint64_t *values, unsigned int count)
{
	for (unsigned int i = 1; i < count; i++) {
		uint64_t value = values[i];
		unsigned int j = i;

		for (; j && values[j - 1] > value; j--)
			values[j] = values[j - 1];
		values[j] = value;
	}
}

/* Cycles with one digit behind the point. */
static void print_each(uint64_t cycles, uint32_t count)
{
	uint64_t tenths = (cycles * 10 + count / 2) / count;

	print(" %lu.%lu", tenths / 10, tenths % 10);
}

static void measure(const struct bench *bench)
{
	uint32_t count = calibrate(bench);
	uint64_t cycles[BATCHES];

	for (unsigned int i = 0; i < BATCHES; i++)
		cycles[i] = time_of(bench, count);
	sort(cycles, BATCHES);
	print("%s", bench->name);
	print_each(cycles[0], count);
	print_each(cycles[BATCHES / 2], count);
	print("\n");
}

int main(void)
{
	tests_start("bench");
	start_clock();
	print("# name, best and median of %u batches, cycles of one operation\n", BATCHES);
	for (unsigned int i = 0; i < BENCHES; i++)
		if (kvm_found || !benches[i].kvm)
			measure(&benches[i]);
	return EXIT_PASSED;
}
