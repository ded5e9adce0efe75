/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Steal time: Documentation/virt/kvm/x86/msr.rst; arch/x86/kvm/x86.c,
 * record_steal_time (Linux 6.19). A guest can only make a host busy by asking
 * more of it than it has; the test checks whether that is so here.
 */
#include "runtime/pvclock.h"
#include "runtime/test.h"

#define LIMIT_MS 20000
/* How long the CPUs keep the host busy, at least and at most. */
#define BUSY_MS 500
#define MOST_BUSY_MS 5000
#define QUIET_MS 50
#define TICK_MS 2
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

#define STEAL_TIME PARACALL_KVM_MSR_STEAL_TIME
#define PATTERN 0xa5

typedef struct paracall_kvm_steal_time steal_page;

struct worker {
	steal_page page;
	/* Of the time between two updates that it saw. */
	uint64_t stolen, cycles;
	uint32_t updates;
	bool saw_odd, saw_preempted;
} __attribute__((aligned(64)));

static struct worker workers[MAX_CPUS];

static volatile uint32_t stop;

static void tick(void)
{
	const volatile uint32_t *timer = &this_cpu()->interrupts[VECTOR_TIMER];
	uint32_t before = *timer;

	apic_timer(TICK_MS);
	wait_for(timer, before + 1, 100);
}

static void start(steal_page *page)
{
	wrmsr(STEAL_TIME, (uintptr_t)page | 1);
}

static void give_up(void)
{
	wrmsr(STEAL_TIME, 0);
}

static const struct {
	uint32_t before, after;
} versions[] = { { 0, 2 }, { 1, 4 }, { 2, 4 }, { 0xffffffff, 2 }, { 0xfffffffe, 0 } };

/* A busy host may take the CPU away in between, and reports that, too. */
#define MOST_UPDATES 100

/* All is there when the instruction is over; what it adds to is the guest's. */
static void test_register(void)
{
	steal_page *page = &workers[0].page;

	for (size_t i = 0; i < COUNT(versions); i++) {
		uint32_t more;

		memset(page, 0, sizeof(*page));
		page->version = versions[i].before;
		page->steal = 1000000000;
		interrupts_off();
		start(page);
		more = page->version - versions[i].after;
		check(more % 2 == 0 && more < MOST_UPDATES * 2, "version after %u is %u",
		      versions[i].before, page->version);
		give_up();
		interrupts_on();
		check(page->steal >= 1000000000 && page->steal < 1000000000000ull,
		      "steal time is %" PRIu64 " ns", page->steal);
	}
	start(page);
	check_equal((int64_t)rdmsr(STEAL_TIME), (int64_t)((uintptr_t)page | 1), "rdmsr");
	give_up();
}

/* steal, version and preempted are the host's, and only those. */
static void test_rest(void)
{
	steal_page *page = &workers[0].page;
	const uint8_t *bytes = (const uint8_t *)page;

	memset(page, PATTERN, sizeof(*page));
	start(page);
	for (int i = 0; i < 20; i++)
		tick();
	give_up();
	apic_timer_stop();
	check_equal(page->flags, (int64_t)0xa5a5a5a5, "flags");
	check_equal(page->preempted, 0, "preempted");
	for (size_t i = offsetof(steal_page, u8_pad); i < sizeof(*page); i++)
		check_equal(bytes[i], PATTERN, "byte %lu", (unsigned long)i);
}

static uint32_t version_of(const struct worker *worker)
{
	return *(const volatile uint32_t *)&worker->page.version;
}

/* As any reader: the version is the same and even before and after. */
static uint64_t read_steal(const struct worker *worker)
{
	uint32_t version;
	uint64_t steal;

	do {
		while ((version = version_of(worker)) & 1)
			relax();
		__asm__ volatile("" : : : "memory");
		steal = *(const volatile uint64_t *)&worker->page.steal;
		__asm__ volatile("" : : : "memory");
	} while (version_of(worker) != version);
	return steal;
}

/* Until the host writes again, or it is time to end. */
static bool wait_for_update(struct worker *worker)
{
	uint32_t before = version_of(worker);

	while (!stop) {
		uint32_t now = version_of(worker);

		/* On its own CPU it happens between two instructions. */
		worker->saw_odd |= now & 1;
		if (now != before)
			return true;
		tick();
	}
	return false;
}

/*
 * Begin and end are two updates. What was stolen between them was so after the
 * first, which is after .cycles began to count, and before the second.
 */
static void keep_busy(void *argument)
{
	struct worker *worker = argument;
	uint64_t first, begin;

	start(&worker->page);
	begin = rdtsc();
	if (wait_for_update(worker)) {
		first = read_steal(worker);
		worker->page.preempted = PARACALL_KVM_VCPU_PREEMPTED;
		while (wait_for_update(worker)) {
			worker->cycles = rdtsc() - begin;
			worker->stolen = read_steal(worker) - first;
			worker->updates++;
			worker->saw_preempted |= worker->page.preempted;
		}
	}
	give_up();
	apic_timer_stop();
}

static bool is_enough(uint64_t begin)
{
	uint64_t milliseconds = (rdtsc() - begin) / cycles_per_us / 1000;

	if (milliseconds < BUSY_MS)
		return false;
	if (milliseconds > MOST_BUSY_MS)
		return true;
	for (uint32_t i = 1; i < cpu_count; i++)
		if (workers[i].stolen)
			return true;
	return false;
}

static void run_all(void)
{
	uint64_t begin = rdtsc(), before = 0;

	memset(workers, 0, sizeof(workers));
	stop = 0;
	/* Its rate is to be known before all ask for it. */
	tick();
	for (uint32_t i = 1; i < cpu_count; i++)
		cpu_post(cpu_at(i), keep_busy, &workers[i]);
	while (!is_enough(begin)) {
		uint64_t now = read_steal(&workers[1]);

		check(now >= before,
		      "CPU %u's steal time went from %" PRIu64 " to %" PRIu64 " ns", cpu_ids[1],
		      before, now);
		before = now;
	}
	stop = 1;
	for (uint32_t i = 1; i < cpu_count; i++)
		check(cpu_wait(cpu_at(i), LIMIT_MS), "CPU %u does not finish", cpu_ids[i]);
	apic_timer_stop();
}

/* By kvmclock, if that is offered: the runtime's own measure may be far off. */
static uint64_t to_nanoseconds(uint64_t cycles)
{
	static clock_page page __attribute__((aligned(64)));

	if (!(kvm.features & FEATURE(CLOCKSOURCE2)))
		return 2 * cycles * 1000 / cycles_per_us;
	wrmsr(PARACALL_KVM_MSR_SYSTEM_TIME_NEW, (uintptr_t)&page | 1);
	wrmsr(PARACALL_KVM_MSR_SYSTEM_TIME_NEW, 0);
	return scale(&page, cycles);
}

/* No more time can be stolen than passed; clocks differ a little. */
static void expect_plausible(uint32_t index)
{
	const struct worker *worker = &workers[index];
	uint64_t went_by = to_nanoseconds(worker->cycles);

	check(worker->stolen <= went_by + went_by / 1000,
	      "CPU %u: %" PRIu64 " ns of %" PRIu64 " were stolen", cpu_ids[index],
	      worker->stolen, went_by);
	check(!worker->saw_odd, "CPU %u: it sees an odd version of its own", cpu_ids[index]);
	check(!worker->saw_preempted, "CPU %u runs, and is marked as preempted",
	      cpu_ids[index]);
	check(!worker->updates || worker->stolen, "CPU %u: %u updates with no news",
	      cpu_ids[index], worker->updates);
}

static void test_busy(void)
{
	uint64_t stolen = 0, cycles = 0;
	uint32_t updates = 0;

	run_all();
	for (uint32_t i = 1; i < cpu_count; i++) {
		expect_plausible(i);
		stolen += workers[i].stolen;
		cycles += workers[i].cycles;
		updates += workers[i].updates;
	}
	print("# %" PRIu64 " of %" PRIu64 " ms were stolen, reported in %u updates\n",
	      stolen / 1000000, cycles / cycles_per_us / 1000, updates);
	if (!stolen && !test_has_failed())
		skip("the host let no CPU wait");
}

/* One page after the other, and none of them is written to any more. */
static void test_given_up(void)
{
	run_all();
	start(&workers[0].page);
	wrmsr(STEAL_TIME, (uintptr_t)&workers[0].page);
	memset(workers, PATTERN, sizeof(workers));
	for (int i = 0; i < QUIET_MS / TICK_MS; i++) {
		for (uint32_t j = 1; j < cpu_count; j++)
			apic_send(cpu_ids[j], 0x41);
		tick();
	}
	apic_timer_stop();
	for (size_t i = 0; i < sizeof(workers); i++)
		if (!check_equal(((const uint8_t *)workers)[i], PATTERN, "byte 0x%lx",
				 (unsigned long)i))
			return;
}

/* The source of what is expected: see struct test. */
#define DOCUMENT "Documentation/virt/kvm/x86/msr.rst, MSR_KVM_STEAL_TIME"
#define RECORD DOCUMENT "; arch/x86/kvm/x86.c, record_steal_time"

#define COVERING_TEST(test_name, test_rule, function, least_cpus, what) \
	{ \
		.name = test_name, .rule = test_rule, .covers = what, .run = function, \
		.cpus = least_cpus, .kvm = true, .features = FEATURE(STEAL_TIME) \
	}
#define TEST(test_name, test_rule, function, least_cpus) \
	COVERING_TEST(test_name, test_rule, function, least_cpus, NULL)

static const struct test tests[] = {
	TEST("steal time is there at the next instruction", RECORD, test_register, 1),
	TEST("the host writes what is the host's", RECORD, test_rest, 1),
	COVERING_TEST("busy CPUs see time stolen, not more than passed", RECORD, test_busy, 2,
		      "MSR_STEAL_TIME"),
	TEST("pages given up are left alone",
	     DOCUMENT "; arch/x86/kvm/x86.c, kvm_set_msr_common", test_given_up, 2),
};

TESTS_MAIN("steal", tests)
