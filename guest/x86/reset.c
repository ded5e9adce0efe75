/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A reset leaves nothing behind: no kick is pending, no CPU counts as halted
 * (arch/x86/kvm/x86.h, kvm_set_mp_state, clears pv_unhalted), KVM's registers are
 * as at the beginning, and no page that was registered is written to any more.
 *
 * The program resets the machine a few times, in different ways, and continues
 * by a record in memory, which QEMU's reset leaves alone where no part of the
 * program is. It must run without -no-reboot.
 */
#include "runtime/test.h"

#define LIMIT_MS 10000
#define QUIET_MS 50
/* Till a way to reset counts as missing. */
#define RESET_MS 500

/* Above the program and firmware's tables, in 64 MiB of memory or more. */
#define RECORD ((volatile struct record *)0x3000000)
/* Behind it a page for each CPU, for what the host writes. */
#define PAGES 0x3100000ul
#define PAGE_BYTES 4096ul
#define PATTERN 0xa5

#define MAGIC 0x7465736572637270ull

struct record {
	uint64_t magic;
	/* The way that is being tried, and whether it was begun. */
	uint32_t way;
	uint32_t begun;
	struct test_counts counts;
	uint64_t check;
};

static void write_record(uint32_t way, uint32_t begun)
{
	RECORD->magic = MAGIC;
	RECORD->way = way;
	RECORD->begun = begun;
	RECORD->counts.passed = test_counts.passed;
	RECORD->counts.failed = test_counts.failed;
	RECORD->counts.skipped = test_counts.skipped;
	RECORD->check = ~MAGIC;
}

/* True if this is not the first boot. */
static bool read_record(uint32_t *way)
{
	if (RECORD->magic != MAGIC || RECORD->check != ~MAGIC || !RECORD->begun)
		return false;
	*way = RECORD->way;
	test_counts.passed = RECORD->counts.passed;
	test_counts.failed = RECORD->counts.failed;
	test_counts.skipped = RECORD->counts.skipped;
	return true;
}

/* The chipset's reset control register. */
static void reset_by_chipset(void)
{
	outb(0xcf9, 0x02);
	outb(0xcf9, 0x06);
}

/* The keyboard controller's reset line. */
static void reset_by_keyboard(void)
{
	outb(0x64, 0xfe);
}

/* A fault with no descriptor table to handle it. */
static void reset_by_triple_fault(void)
{
	static const struct {
		uint16_t limit;
		uint64_t base;
	} __attribute__((packed)) nothing = { 0, 0 };

	__asm__ volatile("lidt %0; ud2" : : "m"(nothing));
}

struct way {
	const char *name;
	void (*reset)(void);
};

static const struct way ways[] = {
	{ "port 0xcf9", reset_by_chipset },
	{ "keyboard controller", reset_by_keyboard },
	{ "triple fault", reset_by_triple_fault },
};

#define WAYS (sizeof(ways) / sizeof(ways[0]))

static long kick(long apic_id)
{
	return hypercall(PARACALL_KVM_HC_KICK_CPU, 0, apic_id, 0, 0);
}

/*
 * ---- Before the reset ------------------------------------------------------
 */

static uint64_t page_of(const struct cpu *cpu)
{
	return PAGES + cpu->apic_id * PAGE_BYTES;
}

static void register_pages(void)
{
	uint64_t page = page_of(this_cpu());

	if (kvm.features & FEATURE(CLOCKSOURCE2)) {
		wrmsr(PARACALL_KVM_MSR_SYSTEM_TIME_NEW, page | 1);
		wrmsr(PARACALL_KVM_MSR_WALL_CLOCK_NEW, page + 64);
	}
	if (kvm.features & FEATURE(STEAL_TIME))
		wrmsr(PARACALL_KVM_MSR_STEAL_TIME, (page + 128) | 1);
	if (kvm.features & FEATURE(ASYNC_PF_INT)) {
		wrmsr(PARACALL_KVM_MSR_ASYNC_PF_INT, 0x41);
		wrmsr(PARACALL_KVM_MSR_ASYNC_PF_EN,
		      (page + 192) | PARACALL_KVM_MSR_ENABLED |
			      PARACALL_KVM_ASYNC_PF_DELIVERY_AS_INT);
	}
	if (kvm.features & FEATURE(POLL_CONTROL))
		wrmsr(PARACALL_KVM_MSR_POLL_CONTROL, 0);
}

static void stay_running(void *argument)
{
	register_pages();
	*(volatile uint32_t *)argument = 1;
	while (1)
		relax();
}

static void stay_halted(void *argument)
{
	register_pages();
	*(volatile uint32_t *)argument = 1;
	interrupts_off();
	while (1)
		halt();
}

/* Pages for all, a kick for each running CPU, and one CPU in a halt. */
static void leave_traces(void)
{
	volatile uint32_t stage;

	register_pages();
	for (uint32_t i = 1; i < cpu_count; i++) {
		bool halted = i == cpu_count - 1 && i > 1;

		stage = 0;
		cpu_post(cpu_at(i), halted ? stay_halted : stay_running, (void *)&stage);
		wait_for(&stage, 1, LIMIT_MS);
		if (!halted)
			kick(cpu_ids[i]);
	}
	delay_ms(5);
	interrupts_off();
	kick(cpu_ids[0]);
}

/*
 * ---- After it --------------------------------------------------------------
 */

/* CPUs that wait for their startup IPI: they did not halt, so no kick moves them. */
static void test_not_started(void)
{
	traps_set();
	for (long id = 1; id < 16; id++)
		kick(id);
	delay_ms(QUIET_MS);
	check_equal(traps_count(), 0, "CPUs that a kick started in real mode");
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

/* The boot CPU's first halt, but for firmware's. */
static void test_boot_cpu(void)
{
	const volatile uint32_t *timer = &this_cpu()->interrupts[VECTOR_TIMER];
	uint32_t before = *timer;
	uint64_t begin;

	interrupts_off();
	apic_timer(QUIET_MS);
	begin = rdtsc();
	interrupts_on_halt();
	check(rdtsc() - begin >= QUIET_MS * 500 * cycles_per_us,
	      "the halt lasted %" PRIu64 " us", (rdtsc() - begin) / cycles_per_us);
	check(wait_for(timer, before + 1, LIMIT_MS), "no timer interrupt");
	apic_timer_stop();
}

/* Idle CPUs halt a little before; what they need is a halt of the test's. */
static void test_other_cpus(void)
{
	for (uint32_t i = 1; i < cpu_count; i++) {
		volatile uint32_t stage = 0;

		cpu_post(cpu_at(i), halt_deaf, (void *)&stage);
		check(wait_for(&stage, 1, LIMIT_MS), "CPU %u does not start", cpu_ids[i]);
		delay_ms(QUIET_MS);
		check_equal(stage, 1, "CPU %u, halted: stage", cpu_ids[i]);
		kick(cpu_ids[i]);
		check(wait_for(&stage, 2, LIMIT_MS), "CPU %u: a kick does not end its halt",
		      cpu_ids[i]);
		cpu_wait(cpu_at(i), LIMIT_MS);
	}
}

static const struct {
	const char *name;
	uint32_t number;
	uint32_t feature;
	uint64_t value;
} registers[] = {
	{ "WALL_CLOCK_NEW", PARACALL_KVM_MSR_WALL_CLOCK_NEW, FEATURE(CLOCKSOURCE2), 0 },
	{ "SYSTEM_TIME_NEW", PARACALL_KVM_MSR_SYSTEM_TIME_NEW, FEATURE(CLOCKSOURCE2), 0 },
	{ "ASYNC_PF_EN", PARACALL_KVM_MSR_ASYNC_PF_EN, FEATURE(ASYNC_PF), 0 },
	{ "ASYNC_PF_INT", PARACALL_KVM_MSR_ASYNC_PF_INT, FEATURE(ASYNC_PF_INT), 0 },
	{ "STEAL_TIME", PARACALL_KVM_MSR_STEAL_TIME, FEATURE(STEAL_TIME), 0 },
	{ "POLL_CONTROL", PARACALL_KVM_MSR_POLL_CONTROL, FEATURE(POLL_CONTROL), 1 },
};

#define REGISTERS (sizeof(registers) / sizeof(registers[0]))

static void read_registers(void *argument)
{
	uint64_t *values = argument;

	for (size_t i = 0; i < REGISTERS; i++)
		values[i] = kvm.features & registers[i].feature ? rdmsr(registers[i].number)
								: registers[i].value;
}

static void expect_at_reset(const struct cpu *cpu, const uint64_t *values)
{
	for (size_t i = 0; i < REGISTERS; i++) {
		/* The boot CPU's clock may be firmware's by now. */
		if (cpu == this_cpu() &&
		    registers[i].number == PARACALL_KVM_MSR_SYSTEM_TIME_NEW)
			check(values[i] != (page_of(cpu) | 1), "%s is as before the reset",
			      registers[i].name);
		else
			check_equal((int64_t)values[i], (int64_t)registers[i].value,
				    "CPU %u: %s", cpu->apic_id, registers[i].name);
	}
}

static void test_registers(void)
{
	uint64_t values[REGISTERS];

	read_registers(values);
	expect_at_reset(this_cpu(), values);
	for (uint32_t i = 1; i < cpu_count; i++) {
		cpu_post(cpu_at(i), read_registers, values);
		if (check(cpu_wait(cpu_at(i), LIMIT_MS), "CPU %u does not answer", cpu_ids[i]))
			expect_at_reset(cpu_at(i), values);
	}
}

/* On interrupts hosts update what they keep in memory. */
static void take_interrupts(void *argument)
{
	const volatile uint32_t *timer = &this_cpu()->interrupts[VECTOR_TIMER];
	uint64_t begin = rdtsc();

	(void)argument;
	while (rdtsc() - begin < QUIET_MS * 1000 * cycles_per_us) {
		uint32_t before = *timer;

		apic_timer(2);
		wait_for(timer, before + 1, QUIET_MS);
	}
	apic_timer_stop();
}

/* All at once: so some have to wait for the host, and have time stolen. */
static void test_pages(void)
{
	uintptr_t end = PAGES + (cpu_highest_id() + 1) * PAGE_BYTES;

	memset((void *)PAGES, PATTERN, end - PAGES);
	apic_timer_stop();
	for (uint32_t i = 1; i < cpu_count; i++)
		cpu_post(cpu_at(i), take_interrupts, NULL);
	take_interrupts(NULL);
	for (uint32_t i = 1; i < cpu_count; i++)
		check(cpu_wait(cpu_at(i), LIMIT_MS), "CPU %u does not finish", cpu_ids[i]);
	for (const uint8_t *byte = (const uint8_t *)PAGES; byte < (const uint8_t *)end; byte++)
		if (!check_equal(*byte, PATTERN, "byte at 0x%lx", (unsigned long)byte))
			return;
}

/* The source of what is expected: see struct test. */
#define RESET "arch/x86/kvm/x86.c, kvm_vcpu_reset"
#define STATE "arch/x86/kvm/x86.h, kvm_set_mp_state: pv_unhalted"
#define QEMU_RESET "QEMU: target/i386/kvm/kvm.c, kvm_arch_reset_vcpu"

#define TEST(test_name, test_rule, function) \
	{ \
		.name = test_name, .rule = test_rule, .run = function, .kvm = true, \
		.features = FEATURE(PV_UNHALT) \
	}

static const struct test early_tests[] = {
	TEST("after a reset a kick starts no CPU",
	     STATE "; arch/x86/kvm/lapic.c, kvm_apic_accept_events", test_not_started),
	TEST("after a reset the boot CPU's halt lasts", STATE, test_boot_cpu),
};

static const struct test late_tests[] = {
	{ .name = "after a reset registers are as at the beginning",
	  .rule = RESET "; " QEMU_RESET,
	  .run = test_registers,
	  .kvm = true,
	  .features = FEATURE(POLL_CONTROL) },
	{ .name = "after a reset pages are left alone",
	  .rule = RESET " and kvmclock_reset",
	  .run = test_pages,
	  .kvm = true,
	  .features = FEATURE(CLOCKSOURCE2) },
	{ .name = "after a reset other CPUs' halts last",
	  .rule = STATE,
	  .run = test_other_cpus,
	  .cpus = 2,
	  .kvm = true,
	  .features = FEATURE(PV_UNHALT) },
};

TEST_LIST(early_tests);
TEST_LIST(late_tests);

#define RUN(tests) tests_run(tests, TEST_COUNT(tests))

static void run_tests(void)
{
	/* Before the other CPUs are started, as they were left by the reset. */
	RUN(early_tests);
	cpus_start();
	RUN(late_tests);
}

static void test_missing(void)
{
	skip("no such reset here");
}

static const struct test missing_tests[] = {
	{ .name = "reset", .rule = QEMU_RESET, .run = test_missing },
};

TEST_LIST(missing_tests);

/* Ends in a reset, or returns if there is none of that way. */
static void try_way(uint32_t way)
{
	print("# reset by %s\n", ways[way].name);
	leave_traces();
	write_record(way, 1);
	ways[way].reset();
	delay_ms(RESET_MS);
	/* Not reached but for ways that the machine lacks. */
	write_record(way, 0);
	interrupts_on();
	cpus_recover();
	RUN(missing_tests);
}

int main(void)
{
	uint32_t way = 0;

	tests_start("reset");
	if (read_record(&way)) {
		print("# running again after a reset by %s\n", ways[way % WAYS].name);
		way++;
		write_record(way, 0);
		run_tests();
	} else if (!kvm_found) {
		/* There is nothing to test; the machine need not be reset for it. */
		run_tests();
		return tests_finish();
	} else {
		cpus_start();
	}
	for (; way < WAYS; way++)
		try_way(way);
	/* A later boot starts over. */
	RECORD->magic = 0;
	return tests_finish();
}
