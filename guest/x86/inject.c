/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Fault injection, by Paracall's rules: guest/x86_64.conf has the rules that
 * each of these tests expects. "-append inject" says that they are given, and
 * "-append inject-icount" that instructions are the clock, too.
 */
#include "runtime/pvclock.h"
#include "runtime/test.h"

#define LIMIT_MS 10000
#define QUIET_MS 50
#define TICK_MS 2
#define US_PER_MS 1000ul
#define SECOND INT64_C(1000000000)

static bool begins_with(const char *text, const char *beginning)
{
	while (*beginning && *text == *beginning)
		text++, beginning++;
	return !*beginning;
}

static bool is_injected(void)
{
	return begins_with(boot_argument(), "inject");
}

static bool has_virtual_time(void)
{
	return begins_with(boot_argument(), "inject-icount");
}

#define REQUIRE_RULES() \
	do { \
		if (!is_injected()) { \
			skip("there are no rules"); \
			return; \
		} \
	} while (0)

static uint64_t now_us(void)
{
	return rdtsc() / cycles_per_us;
}

/* SEND_IPI:error=-22:when=10+5 */
static void test_error(void)
{
	REQUIRE_RULES();
	for (int call = 1; call <= 22; call++) {
		bool is_selected = call == 10 || call == 15 || call == 20;

		check_equal(hypercall(PARACALL_KVM_HC_SEND_IPI, 0, 0, 0, 0x40),
			    is_selected ? -PARACALL_KVM_EINVAL : 0, "call %d", call);
	}
}

/* SCHED_YIELD:enosys:when=2+ */
static void test_enosys(void)
{
	REQUIRE_RULES();
	for (int call = 1; call <= 4; call++)
		check_equal(hypercall(PARACALL_KVM_HC_SCHED_YIELD, this_cpu()->apic_id, 0, 0,
				      0),
			    call >= 2 ? -PARACALL_KVM_ENOSYS : 0, "call %d", call);
}

/* VAPIC_POLL_IRQ:delay=8ms:when=3 */
static void test_delay(void)
{
	uint64_t took[4];

	REQUIRE_RULES();
	for (int call = 0; call < 4; call++) {
		uint64_t begin = now_us();

		check_equal(hypercall(PARACALL_KVM_HC_VAPIC_POLL_IRQ, 0, 0, 0, 0), 0, "call %d",
			    call + 1);
		took[call] = now_us() - begin;
	}
	print("# microseconds: %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64 "\n", took[0],
	      took[1], took[2], took[3]);
	/* Where instructions are the clock, the host's time is not visible. */
	check(has_virtual_time() || took[2] >= 8 * US_PER_MS,
	      "the third call took %" PRIu64 " us", took[2]);
}

static void halt_deaf(void *argument)
{
	volatile uint32_t *stage = argument;

	interrupts_off();
	*stage = 1;
	halt();
	*stage = 2;
	interrupts_on();
}

static void kick(void)
{
	check_equal(hypercall(PARACALL_KVM_HC_KICK_CPU, 0, cpu_ids[1], 0, 0), 0, "kick");
}

static bool start_halter(volatile uint32_t *stage)
{
	*stage = 0;
	cpu_post(cpu_at(1), halt_deaf, (void *)stage);
	if (!check(wait_for(stage, 1, LIMIT_MS), "the CPU does not start"))
		return false;
	delay_ms(QUIET_MS);
	return true;
}

/* KICK_CPU:drop:when=1 */
static void test_lost_kick(void)
{
	volatile uint32_t stage;

	REQUIRE_RULES();
	if (!start_halter(&stage))
		return;
	kick();
	delay_ms(QUIET_MS);
	check_equal(stage, 1, "stage after a kick that is lost");
	kick();
	check(wait_for(&stage, 2, LIMIT_MS), "the second kick does not come");
}

/* KICK_CPU:late=100ms:when=3..4; it comes with one of the caller's calls. */
static void test_late_kick(void)
{
	volatile uint32_t stage;
	uint64_t begin;

	REQUIRE_RULES();
	if (!start_halter(&stage))
		return;
	begin = now_us();
	kick();
	while (stage != 2 && now_us() - begin < LIMIT_MS * US_PER_MS)
		hypercall(PARACALL_KVM_HC_VAPIC_POLL_IRQ, 0, 0, 0, 0);
	print("# it came after %" PRIu64 " us\n", now_us() - begin);
	check_equal(stage, 2, "stage in the end");
	check(has_virtual_time() || now_us() - begin >= 99 * US_PER_MS, "it came too early");
}

/* The same rule; but the caller halts, and may sleep for long. */
static void test_late_kick_and_halt(void)
{
	volatile uint32_t stage;
	uint64_t begin;

	REQUIRE_RULES();
	if (!start_halter(&stage))
		return;
	kick();
	delay_ms(TICK_MS);
	check_equal(stage, 1, "stage before the caller halts");
	begin = now_us();
	interrupts_off();
	apic_timer(QUIET_MS);
	interrupts_on_halt();
	apic_timer_stop();
	check(wait_for(&stage, 2, LIMIT_MS), "the kick does not come");
	print("# the halt took %" PRIu64 " us\n", now_us() - begin);
}

/* MSR_POLL_CONTROL:fault:when=2 and :drop:when=3 */
static void test_register(void)
{
	REQUIRE_RULES();
	check_equal(try_wrmsr(PARACALL_KVM_MSR_POLL_CONTROL, 0), -1, "first write");
	check_equal(try_wrmsr(PARACALL_KVM_MSR_POLL_CONTROL, 1), VECTOR_GP, "second write");
	check_equal((int64_t)rdmsr(PARACALL_KVM_MSR_POLL_CONTROL), 0, "register after it");
	check_equal(try_wrmsr(PARACALL_KVM_MSR_POLL_CONTROL, 1), -1, "third write");
	check_equal((int64_t)rdmsr(PARACALL_KVM_MSR_POLL_CONTROL), 0, "register after it");
	check_equal(try_wrmsr(PARACALL_KVM_MSR_POLL_CONTROL, 1), -1, "fourth write");
	check_equal((int64_t)rdmsr(PARACALL_KVM_MSR_POLL_CONTROL), 1, "register after it");
}

#define DRAWN 64
/* Which of the first vCPU's calls a rule with 50% selects by seed=1; bit 0 is the first. */
#define DRAWN_BY_SEED_1 UINT64_C(0xe7fa98718541f47b)

/* CLOCK_PAIRING:retval=7:50% with seed=1 */
static void test_seed(void)
{
	uint64_t met = 0;

	REQUIRE_RULES();
	for (int call = 0; call < DRAWN; call++)
		if (hypercall(PARACALL_KVM_HC_CLOCK_PAIRING, 0, -1, 0, 0) == 7)
			met |= UINT64_C(1) << call;
	print("# drawn: 0x%" PRIx64 "\n", met);
	check_equal((int64_t)met, (int64_t)DRAWN_BY_SEED_1, "calls met");
}

/* cpuid:withdraw=pv-sched-yield+pv-unhalt:50% */
static void test_withdrawn(void)
{
	const uint32_t features = FEATURE(PV_SCHED_YIELD)
	| FEATURE(PV_UNHALT);
	uint32_t with = 0, without = 0;

	REQUIRE_RULES();
	for (int i = 0; i < 100; i++) {
		uint32_t eax = paracall_guest_cpuid(kvm.base + 1, 0).eax;

		with += (eax & features) == features;
		without += !(eax & features);
		check(eax & FEATURE(PV_SEND_IPI), "others are gone, too");
	}
	print("# with %u, without %u\n", with, without);
	check(with > 20 && without > 20 && with + without == 100, "with %u, without %u", with,
	      without);
}

/* An interrupt, after which the host updates the guest's memory. */
static void tick(void)
{
	const volatile uint32_t *timer = &this_cpu()->interrupts[VECTOR_TIMER];
	uint32_t before = *timer;

	apic_timer(TICK_MS);
	wait_for(timer, before + 1, 100);
}

static clock_page page __attribute__((aligned(64)));

#define JUMPS 3

/* clock:jump=+10s:every=200ms; firmware may have had a clock, and seen some. */
static void test_jumps(void)
{
	uint32_t jumps = 0;
	uint64_t begin;
	int64_t last;

	REQUIRE_RULES();
	wrmsr(PARACALL_KVM_MSR_SYSTEM_TIME_NEW, (uintptr_t)&page | 1);
	last = read_clock(&page);
	begin = now_us();
	while (jumps < JUMPS && now_us() - begin < LIMIT_MS * US_PER_MS) {
		int64_t now;

		tick();
		now = read_clock(&page);
		check(now >= last, "the clock went back by %" PRId64 " ns", last - now);
		if (now - last >= 10 * SECOND)
			jumps++;
		last = now;
	}
	wrmsr(PARACALL_KVM_MSR_SYSTEM_TIME_NEW, 0);
	apic_timer_stop();
	check_equal(jumps, JUMPS, "jumps by 10 s");
	check(has_virtual_time() || now_us() - begin >= (JUMPS - 1) * 200 * US_PER_MS,
	      "they come too often");
}

static struct paracall_kvm_steal_time steal __attribute__((aligned(64)));

/* steal:burst=5s:every=100ms:when=2 */
static void test_steal(void)
{
	uint64_t begin = now_us();
	uint64_t stolen;

	REQUIRE_RULES();
	wrmsr(PARACALL_KVM_MSR_STEAL_TIME, (uintptr_t)&steal | 1);
	while (now_us() - begin < 1000 * US_PER_MS)
		tick();
	wrmsr(PARACALL_KVM_MSR_STEAL_TIME, 0);
	apic_timer_stop();
	stolen = steal.steal;
	print("# stolen: %" PRIu64 " ns\n", stolen);
	check(stolen >= 5 * SECOND && stolen < 10 * SECOND, "stolen: %" PRIu64 " ns", stolen);
}

/* The source of what is expected: see struct test. */
#define FAULTS "paracall-inject(7)"

#define TEST(test_name, test_rule, function, least_cpus, feature) \
	{ \
		.name = test_name, .rule = test_rule, .run = function, .cpus = least_cpus, \
		.kvm = true, .features = FEATURE(feature) \
	}

static const struct test tests[] = {
	TEST("an error at calls 10, 15, 20", FAULTS, test_error, 1, PV_SEND_IPI),
	TEST("no such call, from the second on", FAULTS, test_enosys, 1, PV_SCHED_YIELD),
	TEST("the third call is slow", FAULTS, test_delay, 1, CLOCKSOURCE2),
	TEST("the first kick is lost", FAULTS, test_lost_kick, 2, PV_UNHALT),
	TEST("the third kick is late", FAULTS, test_late_kick, 2, PV_UNHALT),
	TEST("the fourth kick is late until a halt", FAULTS, test_late_kick_and_halt, 2,
	     PV_UNHALT),
	TEST("a register's second write is refused", FAULTS, test_register, 1, POLL_CONTROL),
	TEST("half of the calls, by a seed", FAULTS, test_seed, 1, CLOCKSOURCE2),
	TEST("features come and go", FAULTS, test_withdrawn, 1, PV_UNHALT),
	TEST("the clock jumps", FAULTS, test_jumps, 1, CLOCKSOURCE2),
	TEST("a burst of steal time", FAULTS, test_steal, 1, STEAL_TIME),
};

TESTS_MAIN("inject", tests)
