/* SPDX-License-Identifier: BSD-2-Clause */
/* The cost of single operations, in cycles of the time-stamp counter: common/bench.h. */
#include "common/bench.h"
#include "runtime/test.h"

#define ABSENT_ID 0xfe

/* Loads whose result the compiler must not know. */
static volatile uint32_t leaf_1 = 1;
static volatile uint32_t leaf_kvm = PARACALL_KVM_CPUID_SIGNATURE;

/* A port with no effect: the POST code's. */
static void run_port_read(uint32_t count)
{
	for (; count; count--)
		inb(0x80);
}

/* The number is in the instruction before, as in Linux's calls. */
#define CALL(instruction, number, rbx) \
	__asm__ volatile("mov %0, %%eax; " instruction \
			 : \
			 : "i"(number), "b"(rbx), "c"(ABSENT_ID), "d"(0), "S"(0) \
			 : "eax", "memory")

static void run_poll_vmcall(uint32_t count)
{
	for (; count; count--)
		CALL("vmcall", PARACALL_KVM_HC_VAPIC_POLL_IRQ, 0);
}

static void run_poll_vmmcall(uint32_t count)
{
	for (; count; count--)
		CALL("vmmcall", PARACALL_KVM_HC_VAPIC_POLL_IRQ, 0);
}

static volatile uint32_t poll_number = PARACALL_KVM_HC_VAPIC_POLL_IRQ;

/* And here it is not known. */
static void run_poll_loaded(uint32_t count)
{
	for (; count; count--)
		paracall_guest_vmcall(poll_number, 0, 0, 0, 0);
}

static void run_unknown(uint32_t count)
{
	for (; count; count--)
		CALL("vmcall", 99, 0);
}

static void run_kick_absent(uint32_t count)
{
	for (; count; count--)
		CALL("vmcall", PARACALL_KVM_HC_KICK_CPU, 0);
}

/* The leaf is in the instruction before: a host may know it from the code. */
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

/* A register that is not KVM's. */
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

static const struct bench benches[] = {
	{ "empty", bench_empty, false },
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
	{ "vmcall-poll-loaded", run_poll_loaded, true },
	{ "call-unknown", run_unknown, true },
	{ "call-kick-absent", run_kick_absent, true },
};

#define BENCHES (sizeof(benches) / sizeof(benches[0]))

int main(void)
{
	struct bench_clock clock = { .now = rdtsc, .units_per_us = cycles_per_us };

	tests_start("bench");
	start_clock();
	bench_run(benches, BENCHES, &clock);
	return EXIT_PASSED;
}
